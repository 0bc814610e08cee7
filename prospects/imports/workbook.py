"""Reading XLSX workbooks, which are ZIP archives that can lie about their size."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from prospects.imports.errors import ImportRefused

MAGIC = b"PK\x03\x04"
OLD_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
#: Bytes of all members of the archive, unpacked. What a member says of its size is enforced by the ZIP reader.
MAX_UNPACKED = 256 * 1024 * 1024
MAX_MEMBERS = 1000
#: The last line a sheet can have.
MAX_LINES = 1_048_576
_WORKBOOK, _STRICT = "xl/workbook.xml", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
#: From here on a number has more digits than a workbook keeps.
INEXACT = 10**15
# Texts in a cell's format; a percent sign among them is only shown.
_FORMAT_TEXT = re.compile(r'"[^"]*"|\\.')
# How a workbook writes what XML cannot hold: a carriage return as _x000D_.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# The ZIP reader raises RuntimeError for a member with a password, OSError for broken bzip2.
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError, NotImplementedError,
    TypeError, AttributeError, IndexError, zlib.error, lzma.LZMAError, OSError, OverflowError, RuntimeError,
)  # fmt: skip


def choose_sheet(content: bytes, asked: str) -> str:
    """The name of the sheet to read. Raises ImportRefused when there are several and none was asked for."""
    _refuse_bomb(content)
    _refuse_strict(content)
    with _workbook(content) as book:
        names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if asked and asked not in names:
        raise ImportRefused(f"There is no sheet {asked!r}; there are: {', '.join(names)}.", asks_for="sheet")
    if not names:
        raise ImportRefused("The workbook has no sheet that is shown.")
    if not asked and len(names) != 1:
        raise ImportRefused(f"The workbook has {len(names)} sheets, name one: {', '.join(names)}.", asks_for="sheet")
    return asked or names[0]


def rows(content: bytes, sheet: str, max_cell: int) -> Iterator[tuple[int, dict[int, str], dict[int, str]]]:
    """Number of each row, also of blank ones, with the texts that are there and their problems, by column number."""
    with _workbook(content) as book:
        worksheet = book[sheet]
        worksheet.reset_dimensions()  # what the file claims about its size is not believed
        # The cells as they stand in the file: openpyxl fills up to the last one, which may be the 16,384th of each row.
        worksheet._get_row = _as_it_stands
        for number, cells in enumerate(worksheet.iter_rows(), 1):
            if number > MAX_LINES:
                raise ImportRefused(f"Sheet {sheet!r} has a line beyond {MAX_LINES:,}. Remove it.")
            texts = {cell["column"] - 1: text for cell in cells if (text := _text(cell["value"]))}
            problems = {c["column"] - 1: reason for c in cells if (reason := _problem(worksheet, c, max_cell))}
            yield number, {at: text[:max_cell] for at, text in texts.items()}, problems


def unpacked_size(content: bytes) -> int:
    """Bytes of all members of the archive, unpacked. Raises ImportRefused."""
    return sum(member.file_size for member in _members(content))


def _as_it_stands(cells: list[dict[str, Any]], *_: object) -> list[dict[str, Any]]:
    return cells


@contextmanager
def _workbook(content: bytes) -> Iterator[Any]:
    with _damage_named():
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise ImportRefused(
            f"The workbook is damaged ({error}). Open it in a spreadsheet and save it again."
        ) from error


def _refuse_bomb(content: bytes) -> None:
    members = _members(content)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise ImportRefused(
            f"Unpacked, the workbook would have {unpacked:,} bytes in {len(members):,} parts; at most {MAX_UNPACKED:,} "
            f"in {MAX_MEMBERS:,} are taken. Remove pictures and formats, or save it as CSV."
        )


def _refuse_strict(content: bytes) -> None:
    with _damage_named(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        strict = _WORKBOOK in archive.namelist() and _STRICT in archive.read(_WORKBOOK)
    if strict:
        raise ImportRefused("The workbook is a Strict Open XML one, which is not read. Save it as an ordinary .xlsx.")


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    with _damage_named():
        return zipfile.ZipFile(io.BytesIO(content)).infolist()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # What a spreadsheet shows: 45.6, where the file has 45.599999999999994.
        return str(int(value)) if value.is_integer() and abs(value) < INEXACT else f"{value:.15g}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _ESCAPED.sub(_unescaped, str(value))


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    # What no text can hold stays as it is written.
    return found[0] if character == "\0" or "\ud800" <= character <= "\udfff" else character


def _problem(worksheet: Any, cell: dict[str, Any], max_cell: int) -> str:
    if cell["value"] is None:
        return ""
    if cell["data_type"] == "f":
        return "a formula; put its value there"
    if cell["data_type"] == "e":
        return "an error of the spreadsheet"
    if len(_text(cell["value"])) > max_cell:
        return f"more than {max_cell:,} characters"
    if cell["data_type"] == "n" and isinstance(cell["value"], int | float):
        return _number_problem(worksheet, cell)
    return ""


def _number_problem(worksheet: Any, cell: dict[str, Any]) -> str:
    if abs(cell["value"]) >= INEXACT:
        return "a number of more than 15 digits, of which a workbook keeps 15; make the cell a text"
    if cell["style_id"] and "%" in _FORMAT_TEXT.sub("", ReadOnlyCell(worksheet, **cell).number_format):
        return "a percentage, which a workbook keeps as a hundredth of what it shows; make it a number without %"
    return ""
