"""Lists as CSV or as a workbook, streamed: exactly the rows that were counted, and no cell a spreadsheet would run."""

import csv
import itertools
import re
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db.models import Model, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from openpyxl import Workbook

from config.api.integrity import DataIntegrityViolation, Proof, snapshot
from config.api.problems import Problem

CHUNK = 2000
#: Characters of a workbook's cell, in UTF-16, and rows below a sheet's headings.
MAX_TEXT = 32_767
MAX_ROWS = 1_048_575
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A column's heading and what it shows of a row.
Column = tuple[str, Callable[[Any], Any]]
#: A spreadsheet takes a cell that starts with one of these for a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Also with apostrophes that it has already: so the way back leads to the same text.
_FORMULA = re.compile(f"'*[{re.escape(''.join(FORMULA_STARTS))}]")
# XML cannot hold these; workbooks write them as _x000B_, and so a text that looks like that itself as _x005F_x000B_.
_ESCAPED = re.compile("_x(?=[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(filename: str, columns: Sequence[Column], rows: QuerySet[Any]) -> StreamingHttpResponse:
    """The rows as CSV, in their order, read in one snapshot.

    What goes wrong before the first row is an ordinary problem. Afterwards the status has been sent: the connection
    breaks, and no client can take the part for the whole.
    """
    return streamed(filename, _lines(columns, rows))


def streamed(filename: str, lines: Generator[str, None, None]) -> StreamingHttpResponse:
    """Lines of CSV as a file. What its first line raises is raised here, while the status can still say it."""
    response = StreamingHttpResponse(_Begun(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def xlsx_response(filename: str, columns: Sequence[Column], rows: QuerySet[Any]) -> FileResponse:
    """The rows as a workbook, in their order, read in one snapshot into a temporary file.

    Raises DataIntegrityViolation, the problem of an empty list that cannot be proven, and that of a list or text that a
    workbook would cut off: all before the first byte is sent.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("export")
    sheet.append([heading for heading, _ in columns])
    proof = Proof(rows.db)
    with snapshot(rows.db):
        if (total := rows.count()) == 0:
            proof.of_emptiness()
        if total > MAX_ROWS:
            raise _too_large(f"The list has {total:,} rows; a workbook holds {MAX_ROWS:,}.")
        # The server's cursor is closed before the transaction that it lives in, also when a row is refused.
        with closing(row for row in rows.iterator(chunk_size=CHUNK)) as read:
            counted = _Counted(read)
            for row in counted:
                sheet.append([_cell(row, heading, value(row)) for heading, value in columns])
    proof.require()
    if counted.count != total:
        raise DataIntegrityViolation(total, counted.count, total)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)


#: What makes a response, by the name of its format.
EXPORTS: dict[str, Callable[[str, Sequence[Column], QuerySet[Any]], HttpResponseBase]] = {
    "csv": csv_response,
    "xlsx": xlsx_response,
}


def _cell(row: Model, heading: str, value: Any) -> Any:
    """As in CSV; a workbook holds no UUIDs, and control characters in a form of its own."""
    value = neutralised(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if not isinstance(value, str):
        return value
    text = _ESCAPED.sub(_escape, value)
    if (length := len(text.encode("utf-16-le")) // 2) > MAX_TEXT:
        raise _too_large(
            f"{heading} of {row} ({row.pk}) has {length:,} characters; a workbook's cell holds {MAX_TEXT:,}."
        )
    return text


def _escape(found: re.Match[str]) -> str:
    return "_x005F_x" if found[0] == "_x" else f"_x{ord(found[0]):04X}_"


def _too_large(reason: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "too_large_for_xlsx", f"{reason} Use CSV, which has no such limit.")


def neutralised(value: Any) -> Any:
    """A text that starts like a formula behind an apostrophe; NULL as nothing; dates in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def as_it_was(text: str) -> str:
    """What `neutralised` made the text from."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _lines(columns: Sequence[Column], rows: QuerySet[Any]) -> Generator[str, None, None]:
    writer = csv.writer(_Echo())
    proof = Proof(rows.db)
    with snapshot(rows.db):
        total = rows.count()
        if total == 0:
            proof.of_emptiness()
        counted = _Counted(rows.iterator(chunk_size=CHUNK))
        values = ([neutralised(value(row)) for _, value in columns] for row in counted)
        first = next(values, None)
        if first is not None:
            yield writer.writerow([heading for heading, _ in columns]) + writer.writerow(first)
        yield from map(writer.writerow, values)
        if counted.count != total:
            raise DataIntegrityViolation(total, counted.count, total)
    if first is None:
        proof.require()
        yield writer.writerow([heading for heading, _ in columns])


class _Begun:
    """Lines whose first one has been made. Django closes it, and so the transaction, when the client goes away."""

    def __init__(self, lines: Generator[str, None, None]) -> None:
        self.first = next(lines)
        self.lines = lines
        self.close = lines.close

    def __iter__(self) -> Iterator[str]:
        return itertools.chain([self.first], self.lines)


class _Counted:
    """The rows, counting those that went by."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.rows:
            self.count += 1
            yield row
