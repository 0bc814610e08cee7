"""Accounts at platforms. Secrets are encrypted before they are stored, and never shown."""

import sys
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.integrity import prove_absence
from config.api.lists import CheckedPagination
from config.api.views import ApiViewSet
from pipeline import secrets
from pipeline.choices import ConnectionStatus, IntegrationPlatform
from pipeline.models import SocialIntegration
from pipeline.serializers.settings import (
    ApiKeyInput,
    Capability,
    IntegrationInput,
    IntegrationSerializer,
    OAuthCallback,
    OAuthParameters,
    UserParameter,
)
from pipeline.services import unavailable

# Everybody's settings page lists the accounts; their secrets it never shows. The admin's page tells more.
VIEW = "pipeline.view_setting"
ADD, CHANGE, DELETE = (f"pipeline.{verb}_socialintegration" for verb in ("add", "change", "delete"))
SECRETS = ("access_token", "refresh_token", "smtp_password")
# The frontend knows one user, by this name.
DEFAULT_USER = "default-user-id"
_SOCIAL = tuple(platform for platform in IntegrationPlatform.values if platform != IntegrationPlatform.EMAIL)


class NoWindow(serializers.Serializer[Any]):
    """The list has no parameters of its own."""


class BareArray(CheckedPagination):
    """All rows as an array, which is what the frontend reads; checked like every list."""

    window_class = NoWindow  # type: ignore[assignment]  # nothing to ask for

    def read_parameters(self, request: Request) -> dict[str, Any]:
        return {"skip": 0, "limit": sys.maxsize}

    def shape(self, data: Sequence[Any]) -> Any:
        return data

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema


class IntegrationViewSet(mixins.ListModelMixin, ApiViewSet):
    """Accounts at platforms, without their secrets."""

    permissions = {
        "list": VIEW,
        "create": ADD,
        "destroy": DELETE,
        "capabilities": VIEW,
        "capability": VIEW,
        "api_key": CHANGE,
        "check": CHANGE,
        "refresh": CHANGE,
        "authorize": CHANGE,
        "callback": CHANGE,
    }
    queryset = SocialIntegration.objects.all()
    serializer_class = IntegrationSerializer
    input_classes = {"create": IntegrationInput}
    pagination_class = BareArray
    orderings = {"platform": F("platform")}
    default_ordering = ("platform",)
    lookup_field = "platform"
    path_choices = {"platform": IntegrationPlatform.values}
    parameters = UserParameter

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        user_id = self.query().get("user_id")
        return rows.filter(user_id=user_id) if user_id else rows

    def create(self, request: Request) -> Response:
        """Save an account, in place of the user's former one at that platform."""
        return Response(self.get_serializer(self._save(self.body())).data, status=201)

    def destroy(self, request: Request, platform: str) -> Response:
        """Forget an account and its secrets; without `user_id` that of `default-user-id`."""
        self._find(platform).delete()
        return Response(status=204)

    @action(detail=False, serializer_class=None, answer_class=Capability, answers_many=True)
    def capabilities(self, request: Request) -> Response:
        """What can be done at each social platform."""
        accounts = {row.platform: row for row in self._accounts()}
        if not accounts.keys() >= set(_SOCIAL):
            prove_absence()
        return Response([Capability(capability(name, accounts.get(name))).data for name in _SOCIAL])

    @action(detail=True, url_path="capabilities", serializer_class=None, answer_class=Capability)
    def capability(self, request: Request, platform: str) -> Response:
        """What can be done at a platform."""
        account = self._accounts().filter(platform=platform).first()
        if account is None:
            prove_absence()
        return self.answer(capability(platform, account))

    @action(
        detail=True,
        methods=["post"],
        url_path="api-key",
        serializer_class=ApiKeyInput,
        answer_class=IntegrationSerializer,
    )
    def api_key(self, request: Request, platform: str) -> Response:
        """Save a key for a platform."""
        body = self.body()
        _require_platform(platform)
        values = {"platform": platform, "access_token": body["api_key"]}
        if "user_id" in body:
            values["user_id"] = body["user_id"]
        return Response(IntegrationSerializer(self._save(values)).data)

    @action(detail=True, methods=["post"], url_path="validate", serializer_class=None, always_fails=True)
    def check(self, request: Request, platform: str) -> Response:
        """Try the account at its platform. 409 as long as that cannot be done."""
        self._find(platform)
        raise unavailable(f"Trying the account at {platform}", None)

    @action(detail=True, methods=["post"], serializer_class=None, always_fails=True)
    def refresh(self, request: Request, platform: str) -> Response:
        """Renew the account's token. 409 as long as that cannot be done."""
        self._find(platform)
        raise unavailable(f"Renewing the token at {platform}", None)

    @action(
        detail=False,
        url_path=r"oauth/(?P<platform>[^/.]+)/authorize",
        serializer_class=None,
        parameters=OAuthParameters,
        always_fails=True,
    )
    def authorize(self, request: Request, platform: str) -> Response:
        """Where to send the browser for consent. 409 as long as that cannot be done."""
        self.query()
        _require_platform(platform)
        raise unavailable(f"Asking {platform} for consent", None)

    @action(
        detail=False,
        methods=["post"],
        url_path=r"oauth/(?P<platform>[^/.]+)/callback",
        serializer_class=OAuthCallback,
        always_fails=True,
    )
    def callback(self, request: Request, platform: str) -> Response:
        """Take the consent that a platform gave. 409 as long as that cannot be done."""
        self.body()
        _require_platform(platform)
        raise unavailable(f"Taking the consent of {platform}", None)

    def _save(self, values: dict[str, Any]) -> SocialIntegration:
        user_id = values.pop("user_id", None) or self._user_id()
        platform = values.pop("platform")
        for name in SECRETS:
            if values.get(name):
                values[name] = secrets.encrypt(values[name])
        # Nobody has tried the account yet.
        values["connection_status"] = ConnectionStatus.PENDING_OAUTH
        row, _ = SocialIntegration.objects.update_or_create(user_id=user_id, platform=platform, defaults=values)
        return row

    def _find(self, platform: str) -> SocialIntegration:
        row = self._accounts().filter(platform=platform).first()
        if row is None:
            raise Http404(f"There is no account of {self._user_id()} at {platform}.")
        return row

    def _accounts(self) -> QuerySet[SocialIntegration]:
        """The accounts of one user: what is done to one must not be done to anybody else's."""
        return SocialIntegration.objects.filter(user_id=self._user_id())

    def _user_id(self) -> str:
        return self.query().get("user_id") or DEFAULT_USER


def capability(platform: str, account: SocialIntegration | None) -> dict[str, Any]:
    _require_platform(platform)
    connected = account is not None and account.connection_status == ConnectionStatus.CONNECTED
    return {
        "platform": platform,
        "is_connected": connected,
        "connection_status": account.connection_status if account else None,
        "can_send_dm": False,
        "can_discover": False,
        "can_read_messages": False,
        "reason": f"This release does not use {platform} yet." if account else f"There is no account at {platform}.",
        "scopes_granted": account.scopes_granted if account else None,
        "token_expires_at": account.token_expires_at if account else None,
    }


def _require_platform(platform: str) -> None:
    if platform not in IntegrationPlatform.values:
        raise Http404(f"There is no platform {platform!r}; there are {', '.join(IntegrationPlatform.values)}.")
