"""The API's tokens: who holds one and until when, and taking it away. Only a log-in makes one."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from knox.models import AuthToken

from config.admin import ReadOnlyAdmin
from pipeline.admin.users import may_touch

# Its own pages make a token for whomever one chooses, and show it: whoever may open them could act as a superuser.
admin.site.unregister(AuthToken)


@admin.register(AuthToken)
class TokenAdmin(ReadOnlyAdmin[AuthToken]):
    # The key is the token's beginning, by which its holder knows it again; the digest tells nobody anything.
    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("=token_key", "user__username")
    search_help_text = "The beginning of a token, or part of a user name."
    ordering = ("-created",)
    fields = ("token_key", "user", ("created", "expiry"))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        permitted = bool(request.user.has_perm("knox.delete_authtoken"))
        return permitted and (not isinstance(obj, AuthToken) or may_touch(request, obj.user))
