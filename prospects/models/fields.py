"""Columns and constraints that several tables share."""

from typing import Any

from django.db import models
from django.db.models import Q


def one_of(column: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The CHECK that a column holds only its vocabulary (or NULL, where the column allows it)."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": choices.values}), name=name)


def status_field(choices: type[models.TextChoices], default: models.TextChoices) -> "models.CharField[Any, Any]":
    return models.CharField(choices=choices, default=default.value, db_default=default.value)
