"""Reading a list of those who are not to be written to from a file, this application's own export among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.api.exports import as_it_was
from prospects.choices import SuppressionReason
from prospects.imports import reading
from prospects.imports.errors import ImportRefused
from prospects.suppression import Entry, NotSuppressible, on_the_list, parse

# A row is about the first of them that it fills.
_COLUMNS = ("value", "email", "e-mail", "contact email", "domain")
_REASONS = {word.casefold(): value for value, label in SuppressionReason.choices for word in (value, label)}


@dataclass(frozen=True)
class RefusedLine:
    """A line that cannot be taken, and why."""

    line: int
    value: str
    reason: str


@dataclass
class Judged:
    """What a file would do: each of its rows is in one of the four."""

    new: list[Entry] = field(default_factory=list)
    known: int = 0
    repeated: int = 0
    refused: list[RefusedLine] = field(default_factory=list)


def read_file(
    filename: str, content: bytes, reason: str, *, encoding: str = "", separator: str = "", sheet: str = ""
) -> list[Entry]:
    """The entries of a CSV or XLSX file, with this reason where the file gives none.

    Raises ImportRefused, or NotSuppressible naming the line.
    """
    entries = []
    for line, entry, problem in _rows(filename, content, reason, encoding=encoding, separator=separator, sheet=sheet):
        if problem:
            raise NotSuppressible(f"Line {line}: {problem}")
        entries.append(entry)
    return entries


def judge_file(
    filename: str, content: bytes, reason: str, *, encoding: str = "", separator: str = "", sheet: str = ""
) -> Judged:
    """What importing the file would do, row by row; writes nothing. Raises ImportRefused."""
    judged = Judged()
    entries: dict[tuple[str, str], Entry] = {}
    for line, entry, problem in _rows(filename, content, reason, encoding=encoding, separator=separator, sheet=sheet):
        if problem:
            judged.refused.append(RefusedLine(line, entry.value, problem))
        elif (key := parse(entry.value)) in entries:
            judged.repeated += 1
        else:
            entries[key] = entry
    there = on_the_list({key for _, key in entries})
    judged.new = [entry for key, entry in entries.items() if key not in there]
    judged.known = len(entries) - len(judged.new)
    return judged


def _rows(filename: str, content: bytes, reason: str, **how: str) -> Iterator[tuple[int, Entry, str]]:
    """Line, entry, and why it cannot be taken, of each row."""
    source = reading.open_source(filename, content, **how)
    folded = [name.casefold().replace("_", " ") for name in source.columns]
    values = [name for name in _COLUMNS if name in folded]
    if not values:
        raise ImportRefused("The file has no column named value, email or domain. Name one so.")
    for row in reading.read(source, content):
        texts = {name: as_it_was(text.strip()) for name, text in zip(folded, row.cells, strict=False)}
        column = next((name for name in values if texts[name]), values[0])
        entry = _entry(texts, column, reason)
        used = [folded.index(name) for name in (column, "reason", "note") if name in folded]
        problems = (problem for at, problem in row.problems.items() if at in used or at >= len(folded))
        yield row.line, entry, next(problems, "") or _problem(entry.value)


def _entry(texts: Mapping[str, str], column: str, reason: str) -> Entry:
    """A reason in words that are none of ours is not lost: the note begins with it, and the given reason stands."""
    words, note = texts.get("reason", ""), texts.get("note", "")
    known = _REASONS.get(words.casefold()) if words else reason
    if known is None:
        note = f"{words}. {note}" if note else words
    return Entry(texts.get(column, ""), known or reason, note)


def _problem(value: str) -> str:
    try:
        parse(value)
    except NotSuppressible as error:
        return str(error)
    return ""
