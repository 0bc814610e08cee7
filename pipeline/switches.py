"""The master switch and the automation settings, which people change while the application runs."""

import json
from typing import Any

from django.db import transaction

from pipeline.models import Setting
from pipeline.records import record
from prospects.changes import Cause

MASTER = "scraper_master_enabled"
AUTOMATIC = "scraper_auto_enabled"
AUTOMATION = "automation"
#: What is in force until somebody saves other settings.
AUTOMATION_DEFAULTS: dict[str, Any] = {
    "enabled": False,
    "automatic_scraper": False,
    "locations": [],
    "categories": [],
    "keywords": None,
    "max_results": 100,
}


class SwitchedOff(Exception):
    """The master switch is off."""


def master_is_on() -> bool:
    """Whether steps may be started. Off until somebody switches it on."""
    value = Setting.objects.filter(key=MASTER).values_list("value", flat=True).first()
    return is_true(value)


def require_master() -> None:
    """Raise SwitchedOff unless the master switch is on."""
    if not master_is_on():
        raise SwitchedOff("The master switch is off. Switch it on before you start a step.")


def set_master(enabled: bool, cause: Cause | None = None) -> None:
    """Turn the master switch. Off also ends automatic runs."""
    with transaction.atomic():
        write(MASTER, {"value": enabled}, cause)
        if not enabled:
            write(AUTOMATIC, {"value": False}, cause)


def automation() -> dict[str, Any]:
    """The automation settings: enabled, automatic_scraper, locations, categories, keywords, max_results."""
    stored = Setting.objects.filter(key=AUTOMATION).values_list("value", flat=True).first()
    return AUTOMATION_DEFAULTS | (stored if isinstance(stored, dict) else {})


def set_automation(values: dict[str, Any], cause: Cause | None = None) -> dict[str, Any]:
    """Save the settings that are given; returns all of them."""
    with transaction.atomic():
        # Locked before it is read: of two who save different fields at once, neither may undo the other.
        Setting.objects.select_for_update().get_or_create(key=AUTOMATION)
        merged = automation() | values
        write(AUTOMATION, merged, cause)
    return merged


def is_true(value: Any) -> bool:
    """Whether a stored switch is on, in the older system's form or plainly."""
    return value.get("value") is True if isinstance(value, dict) else value is True


def write(key: str, value: Any, cause: Cause | None = None) -> None:
    """Store a setting as it is, and who did; the caller has judged the value."""
    with transaction.atomic():
        row, _ = Setting.objects.update_or_create(key=key, defaults={"value": value})
        record(row, cause, f"Saved as {json.dumps(value, ensure_ascii=False)}.")
