"""Actions on selected prospects: the decisions of `prospects.decisions`, and the steps that the pipeline adds.

An action is all or nothing. One that cannot be undone, or that asks for something, has a page of its own first.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Count
from django.utils.html import format_html
from django.utils.safestring import SafeString

from prospects import decisions, duplicates
from prospects.changes import Cause
from prospects.models import Prospect

Ids = Collection[uuid.UUID]
NAMED = 5


@dataclass(frozen=True)
class Action:
    """`run(ids, cause, answers)` carries it out and says what it did, or raises decisions.Refused.

    `answers` is the cleaned data of `form`. `column` is the one whose values are counted before and after.
    """

    name: str
    label: str
    permission: str
    run: Callable[[Ids, Cause, Mapping[str, Any]], str | SafeString]
    column: str | None = None
    warning: str = ""
    form: type[forms.Form] | None = None

    @property
    def asks(self) -> bool:
        return bool(self.warning or self.form)

    def perform(self, ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> SafeString:
        """Run it and count what it changed. Raises decisions.Refused; then nothing is changed."""
        with transaction.atomic():
            before = self.counts(ids)
            done = self.run(ids, cause, answers)
            after = self.counts(ids)
        if not self.column:
            return format_html("{}", done)
        return format_html("{} Before: {}. After: {}.", done, in_words(before), in_words(after))

    def counts(self, ids: Ids) -> dict[str, int]:
        """How many of the prospects have which value of `column`."""
        if not self.column:
            return {}
        rows = Prospect.objects.filter(pk__in=ids).order_by().values_list(self.column)
        return {value or "none": count for value, count in rows.annotate(count=Count("pk"))}


def in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {value}" for value, count in sorted(counts.items())) or "nothing"


def refusal(refused: decisions.Refused) -> str:
    """The refusal as one sentence for each reason, with the names of the first prospects it is about."""
    names = {row.pk: str(row) for row in Prospect.objects.filter(pk__in=refused.reasons).only("domain", "username")}
    by_reason: dict[str, list[str]] = {}
    for pk, reason in refused.reasons.items():
        by_reason.setdefault(reason, []).append(names.get(pk, str(pk)))
    details = " ".join(f"{_some(found)}: {reason}" for reason, found in by_reason.items())
    return f"Nothing was changed. {refused} {details}".strip()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(sorted(names)[:NAMED]) + more


class CategoryForm(forms.Form):
    category = forms.CharField(max_length=200)


def _approve(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Approved {decisions.approve(ids, cause)}."


def _reject(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Rejected {decisions.reject(ids, cause)}."


def _reconsider(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Put {decisions.reconsider(ids, cause)} back to be decided on."


def _promote(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Promoted {decisions.promote(ids, cause)} to leads."


def _set_category(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Put {decisions.set_category(ids, answers['category'], cause)} into a category."


def _delete(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    return f"Deleted {decisions.delete(ids, cause)}."


def _merge(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> str:
    oldest, *others = decisions.find(ids).order_by("created_at", "pk")
    if not others:
        raise decisions.Refused("Choose the prospects that are one and the same, two or more.", {})
    for other in others:
        duplicates.merge(oldest.pk, other.pk, cause)
    return f"Merged {len(others)} into {oldest}."


CHANGE = "prospects.change_prospect"
# By name, in the order of the page. The pipeline adds its steps.
ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "Approve", CHANGE, _approve, "approval_status"),
        Action("reject", "Reject", CHANGE, _reject, "approval_status"),
        Action("reconsider", "Back to undecided", CHANGE, _reconsider, "approval_status"),
        Action("promote", "Promote to lead", CHANGE, _promote, "stage"),
        Action("set_category", "Set category", CHANGE, _set_category, "discovery_category", form=CategoryForm),
        Action(
            "merge",
            "Merge",
            "prospects.add_merge",
            _merge,
            warning="The oldest of them stays and keeps its values. Empty ones are filled from the others, whose "
            "mails, files and history go over to it. Each merge can be undone on its page.",
        ),
        Action(
            "delete",
            "Delete",
            "prospects.delete_prospect",
            _delete,
            warning="Deleted prospects cannot be brought back; only their history stays. To keep them out of every "
            "list, reject them instead.",
        ),
    )
}
