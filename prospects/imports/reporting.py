"""Rows that need a person, as a file to correct and import again."""

import csv
import re
from collections.abc import Iterator

from config.api.exports import FORMULA_STARTS
from prospects.choices import RowStatus
from prospects.models import Import, ImportRow

PROBLEM = "import problem"
# With the apostrophes it has already: so what was a formula can be told from what was a formula's text.
_FORMULA = re.compile(f"'*[{re.escape(''.join(FORMULA_STARTS))}]")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def refused_rows(of: Import) -> Iterator[str]:
    """The refused rows as CSV in UTF-8 with a byte order mark, each behind its problem.

    The problem stands first: a row that has more cells than there are columns keeps them all, in their places.
    """
    write = csv.writer(_Echo()).writerow
    yield "\ufeff" + write([PROBLEM, *map(neutral, of.columns)])
    # Before the run, what the preview refuses; afterwards what was refused.
    refused = of.rows.filter(status=RowStatus.REFUSED) | of.rows.filter(
        status=RowStatus.PENDING, planned=RowStatus.REFUSED
    )
    for row in refused.order_by("number").iterator(chunk_size=500):
        yield write(map(neutral, [problem_text(row), *row.cells]))


def problem_text(row: ImportRow) -> str:
    """The row's problems in one line: column, what is wrong with it."""
    return "; ".join(f"{problem['column'] or 'row'}: {problem['reason']}" for problem in row.problems)


def neutral(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_it_was(text: str) -> str:
    """What `neutral` made the text from."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
