"""The master switch and the automation settings, which people change while the application runs."""

import json
from typing import Any

from django.db import transaction

from config.api.integrity import prove_absence
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


class UnreadableSetting(Exception):
    """What is stored is no value of this setting: no default stands in for it."""


def master_is_on() -> bool:
    """Whether steps may be started. Off until somebody switches it on."""
    stored = _stored(MASTER)
    return stored is not None and is_true(stored)


def require_master() -> None:
    """Raise SwitchedOff unless the master switch is on."""
    if not master_is_on():
        raise SwitchedOff("The master switch is off. Switch it on before you start a step.")


def set_master(enabled: bool, cause: Cause | None = None) -> None:
    """Turn the master switch. Off also ends automatic runs: they stay ended when it is on again."""
    with transaction.atomic():
        write(MASTER, {"value": enabled}, cause)
        if enabled:
            return
        # The older system reads this key, this one `automation`; an unreadable one starts nothing.
        write(AUTOMATIC, {"value": False}, cause)
        row = Setting.objects.select_for_update().filter(key=AUTOMATION).first()
        if row and isinstance(row.value, dict) and row.value.get("automatic_scraper"):
            write(AUTOMATION, row.value | {"automatic_scraper": False}, cause)


def automation() -> dict[str, Any]:
    """The automation settings: enabled, automatic_scraper, locations, categories, keywords, max_results.

    Raises UnreadableSetting for anything but an object.
    """
    return AUTOMATION_DEFAULTS | _object(_stored(AUTOMATION))


def set_automation(values: dict[str, Any], cause: Cause | None = None) -> dict[str, Any]:
    """Save the settings that are given; returns all of them.

    Raises UnreadableSetting unless the others can be read, or there are none: all are given.
    """
    with transaction.atomic():
        # Locked before it is read: of two who save different fields at once, neither may undo the other.
        row, _ = Setting.objects.select_for_update().get_or_create(key=AUTOMATION)
        nothing_to_keep = not isinstance(row.value, dict) and values.keys() >= AUTOMATION_DEFAULTS.keys()
        merged = AUTOMATION_DEFAULTS | ({} if nothing_to_keep else _object(row.value)) | values
        write(AUTOMATION, merged, cause)
    return merged


def is_true(value: Any) -> bool:
    """Whether a stored switch is on, in the older system's form or plainly. Raises UnreadableSetting."""
    plain = value.get("value") if isinstance(value, dict) else value
    if not isinstance(plain, bool):
        raise UnreadableSetting(f"The stored switch cannot be read: {json.dumps(value)}. Switch it on or off again.")
    return plain


def _stored(key: str) -> Any:
    """The value of a setting, None where there is none: which is proven, since a default stands in for it."""
    row = Setting.objects.filter(key=key).first()
    if row is None:
        prove_absence(Setting.objects.db)
    return row and row.value


def _object(stored: Any) -> dict[str, Any]:
    if stored is None or isinstance(stored, dict):
        return stored or {}
    raise UnreadableSetting(
        f"The stored automation settings cannot be read: {json.dumps(stored)} is no object. Save all of them again."
    )


def write(key: str, value: Any, cause: Cause | None = None) -> None:
    """Store a setting as it is, and who did; the caller has judged the value."""
    with transaction.atomic():
        row, _ = Setting.objects.update_or_create(key=key, defaults={"value": value})
        record(row, cause, f"Saved as {json.dumps(value, ensure_ascii=False)}.")
