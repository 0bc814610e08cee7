"""Paths of the API that belong to no app. The frontend never sends a trailing slash."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from config.api.sessions import SessionViewSet, TokenViewSet

router = SimpleRouter(trailing_slash=False)
router.register("auth", SessionViewSet, basename="session")
router.register("auth/tokens", TokenViewSet, basename="token")

urlpatterns = [
    *router.urls,
    path("openapi.yaml", SpectacularAPIView.as_view(), name="openapi"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="docs"),
]
