"""What the rest of a file says of the prospects that a row is about."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from prospects.choices import RowStatus
from prospects.imports.deciding import Decision, is_social, keys_of, problem, unreadable
from prospects.keys import email_key
from prospects.models import Import, ImportRow

#: Rows read at a time.
PAGE = 2000


class OtherRows:
    """The rows above one, and the addresses that any row of the file names.

    A prospect is named by one row of a file, and nothing a row does may change whom another row is about: so the same
    file does nothing the second time.
    """

    def __init__(self) -> None:
        self.lines_by_email: dict[str, set[int]] = defaultdict(set)
        self.seen: dict[tuple[str, str], int] = {}
        self.refused: set[int] = set()

    def announce(self, row: ImportRow) -> None:
        """Take note of the address a row names; needed of all rows before the first is settled, if any is replaced."""
        if not unreadable(row.problems) and (key := keys_of(row.values).get("email")):
            self.lines_by_email[key].add(row.line)

    def settle(self, row: ImportRow, decision: Decision) -> Decision:
        """The decision, in view of the rows above; to be asked in their order."""
        if unreadable(row.problems):
            return decision
        about = _prospect(decision.prospect_id)
        said = sorted((self.seen[key], key[0]) for key in keys_of(row.values).items() | about if key in self.seen)
        decision = self._repeating(decision, *said[0]) if said else self._releasing(row, decision)
        self._claim(row, decision.status, decision.prospect_id)
        return decision

    def settled(self, row: ImportRow) -> None:
        """Take note of a row that is done."""
        if not unreadable(row.problems):
            self._claim(row, RowStatus(row.status), row.prospect_id)

    def _claim(self, row: ImportRow, status: RowStatus, prospect_id: UUID | None) -> None:
        """Rows below that name the same as this one are about the same, and repeat it.

        A row that is about no prospect leaves its site or profile to a row below. If its address is all that it is
        known by, it keeps that: given to a prospect by a row below, it would be about that one the next time.
        """
        keys = keys_of(row.values)
        if status == RowStatus.SKIPPED and not prospect_id:
            keys = {} if ("profile" if is_social(row.values) else "domain") in keys else keys
        for key in keys.items() | _prospect(prospect_id):
            self.seen.setdefault(key, row.line)
        if status == RowStatus.REFUSED:
            self.refused.add(row.line)

    def _repeating(self, decision: Decision, line: int, key: str) -> Decision:
        """Skipped; but refused with the row it repeats: else nobody would see that neither was imported."""
        if line not in self.refused:
            return Decision(RowStatus.SKIPPED, f"The row on line {line} has the same {key}.")
        if decision.status == RowStatus.REFUSED:
            return decision
        reason = f"the row on line {line}, which is refused, has the same {key}"
        return Decision(RowStatus.REFUSED, problems=[problem("", "", reason)], prospect_id=decision.prospect_id)

    def _releasing(self, row: ImportRow, decision: Decision) -> Decision:
        """The decision, refused when it takes away an address by which another row knows the prospect."""
        replaced = email_key(decision.before.get("contact_email"))
        if replaced == email_key(decision.values.get("contact_email")):  # only written otherwise
            return decision
        others = self.lines_by_email.get(replaced, ()) if replaced else ()
        if line := min((line for line in others if line != row.line), default=0):
            reason = f"the present address, {replaced}, is that of the row on line {line}"
            problems = [problem("contact_email", row.values["contact_email"], reason)]
            return Decision(RowStatus.REFUSED, problems=problems, prospect_id=decision.prospect_id)
        return decision


def others_of(of: Import, heartbeat: Callable[[], None] = lambda: None) -> OtherRows:
    """What the rows of an import that runs, or goes on, say of each other; `heartbeat` is called while it is read."""
    others = OtherRows()
    if "contact_email" in of.overwrite:
        for row in _read(of.rows.all(), heartbeat):
            others.announce(row)
    done = [status for status in RowStatus.values if status != RowStatus.PENDING]
    for row in _read(of.rows.filter(status__in=done), heartbeat):
        others.settled(row)
    return others


def _read(rows: QuerySet[ImportRow], heartbeat: Callable[[], None]) -> Iterator[ImportRow]:
    rows = rows.only("of", "number", "line", "values", "status", "problems", "prospect_id").order_by("number")
    last = 0
    while page := list(rows.filter(number__gt=last)[:PAGE]):
        yield from page
        last = page[-1].number
        heartbeat()


def _prospect(pk: UUID | None) -> set[tuple[str, str]]:
    return {("prospect", str(pk))} if pk else set()
