"""Paths of the pipeline."""

from rest_framework.routers import SimpleRouter

from pipeline.views import PipelineViewSet

router = SimpleRouter(trailing_slash=False)
router.register("pipeline", PipelineViewSet, basename="pipeline")

urlpatterns = router.urls
