"""Who may do what: one Django permission per action, given to users by their groups."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# Instead of a permission: whoever is logged in may do it; anyone may do it.
AUTHENTICATED = "authenticated"
OPEN = "open"
# What Django REST framework calls the action of a method that nothing answers.
NO_ACTION = (None, "metadata")


class HasPermission(BasePermission):
    """The permission that the view names for its action."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        if view.action in NO_ACTION:
            # 405 follows, whoever asks.
            return True
        needed = view.permissions[view.action]
        if needed == OPEN:
            return True
        if not request.user.is_authenticated:
            return False
        return needed == AUTHENTICATED or request.user.has_perm(needed)
