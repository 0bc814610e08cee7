"""Paths of the prospects. Those with a name come before those with an id."""

from rest_framework.routers import SimpleRouter

from prospects.views import DecisionViewSet, EventViewSet, ExportViewSet, ProspectViewSet
from prospects.views.duplicates import DuplicateViewSet, MergeViewSet
from prospects.views.suppressions import SuppressionViewSet

router = SimpleRouter(trailing_slash=False)
router.register("prospects", ExportViewSet, basename="export")
router.register("prospects", DecisionViewSet, basename="decision")
router.register("prospects", EventViewSet, basename="event")
router.register("prospects", ProspectViewSet)
router.register("duplicates", DuplicateViewSet, basename="duplicate")
router.register("merges", MergeViewSet)
router.register("suppressions", SuppressionViewSet)

urlpatterns = router.urls
