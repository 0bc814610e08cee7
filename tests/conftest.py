"""What every test can use."""

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from pipeline import roles


def group(role: str) -> Group:
    """The role's group; made again where a test with real transactions has emptied every table after itself."""
    if not Group.objects.exists():
        roles.grant(apps, connection.schema_editor())
    return Group.objects.get(name=role)
