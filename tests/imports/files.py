"""Small files to import, made in memory."""

import csv
import io
from collections.abc import Sequence

import openpyxl

from pipeline import imports as import_jobs
from pipeline import jobs
from prospects import imports
from prospects.changes import Cause
from prospects.models import Import

CAUSE = Cause(reason="test")


def csv_file(header: Sequence[str], *rows: Sequence[str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def xlsx_file(*rows: Sequence[object], sheets: Sequence[str] = ("Sheet1",)) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def previewed(
    content: bytes, mode: str = "both", overwrite: Sequence[str] = (), name: str = "list.csv", **kw
) -> Import:
    of = imports.upload(name, content, **kw)
    imports.configure(of, of.mapping, mode, overwrite)
    return imports.preview(of)


def run(content: bytes, mode: str = "both", overwrite: Sequence[str] = (), name: str = "list.csv", **kw) -> Import:
    """Uploaded, previewed and done."""
    of = previewed(content, mode, overwrite, name, **kw)
    jobs.run(import_jobs.start(of, CAUSE).pk)
    of.refresh_from_db()
    return of
