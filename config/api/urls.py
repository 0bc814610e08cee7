"""Paths of the API that belong to no app. The frontend never sends a trailing slash."""

from django.urls import path

from config.api.sessions import SessionViewSet, TokenViewSet, login

urlpatterns = [
    path("auth/login", login),
    path("auth/logout", SessionViewSet.as_view({"post": "logout"})),
    path("auth/me", SessionViewSet.as_view({"get": "me"})),
    path("auth/tokens", TokenViewSet.as_view({"get": "list"})),
    path("auth/tokens/<str:token_key>", TokenViewSet.as_view({"delete": "destroy"})),
]
