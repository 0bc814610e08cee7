"""Logging in, and the tokens that come of it."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db.models import F, QuerySet
from knox.models import AuthToken, get_token_model
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import fields
from config.api.parsers import JSONParser
from config.api.permissions import AUTHENTICATED, OPEN
from config.api.problems import Problem
from config.api.throttles import LoginsPerAddress, LoginsPerUser
from config.api.views import ApiViewSet


class Credentials(fields.StrictSerializer):
    username = fields.CharField(max_length=150)
    password = fields.CharField(max_length=4096, write_only=True, style={"input_type": "password"})
    # What OAuth 2 clients send along with a password.
    unused = ("grant_type", "scope", "client_id", "client_secret")


class AccessToken(serializers.Serializer[Any]):
    access_token = serializers.CharField(help_text="Send it as `Authorization: Bearer …`. It is not shown again.")
    token_type = serializers.ChoiceField(choices=["bearer"])
    expires_at = serializers.DateTimeField(allow_null=True)


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    is_staff = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField(), help_text="viewer, operator, administrator")
    permissions = serializers.ListField(child=serializers.CharField())


class Token(serializers.Serializer[Any]):
    id = serializers.CharField(source="token_key", help_text="The start of the token.")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)
    is_current = serializers.SerializerMethodField(help_text="Whether this request was made with it.")

    def get_is_current(self, token: AuthToken) -> bool:
        return bool(token.pk == self.context["request"].auth.pk)


class SessionViewSet(ApiViewSet):
    """Log in, log out, who am I."""

    permissions = {"login": OPEN, "logout": AUTHENTICATED, "me": AUTHENTICATED}
    serializer_class = Credentials

    @action(
        detail=False,
        methods=["post"],
        answer_class=AccessToken,
        authentication_classes=(),
        parser_classes=(JSONParser, FormParser, MultiPartParser),
        throttle_classes=(LoginsPerAddress, LoginsPerUser),
        further_problems=(401, 429),
    )
    def login(self, request: Request) -> Response:
        """Exchange user name and password for a token."""
        user = authenticate(request, **self.body())
        if user is None:
            raise Problem(401, "authentication_failed", "Wrong user name or password.", {"WWW-Authenticate": "Bearer"})
        row, token = get_token_model().objects.create(user)
        user_logged_in.send(sender=type(user), request=request, user=user)
        answer = {"access_token": token, "token_type": "bearer", "expires_at": row.expiry}
        return Response(AccessToken(answer).data, headers={"Cache-Control": "no-store"})

    @action(detail=False, methods=["post"], serializer_class=None)
    def logout(self, request: Request) -> Response:
        """Revoke the token this request is made with."""
        request.auth.delete()
        return Response(status=204)

    @action(detail=False, serializer_class=None, answer_class=Me)
    def me(self, request: Request) -> Response:
        """The user behind the token, with roles and permissions."""
        user = request.user
        return self.answer(
            {
                "username": user.get_username(),
                "is_staff": user.is_staff,
                "roles": sorted(user.groups.values_list("name", flat=True)),
                "permissions": sorted(user.get_all_permissions()),
            }
        )


class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, ApiViewSet):
    """The user's own tokens."""

    permissions = {"list": AUTHENTICATED, "destroy": AUTHENTICATED}
    serializer_class = Token
    lookup_field = "token_key"
    orderings = {"created_at": F("created")}
    default_ordering = ("-created_at",)
    # The primary key is the token's digest, which no cursor may carry.
    unique = "token_key"

    def get_queryset(self) -> QuerySet[AuthToken]:
        tokens: QuerySet[AuthToken] = get_token_model().objects.filter(user=self.request.user.pk)
        return tokens
