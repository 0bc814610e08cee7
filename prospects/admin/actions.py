"""Actions on selected prospects: the decisions of `prospects.decisions`, and the steps that the pipeline adds.

An action is all or nothing. One that cannot be undone, that asks for something or that is about many prospects has a
page of its own first.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import transaction
from django.db.models import Count, Field
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from prospects import decisions, duplicates
from prospects.changes import Cause
from prospects.models import Merge, Prospect

Ids = Collection[uuid.UUID]
NAMED = 5
#: An action on so many prospects asks first: nobody looks at each of them before it is done.
MANY = 50
# The first of them is the one that others are merged into.
OLDEST_FIRST = ("created_at", "pk")
# What an action is for on a prospect's page; `several` have no button there.
DECISION, STEP, SEVERAL, DELETION = "decision", "step", "several", "deletion"


def _possible(ids: Ids) -> None:
    pass


def _available() -> str:
    return ""


@dataclass(frozen=True)
class Action:
    """`run(ids, cause, answers)` carries it out and says what it did, or raises decisions.Refused.

    `answers` is the cleaned data of `form`. `column` is the one whose values are counted before and after. `require`
    raises Refused before anything is asked; `unavailable` says why nobody can do it at present, and reads no row.
    """

    name: str
    label: str
    permission: str
    run: Callable[[Ids, Cause, Mapping[str, Any]], str | SafeString]
    column: str | None = None
    warning: str = ""
    form: type[forms.Form] | None = None
    kind: str = DECISION
    # The oldest of the prospects stays, and the others go into it.
    merges: bool = False
    require: Callable[[Ids], None] = _possible
    unavailable: Callable[[], str] = _available

    def asks(self, ids: Ids) -> bool:
        return bool(self.warning or self.form) or len(ids) >= MANY

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
        """How many of the prospects have which value of `column`, by the value's name."""
        if not self.column:
            return {}
        field = cast("Field[Any, Any]", Prospect._meta.get_field(self.column))
        names = dict(cast(Any, field.flatchoices))
        rows = Prospect.objects.filter(pk__in=ids).order_by().values_list(self.column)
        return {names.get(value, value) or "none": count for value, count in rows.annotate(count=Count("pk"))}


def in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {value}" for value, count in sorted(counts.items())) or "nothing"


def refusal(refused: decisions.Refused) -> str:
    """The refusal with the names of the first prospects it is about; by reason, where they have several."""
    names = {row.pk: str(row) for row in Prospect.objects.filter(pk__in=refused.reasons).only("domain", "username")}
    by_reason: dict[str, list[str]] = {}
    for pk, reason in refused.reasons.items():
        by_reason.setdefault(reason, []).append(names.get(pk, str(pk)))
    if len(by_reason) == 1:
        # The refusal itself has told the reason.
        details = f"This is about {_some(*by_reason.values())}."
    else:
        details = " ".join(f"{_some(found)}: {reason}" for reason, found in by_reason.items())
    return f"Nothing was changed. {refused} {details}".strip()


def _some(names: list[str]) -> str:
    shown = sorted(names)[:NAMED]
    rest = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    *most, last = shown + rest
    return f"{', '.join(most)} and {last}" if most else last


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


def _require_several(ids: Ids) -> None:
    if len(set(ids)) < 2:
        raise decisions.Refused("Choose the prospects that are one and the same, two or more.", {})


def _merge(ids: Ids, cause: Cause, answers: Mapping[str, Any]) -> SafeString:
    _require_several(ids)
    oldest, *others = decisions.find(ids).order_by(*OLDEST_FIRST)
    merges = [(duplicates.merge(oldest.pk, other.pk, cause), str(other)) for other in others]
    return format_html(
        'Merged {} into <a href="{}">{}</a>. To undo: {}.',
        len(merges),
        reverse("admin:prospects_prospect_change", args=[oldest.pk]),
        oldest,
        _links(merges),
    )


def _links(merges: list[tuple[Merge, str]]) -> SafeString:
    """A link to the page of each of the first merges, where it can be undone."""
    links = ((reverse("admin:prospects_merge_change", args=[merge.pk]), name) for merge, name in merges[:NAMED])
    shown = format_html_join(", ", '<a href="{}">the merge of {}</a>', links)
    if len(merges) <= NAMED:
        return shown
    url = reverse("admin:prospects_merge_changelist")
    return format_html('{} and <a href="{}">{} more</a>', shown, url, len(merges) - NAMED)


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
            kind=SEVERAL,
            merges=True,
            require=_require_several,
            warning="The oldest of them stays and keeps its values. Empty ones are filled from the others, whose "
            "mails, files and history go over to it. Each merge can be undone on its page.",
        ),
        Action(
            "delete",
            "Delete",
            "prospects.delete_prospect",
            _delete,
            kind=DELETION,
            warning="Deleted prospects cannot be brought back; only their history stays. To keep them out of every "
            "list, reject them instead.",
        ),
    )
}
