"""Lists as CSV or as a workbook, streamed: exactly the rows that were counted, and no cell a spreadsheet would run."""

import csv
import itertools
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from config.api.integrity import DataIntegrityViolation, Proof, snapshot

CHUNK = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A column's heading and what it shows of a row.
Column = tuple[str, Callable[[Any], Any]]
#: A spreadsheet takes a cell that starts with one of these for a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(filename: str, columns: Sequence[Column], rows: QuerySet[Any]) -> StreamingHttpResponse:
    """The rows as CSV, in their order, read in one snapshot.

    What goes wrong before the first row is an ordinary problem. Afterwards the status has been sent: the connection
    breaks, and no client can take the part for the whole.
    """
    response = StreamingHttpResponse(_Begun(_lines(columns, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def xlsx_response(filename: str, columns: Sequence[Column], rows: QuerySet[Any]) -> FileResponse:
    """The rows as a workbook, in their order, read in one snapshot into a temporary file.

    Raises DataIntegrityViolation, and the problem of an empty list that cannot be proven.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("export")
    sheet.append([heading for heading, _ in columns])
    proof = Proof(rows.db)
    with snapshot(rows.db):
        if (total := rows.count()) == 0:
            proof.of_emptiness()
        counted = _Counted(rows.iterator(chunk_size=CHUNK))
        for row in counted:
            sheet.append([_cell(value(row)) for _, value in columns])
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


def _cell(value: Any) -> Any:
    """As in CSV; a workbook holds no UUIDs and no control characters."""
    value = neutralised(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value


def neutralised(value: Any) -> Any:
    """A text that starts like a formula behind an apostrophe; NULL as nothing; dates in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


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
