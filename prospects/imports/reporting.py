"""Rows that need a person, as a file to correct and import again."""

import csv
from collections.abc import Generator

from config.api.exports import neutralised
from config.api.integrity import DataIntegrityViolation, proven
from prospects.choices import RowStatus
from prospects.models import Import, ImportRow

PROBLEM = "import problem"


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def refused_rows(of: Import) -> Generator[str, None, None]:
    """The refused rows as CSV in UTF-8 with a byte order mark, each behind its problem.

    The problem stands first: a row that has more cells than there are columns keeps them all, in their places.
    Raises the problems of a list's export: when there are no rows to be seen, and at the end when some were lost.
    """
    write = csv.writer(_Echo()).writerow
    head = "\ufeff" + write([PROBLEM, *map(neutralised, of.columns)])
    # Before the run, what the preview refuses; afterwards what was refused.
    refused = of.rows.filter(status=RowStatus.REFUSED) | of.rows.filter(
        status=RowStatus.PENDING, planned=RowStatus.REFUSED
    )
    returned = 0
    with proven(of.rows.db) as proof:
        total = refused.count()
        if total == 0:
            proof.of_emptiness()
        for row in refused.order_by("number").iterator(chunk_size=500):
            returned += 1
            yield head * (returned == 1) + write(map(neutralised, [problem_text(row), *row.cells]))
    if returned != total:
        raise DataIntegrityViolation(total, returned, total)
    if total == 0:
        yield head


def problem_text(row: ImportRow) -> str:
    """The row's problems in one line: column, what is wrong with it."""
    return "; ".join(f"{problem['column'] or 'row'}: {problem['reason']}" for problem in row.problems)
