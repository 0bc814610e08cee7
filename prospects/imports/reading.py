"""Reading a file: a line of column names, then rows, one at a time.

Nothing is guessed in silence: what cannot be told from the file itself is asked for.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePath

from config.api.exports import as_it_was
from prospects.choices import ImportFormat
from prospects.imports import workbook
from prospects.imports.errors import ImportRefused
from prospects.imports.fields import field_of
from prospects.imports.reporting import PROBLEM

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
#: Cells of one row that are looked at: with the column of problems.
MAX_CELLS = MAX_COLUMNS + 1
#: Characters in one cell.
MAX_CELL = 50_000
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "iso-8859-1",
    "iso-8859-2", "iso-8859-15", "mac-roman", "shift_jis", "gb18030", "euc-kr",
)  # fmt: skip
# A quotation mark at the start of a name, and after it no other one but doubled.
_OPENED = re.compile(f'(^|[{re.escape("".join(SEPARATORS))}])"([^"]|"")*$')
_HINT = re.compile('"?sep=(.)"?', re.IGNORECASE)
_UNICODE = ("utf-8", "utf-16", "utf-16-le", "utf-16-be")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Source:
    """How a file is read. `columns` are the names of its first line."""

    format: ImportFormat
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileRow:
    """One row: the line it begins on, its texts, and by column number why a text cannot be taken.

    Texts beyond the columns are there too, up to MAX_CELLS in all; what was cut off is a problem.
    """

    line: int
    cells: list[str]
    problems: dict[int, str] = field(default_factory=dict)


def open_source(filename: str, content: bytes, *, encoding: str = "", separator: str = "", sheet: str = "") -> Source:
    """Find out how the file is to be read. Raises ImportRefused: also where the file leaves a choice."""
    if not content:
        raise ImportRefused("The file is empty.")
    if len(content) > MAX_BYTES:
        raise ImportRefused(f"The file has {len(content):,} bytes; at most {MAX_BYTES:,} are taken. Split it.")
    if _format(filename, content) == ImportFormat.XLSX:
        source = Source(ImportFormat.XLSX, sheet=workbook.choose_sheet(content, sheet))
    else:
        encoding = _encoding(content, encoding)
        source = Source(ImportFormat.CSV, encoding)
        separator = separator or _hint(content, encoding)
        source = replace(source, separator=_separator(_first_line(content, encoding), separator))
    lines = _lines(source, content)
    header = next(lines, None)
    if header is None:
        raise ImportRefused("The file has no line of column names.")
    source = replace(source, columns=_columns(header))
    if next(_rows(source, lines), None) is None:
        raise ImportRefused("The file has column names but no row below them.")
    return source


def read(source: Source, content: bytes) -> Iterator[FileRow]:
    """The rows below the column names; blank lines are left out. Raises ImportRefused where the file is broken."""
    lines = _lines(source, content)
    next(lines, None)
    for count, row in enumerate(_rows(source, lines), 1):
        if count > MAX_ROWS:
            raise ImportRefused(f"The file has more than {MAX_ROWS:,} rows. Split it.")
        yield row


def _format(filename: str, content: bytes) -> ImportFormat:
    suffix = PurePath(filename).suffix.lower()
    if content.startswith(workbook.OLD_MAGIC):
        raise ImportRefused(f"{filename} is an old Excel file (.xls) or has a password. Save it as .xlsx without one.")
    if content.startswith(workbook.MAGIC) != (suffix == ".xlsx") and suffix in (".xlsx", ".csv", ".txt", ".tsv"):
        actual = "an XLSX workbook" if content.startswith(workbook.MAGIC) else "no XLSX workbook"
        raise ImportRefused(f"{filename} is named {suffix} but is {actual}. Give it the right name, or save it again.")
    if suffix == ".xlsx":
        return ImportFormat.XLSX
    if suffix in (".csv", ".txt", ".tsv"):
        return ImportFormat.CSV
    raise ImportRefused(f"{filename} is neither .csv nor .xlsx.")


def _encoding(content: bytes, asked: str) -> str:
    detected = next((name for bom, name in _BOMS if content.startswith(bom)), "utf-8")
    if asked and asked not in ENCODINGS:
        raise ImportRefused(f"{asked!r} is no encoding this reads: {', '.join(ENCODINGS)}.", asks_for="encoding")
    encoding = detected if detected != "utf-8" and asked in ("", *_UNICODE) else asked or detected
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    try:
        for start in range(0, len(content), 1 << 20):
            decoder.decode(view[start : start + (1 << 20)], final=start + (1 << 20) >= len(content))
    except UnicodeDecodeError as error:
        reason = f"byte 0x{error.object[error.start]:02x} cannot be read"
        raise _wrong_encoding(encoding, reason) from error
    except UnicodeError as error:  # UTF-16 that does not say which of its two kinds it is
        raise _wrong_encoding(encoding, "it has no byte order mark") from error
    return encoding


def _wrong_encoding(encoding: str, reason: str) -> ImportRefused:
    return ImportRefused(
        f"The file is not {encoding}: {reason}. Save it as UTF-8, or name its encoding: {', '.join(ENCODINGS)}.",
        asks_for="encoding",
    )


def _opened(content: bytes, encoding: str, newline: str | None = None) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=newline)


def _hint(content: bytes, encoding: str) -> str:
    """The separator that the first line names to Excel, `sep=;`, if it does."""
    found = _HINT.fullmatch(next(_opened(content, encoding), "").rstrip("\r\n"))
    return found[1] if found else ""


def _first_line(content: bytes, encoding: str) -> str:
    """The first line that is not blank, with those that a name in quotation marks goes on in."""
    lines = _without_hint(_opened(content, encoding))
    for line in lines:
        if line.strip():
            return "".join(chain([line], _continuation(line, lines))).rstrip("\r\n")
    raise ImportRefused("The file has no line of column names.")


def _without_hint(lines: Iterable[str]) -> Iterator[str]:
    """The lines with a blank one in place of the hint: the others keep their numbers."""
    for number, line in enumerate(lines, 1):
        yield "\n" if number == 1 and _HINT.fullmatch(line.rstrip("\r\n")) else line


def _continuation(line: str, lines: Iterator[str]) -> Iterator[str]:
    """The lines up to the one that closes the quotation mark that this one opens."""
    if _OPENED.search(line):
        is_open, size = True, len(line)
        while is_open and size < MAX_CELL and (more := next(lines, "")):
            is_open ^= bool(more.count('"') % 2)
            size += len(more)
            yield more


def _separator(line: str, asked: str) -> str:
    if asked:
        if asked not in SEPARATORS:
            names = ", ".join(SEPARATORS.values())
            raise ImportRefused(f"{asked!r} is no separator this reads: {names}.", asks_for="separator")
        return asked
    bare = "".join(part for index, part in enumerate(line.split('"')) if index % 2 == 0)
    found = [separator for separator in SEPARATORS if separator in bare]
    if len(found) > 1:
        names = " and ".join(SEPARATORS[separator] for separator in found)
        raise ImportRefused(f"The first line has {names}: name the separator.", asks_for="separator")
    return found[0] if found else ","


def _columns(header: FileRow) -> tuple[str, ...]:
    if too_many := [problem for at, problem in header.problems.items() if at >= MAX_COLUMNS]:
        raise ImportRefused(f"Line {header.line} has {too_many[-1]}.")
    names = [name.strip() for name in header.cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise ImportRefused(f"The file has {len(names)} columns; at most {MAX_COLUMNS} are taken.")
    if empty := [str(number) for number, name in enumerate(names, 1) if not name]:
        raise ImportRefused(f"Column {', '.join(empty)} has no name in line {header.line}. Name it or remove it.")
    folded = [name.casefold() for name in names]
    if twice := sorted({name for name in folded if folded.count(name) > 1}):
        raise ImportRefused(f"Line {header.line} names two columns {', '.join(map(repr, twice))}. Rename one.")
    if not any(map(field_of, names)) and (data := [name for name in names if _is_data(name)]):
        raise ImportRefused(
            f"Line {header.line} looks like a row, not like column names: it has {data[0]!r}. Add a line of names."
        )
    return tuple(names)


def _is_data(name: str) -> bool:
    plain = name.replace(" ", "")
    host = plain.rpartition("://")[2].partition("/")[0]
    labels = host.split(".")
    return "@" in plain or "://" in plain or plain.replace(".", "").isdigit() or (len(labels) > 1 and all(labels))


def _lines(source: Source, content: bytes) -> Iterator[FileRow]:
    """The lines that are not blank. A file of refused rows comes as it was when they were refused."""
    lines = _lines_of_the_file(source, content)
    header = next(lines, None)
    if header is None:
        return
    added = {at for at, name in enumerate(header.cells) if name.strip().casefold() == PROBLEM}
    if not added:
        yield header
        yield from lines
        return
    for row in chain([header], lines):
        before = _as_it_was(row, added)
        if any(cell.strip() for cell in before.cells):
            yield before


def _as_it_was(row: FileRow, added: Collection[int]) -> FileRow:
    cells = [as_it_was(cell) for at, cell in enumerate(row.cells) if at not in added]
    problems = {
        at - sum(column < at for column in added): problem for at, problem in row.problems.items() if at not in added
    }
    return FileRow(row.line, cells, problems)


def _lines_of_the_file(source: Source, content: bytes) -> Iterator[FileRow]:
    if source.format == ImportFormat.XLSX:
        for number, texts, problems in workbook.rows(content, source.sheet, MAX_CELL):
            if filled := [at for at, text in texts.items() if text.strip()]:
                width = max(filled) + 1
                cells = [texts.get(at, "") for at in range(min(width, MAX_CELLS))]
                yield _cut(number, cells, width, problems)
        return
    yield from _csv_lines(source, content)


def _csv_lines(source: Source, content: bytes) -> Iterator[FileRow]:
    csv.field_size_limit(MAX_CELL)
    text = _opened(content, source.encoding, newline="")
    reader = csv.reader(_without_nul(_without_hint(text)), delimiter=source.separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportRefused(_csv_trouble(str(error), line)) from error
        if any(cell.strip() for cell in cells):
            yield _cut(line, cells, max(at for at, cell in enumerate(cells, 1) if cell.strip()), {})
        line = reader.line_num + 1


def _csv_trouble(error: str, line: int) -> str:
    if "field larger" in error:
        return f"A cell in the row on line {line} has more than {MAX_CELL:,} characters. Shorten it."
    if "unexpected end" in error:
        return f"The row on line {line} opens a quotation mark that is never closed."
    return f"The row on line {line} is broken ({error}). A quotation mark inside a quoted text is written twice."


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise ImportRefused(
                f"Line {number} has a NUL character: the file is damaged, or of another encoding, such as utf-16-le or "
                "utf-16-be.",
                asks_for="encoding",
            )
        yield line


def _cut(line: int, cells: list[str], width: int, problems: dict[int, str]) -> FileRow:
    """A row with no more cells than are looked at. `width` is where its last text stands."""
    kept = {at: problem for at, problem in problems.items() if at < MAX_CELLS}
    if width > MAX_CELLS:
        kept[MAX_CELLS] = f"a cell in column {width:,}; at most {MAX_COLUMNS} columns are taken"
    return FileRow(line, cells[:MAX_CELLS], kept)


def _rows(source: Source, lines: Iterator[FileRow]) -> Iterator[FileRow]:
    width = len(source.columns)
    for row in lines:
        extra = [cell for cell in row.cells[width:] if cell.strip()]
        problems = dict(row.problems)
        if extra:
            problems[width] = f"the row has {len(row.cells)} cells for {width} columns"
        # Spreadsheets leave out the empty cells at a row's end.
        cells = row.cells if extra else row.cells[:width]
        yield FileRow(row.line, [*cells, *[""] * (width - len(cells))], problems)
