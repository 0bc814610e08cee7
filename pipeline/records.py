"""Who did what to a row that has no events of its own: its history in the admin."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models

from prospects.changes import Cause


def record(row: models.Model, cause: Cause | None, what: str) -> None:
    """Write into the row's history what the person of the cause did; what no person did is not written."""
    if cause and cause.user and cause.user.pk is not None:
        LogEntry.objects.log_actions(cause.user.pk, [row], CHANGE, what)
