"""Paths of the pipeline. Those with a name come before those with an id."""

from rest_framework.routers import SimpleRouter

from pipeline.imports.views import ImportRowViewSet, ImportViewSet
from pipeline.views.health import HealthViewSet
from pipeline.views.integrations import IntegrationViewSet
from pipeline.views.jobs import JobItemViewSet, JobViewSet
from pipeline.views.mail import AttachmentViewSet, MailViewSet, ManualViewSet
from pipeline.views.pipeline import PipelineViewSet
from pipeline.views.settings import MasterSwitchViewSet, SettingsViewSet
from pipeline.views.social import SocialStepViewSet, SocialViewSet
from pipeline.views.steps import StepViewSet
from pipeline.webhooks.views import DeliveryViewSet, WebhookViewSet

router = SimpleRouter(trailing_slash=False)
router.register("pipeline", PipelineViewSet, basename="pipeline")
router.register("pipeline", StepViewSet, basename="step")
router.register("social/pipeline", SocialStepViewSet, basename="social-step")
router.register("social", SocialViewSet, basename="social")
router.register("jobs", JobItemViewSet, basename="job-item")
router.register("jobs", JobViewSet)
router.register("settings", SettingsViewSet, basename="settings")
router.register("scraper", MasterSwitchViewSet, basename="master-switch")
router.register("integrations", IntegrationViewSet)
router.register("manual", ManualViewSet, basename="manual")
router.register("prospects/attachments", AttachmentViewSet)
router.register("prospects", MailViewSet, basename="mail")
router.register("health", HealthViewSet, basename="health")
router.register("imports", ImportRowViewSet, basename="import-row")
router.register("imports", ImportViewSet)
router.register("webhooks", DeliveryViewSet, basename="webhook-delivery")
router.register("webhooks", WebhookViewSet)

urlpatterns = router.urls
