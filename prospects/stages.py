"""The one definition of `stage`, derived from the other statuses.

The rules are data, read by two interpreters: `derive_stage` for values in Python and `stage_expression` for the
database. The table's CHECK constraint is the second one, so no write can leave a stage that contradicts the statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Q, TextField, Value, When
from django.db.models.functions import Trim

from prospects.choices import (
    SCRAPED_STATUSES,
    ApprovalStatus,
    DraftStatus,
    ScrapeStatus,
    SendStatus,
    Stage,
    VerificationStatus,
)

CharField.register_lookup(Trim)
TextField.register_lookup(Trim)


@dataclass(frozen=True)
class Rule:
    """A stage holds when each column has one of its values and each text is present (not NULL, not only spaces)."""

    stage: Stage
    values: Mapping[str, tuple[str, ...]]
    texts: tuple[str, ...] = ()


# The first rule that holds decides; a prospect for which none holds is DISCOVERED.
RULES = (
    Rule(Stage.SENT, {"send_status": (SendStatus.SENT.value,)}),
    Rule(Stage.DRAFTED, {"draft_status": (DraftStatus.DRAFTED.value,)}, ("draft_subject", "draft_body")),
    Rule(Stage.VERIFIED, {"verification_status": (VerificationStatus.VERIFIED.value,)}, ("contact_email",)),
    Rule(
        Stage.LEAD,
        {
            "scrape_status": tuple(status.value for status in SCRAPED_STATUSES),
            "approval_status": (ApprovalStatus.APPROVED.value,),
        },
        ("contact_email",),
    ),
    Rule(Stage.EMAIL_FOUND, {"scrape_status": tuple(s.value for s in SCRAPED_STATUSES)}, ("contact_email",)),
    Rule(
        Stage.SCRAPED,
        {"scrape_status": (*(s.value for s in SCRAPED_STATUSES), ScrapeStatus.NO_EMAIL_FOUND.value)},
    ),
)

# A change to one of these columns changes the stage.
STAGE_INPUTS = frozenset(column for rule in RULES for column in (*rule.values, *rule.texts))


def is_present(text: str | None) -> bool:
    """Whether a text says something. Only spaces are trimmed, because that is what SQL's TRIM does."""
    return text is not None and text.strip(" ") != ""


def derive_stage(values: Mapping[str, Any]) -> Stage:
    """The stage of a prospect whose STAGE_INPUTS have these values."""
    for rule in RULES:
        if all(values[column] in allowed for column, allowed in rule.values.items()) and all(
            is_present(values[text]) for text in rule.texts
        ):
            return rule.stage
    return Stage.DISCOVERED


def present(column: str) -> Q:
    """The condition that a text column is present, see `is_present`."""
    return Q(**{f"{column}__trim__gt": ""})


def stage_expression(changes: Mapping[str, Any] | None = None) -> Case:
    """The stage as the database derives it from a row, as if `changes` (column: value) were already written to it."""
    changes = changes or {}
    whens = [
        When(condition, then=Value(rule.stage.value))
        for rule in RULES
        if (condition := _condition(rule, changes)) is not None
    ]
    default = Value(Stage.DISCOVERED.value)
    return Case(*whens, default=default, output_field=CharField())


def _condition(rule: Rule, changes: Mapping[str, Any]) -> Q | None:
    """The rule as a condition on the row, or None when the changes already break it."""
    condition = Q()
    for column, allowed in rule.values.items():
        if column not in changes:
            condition &= Q(**{f"{column}__in": allowed})
        elif changes[column] not in allowed:
            return None
    for column in rule.texts:
        if column not in changes:
            condition &= present(column)
        elif not is_present(changes[column]):
            return None
    return condition or Q(pk__isnull=False)  # the changes alone fulfil the rule, for every row
