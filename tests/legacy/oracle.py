"""What each value must be after adoption, worked out in Python from the rules people were told.

It shares no code with the adoption itself: the vocabularies are written once more, from the design.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from prospects.keys import domain_key, email_key, profile_key
from prospects.stages import STAGE_INPUTS, derive_stage
from tests.legacy.content import Row, Table, meaning, number

#: (table, column) -> the values it may hold, what everything unknown becomes, and other spellings (in lower case).
VOCABULARIES: dict[tuple[str, str], tuple[tuple[str, ...], str | None, dict[str, str]]] = {
    ("prospects", "discovery_status"): (("NEW", "DISCOVERED"), "NEW", {"pending": "NEW"}),
    ("prospects", "approval_status"): (("pending", "approved", "rejected"), "pending", {"deleted": "rejected"}),
    ("prospects", "scrape_status"): (
        ("DISCOVERED", "SCRAPED", "ENRICHED", "NO_EMAIL_FOUND", "FAILED"),
        "DISCOVERED",
        {"pending": "DISCOVERED"},
    ),
    ("prospects", "verification_status"): (("UNVERIFIED", "pending", "verified", "failed"), "UNVERIFIED", {}),
    ("prospects", "draft_status"): (("pending", "drafted", "failed"), "pending", {}),
    ("prospects", "send_status"): (("pending", "sent", "failed"), "pending", {}),
    ("prospects", "outreach_status"): (("pending", "sent", "replied", "accepted", "rejected"), "pending", {}),
    ("prospects", "stage"): (
        ("DISCOVERED", "SCRAPED", "EMAIL_FOUND", "LEAD", "VERIFIED", "DRAFTED", "SENT"),
        "DISCOVERED",
        {"failed": "DISCOVERED"},
    ),
    ("prospects", "source_type"): (("website", "social"), "website", {}),
    ("prospects", "source_platform"): (("linkedin", "instagram", "facebook", "tiktok"), None, {}),
    ("jobs", "status"): (("pending", "running", "completed", "failed", "cancelled"), "pending", {}),
    ("discovery_queries", "status"): (("pending", "success", "failed"), "pending", {}),
    ("scraper_history", "status"): (("running", "completed", "failed"), "running", {}),
    ("email_attachments", "scope"): (("global", "prospect"), "global", {}),
    ("social_integrations", "connection_status"): (
        ("connected", "expired", "revoked", "unsupported", "pending_oauth", "error"),
        "connected",
        {},
    ),
}
#: What a column without a value gets where it must have one.
FILLS = {
    **{key: default for key, (_, default, _) in VOCABULARIES.items() if default},
    **{("prospects", name): "0" for name in ("followups_sent", "sequence_index")},
    ("prospects", "is_manual"): "false",
    ("jobs", "drafts_created"): "0",
    **{
        ("discovery_queries", f"results_{name}"): "0"
        for name in ("found", "saved", "skipped_duplicate", "skipped_existing")
    },
    **{("scraper_history", f"{name}_count"): "0" for name in ("success", "failed")},
}
#: What a column that was not there holds in rows from before; NULL where it is not named.
ADDED = {**FILLS, ("prospects", "score"): "0"}
NEVER_NEGATIVE = {
    *(key for key, value in FILLS.items() if value == "0"),
    ("prospects", "follower_count"),
    ("jobs", "total_targets"),
    ("email_attachments", "size_bytes"),
    ("social_integrations", "smtp_port"),
}
RENAMES = {
    "discovery_queries": {"metadata": "query_metadata"},
    "social_integrations": {
        "metadata": "platform_metadata",
        "access_token_encrypted": "access_token",
        "refresh_token_encrypted": "refresh_token",
    },
}
REFERENCES = {
    ("prospects", "discovery_query_id"): "discovery_queries",
    ("discovery_queries", "job_id"): "jobs",
    ("email_logs", "prospect_id"): "prospects",
    ("email_attachments", "prospect_id"): "prospects",
}
#: A missing time is taken from the first of these that is there, and from the hour of adoption where none is.
TIMES = {
    **{
        (table, name): (other,)
        for table in ("jobs", "settings", "discovery_queries", "social_integrations")
        for name, other in (("created_at", "updated_at"), ("updated_at", "created_at"))
    },
    ("prospects", "created_at"): ("updated_at", "last_sent", "scraped_at"),
    ("prospects", "updated_at"): ("created_at",),
    ("scraper_history", "created_at"): ("triggered_at",),
    ("email_attachments", "created_at"): (),
}
DERIVED = {"stage", "domain_key", "email_key", "profile_key"}
GONE = "The old system left this job under way, and its process is gone: it was not finished."
MANAGED = {table for table, _ in VOCABULARIES} | {"settings", "email_logs"}
TRUE, FALSE = {"true", "t", "1", "yes", "y", "on"}, {"false", "f", "0", "no", "n", "off", ""}


class Now:
    """The hour of adoption: any time will do."""


@dataclass
class Expected:
    """The values of a row after adoption, by column, and the originals kept aside."""

    values: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)


def new_name(table: str, column: str, row: Row) -> str:
    """What the column is called after adoption; a name that is taken stays as it is."""
    new = RENAMES.get(table, {}).get(column, column)
    return column if new in row else new


def expected_row(name: str, row: Row, declared: Mapping[str, str], old: Mapping[str, Table]) -> Expected:
    """What the row of the table `name` must hold in its declared columns; `old` are all tables as they were."""
    result = Expected()
    for column, text in row.items():
        new = new_name(name, column, row)
        if new in declared and new not in DERIVED - {"stage"} and column != "legacy_values":
            value, lost = converted((name, new), text, declared[new])
            if (parent := REFERENCES.get((name, new))) and value is not None and value not in _rows(old, parent):
                value, lost = None, True
            if value is None:
                value = _fill(name, new, row)
            result.values[new] = value
            if lost and text is not None:
                result.kept[new] = text
    for column in declared.keys() - result.values.keys() - {"legacy_values"} - DERIVED:
        if (name, column) in TIMES:
            result.values[column] = Now
        elif (name, column) in ADDED:
            result.values[column] = _value(ADDED[name, column])
    if name in ("prospects", "jobs"):
        (_derive if name == "prospects" else _end)(result)
    return result


def _rows(tables: Mapping[str, Table], name: str) -> Mapping[str, Row]:
    return tables[name].rows if name in tables else {}


def _fill(name: str, column: str, row: Row) -> Any:
    if (name, column) in TIMES:
        moments = (_moment(text)[0] for other in TIMES[name, column] if (text := row.get(other)) is not None)
        return next((moment for moment in moments if moment is not None), Now)
    return _value(FILLS.get((name, column)))


def _value(text: str | None) -> Any:
    return Decimal(text) if text is not None and text.isdigit() else text


def _end(row: Expected) -> None:
    """What was under way is so no more: its process is gone with the old system."""
    if row.values["status"] in ("pending", "running"):
        told = row.values.get("error_message")
        row.values |= {"status": "failed", "error_message": f"{told}\n{GONE}" if told else GONE}


def _derive(row: Expected) -> None:
    inputs = {"draft_subject": None, "draft_body": None, "contact_email": None} | row.values
    row.values["stage"] = str(derive_stage({column: inputs[column] for column in STAGE_INPUTS}))
    row.values["domain_key"] = domain_key(row.values["domain"])
    row.values["email_key"] = email_key(row.values.get("contact_email"))
    row.values["profile_key"] = profile_key(row.values.get("profile_url"))


def converted(key: tuple[str, str], text: str | None, new: str) -> tuple[Any, bool]:
    """The value of a column after adoption (None: nothing), and whether the original has to be kept aside."""
    if text is None:
        return None, False
    if key in VOCABULARIES:
        return folded(key, text)
    if new == "boolean":
        spelling = text.strip(" ").lower()
        known = spelling in TRUE | FALSE
        return ("true" if spelling in TRUE else "false") if known else None, not known
    if new.startswith(("numeric", "integer")):
        value = fitting(number(text.strip()), new)
        if value is not None and value < 0 and key in NEVER_NEGATIVE:
            value = None
        return value, value is None or value != number(text.strip())
    if new == "jsonb":
        return _jsonb(text)
    if new == "timestamp with time zone":
        return _moment(text)
    if new == "uuid":
        return _uuid(text)
    return text, False


def folded(key: tuple[str, str], text: str) -> tuple[str | None, bool]:
    """The value of the vocabulary that the text is a spelling of, or its default."""
    values, default, also = VOCABULARIES[key]
    spellings = {value.lower(): value for value in values} | also
    spelling = text.strip(" ").lower()
    return spellings.get(spelling, default), bool(spelling) and spelling not in spellings


def fitting(value: Decimal | None, type_: str) -> Decimal | None:
    """The number rounded to the type's scale, or None where the type cannot hold it."""
    if value is None:
        return None
    precision, scale = (10, 0) if type_ == "integer" else map(int, type_[len("numeric(") : -1].split(","))
    limit = Decimal(2**31) if type_ == "integer" else Decimal(10) ** (precision - scale)
    # Far beyond every limit, and more digits than Python's context has.
    if abs(value) >= limit * 10:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    return rounded if -limit <= rounded < limit or (type_ != "integer" and abs(rounded) < limit) else None


def _jsonb(text: str) -> tuple[Any, bool]:
    try:
        value = meaning("json", text)
    except ValueError:
        return None, True
    lost = "\\u0000" in text.replace("\\\\", "")
    return (None if lost else value), lost or repeats_a_key(text)


def repeats_a_key(text: str) -> bool:
    """Whether an object in the document has a key more than once: the new column keeps the last of them."""
    repeats = False

    def hook(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeats
        repeats |= len({key for key, _ in pairs}) < len(pairs)

    json.loads(text, object_pairs_hook=hook)
    return repeats


def _moment(text: str) -> tuple[Any, bool]:
    try:
        return meaning("timestamp", text), False
    except ValueError:
        return None, True


def _uuid(text: str) -> tuple[str | None, bool]:
    try:
        return str(UUID(text)), False
    except ValueError:
        return None, True
