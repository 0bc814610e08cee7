"""Reading a list of those who are not to be written to from a file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from prospects.imports import reading
from prospects.imports.errors import ImportRefused
from prospects.imports.fields import without_apostrophe
from prospects.suppression import Entry, NotSuppressible, on_the_list, parse

_COLUMNS = ("value", "email", "e-mail", "contact email", "domain")


@dataclass(frozen=True)
class RefusedLine:
    """A line that cannot be taken, and why."""

    line: int
    value: str
    reason: str


@dataclass
class Judged:
    """What a file would do: each of its rows is in one of the four."""

    new: list[str] = field(default_factory=list)
    known: int = 0
    repeated: int = 0
    refused: list[RefusedLine] = field(default_factory=list)


def read_file(filename: str, content: bytes, reason: str) -> list[Entry]:
    """The entries of a CSV or XLSX file. Raises ImportRefused, or NotSuppressible naming the line."""
    entries = []
    for line, value, problem in _rows(filename, content):
        if problem:
            raise NotSuppressible(f"Line {line}: {problem}")
        entries.append(Entry(value, reason))
    return entries


def judge_file(filename: str, content: bytes, *, encoding: str = "", separator: str = "", sheet: str = "") -> Judged:
    """What importing the file would do, row by row; writes nothing. Raises ImportRefused."""
    judged = Judged()
    values: dict[tuple[str, str], str] = {}
    for line, value, problem in _rows(filename, content, encoding=encoding, separator=separator, sheet=sheet):
        if problem:
            judged.refused.append(RefusedLine(line, value, problem))
        elif (key := parse(value)) in values:
            judged.repeated += 1
        else:
            values[key] = value
    there = on_the_list({key for _, key in values})
    judged.new = [value for key, value in values.items() if key not in there]
    judged.known = len(values) - len(judged.new)
    return judged


def _rows(filename: str, content: bytes, **how: str) -> Iterator[tuple[int, str, str]]:
    """Line, value, and why it cannot be taken, of each row."""
    source = reading.open_source(filename, content, **how)
    folded = [name.casefold() for name in source.columns]
    column = next((name for name in _COLUMNS if name in folded), None)
    if column is None:
        raise ImportRefused("The file has no column named value, email or domain.", asks_for="mapping")
    at = folded.index(column)
    for row in reading.read(source, content):
        value = without_apostrophe(row.cells[at].strip())
        yield row.line, value, row.problems.get(at) or row.problems.get(len(source.columns)) or _problem(value)


def _problem(value: str) -> str:
    try:
        parse(value)
    except NotSuppressible as error:
        return str(error)
    return ""
