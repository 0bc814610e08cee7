"""Columns that several tables share."""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


def created_field() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)


def updated_field() -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(auto_now=True, db_default=Now())


def legacy_values_field() -> "models.JSONField[Any, Any]":
    return models.JSONField(
        null=True, blank=True, editable=False, help_text="Values of the old system that fit no column, by column."
    )
