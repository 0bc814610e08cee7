"""Paths of the prospects. Those with a name come before those with an id."""

from rest_framework.routers import SimpleRouter

from prospects.views import ProspectViewSet

router = SimpleRouter(trailing_slash=False)
router.register("prospects", ProspectViewSet)

urlpatterns = router.urls
