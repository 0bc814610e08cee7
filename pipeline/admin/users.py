"""People and their roles. An administrator gives roles; only a superuser makes superusers."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

# Whoever could write these could give themselves every permission.
POWERS = ("is_superuser", "user_permissions")

# What logging in writes, and nobody else.
MOMENTS = ("last_login", "date_joined")

admin.site.unregister(User)
admin.site.unregister(Group)


class Labels:
    """Names for what Django's box for many choices leaves without one."""

    js = ("config/labels.js",)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    Media = Labels


@admin.register(User)
class MemberAdmin(UserAdmin[User]):
    list_display = ("username", "email", "roles", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    Media = Labels

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return MOMENTS if request.user.is_superuser else (*MOMENTS, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request, obj)

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "none"


def may_touch(request: HttpRequest, user: User | None) -> bool:
    """Whether the person may write to this account or to what belongs to it."""
    return user is None or request.user.is_superuser or not user.is_superuser
