"""Who may do what: one Django permission per action, given to users by their groups."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# Instead of a permission: whoever is logged in may do it; anyone may do it.
AUTHENTICATED = "authenticated"
OPEN = "open"


class HasPermission(BasePermission):
    """The permission that the view names for its action."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = view.permissions.get(view.action, AUTHENTICATED)
        if needed == OPEN:
            return True
        if not request.user.is_authenticated:
            return False
        return needed == AUTHENTICATED or request.user.has_perm(needed)
