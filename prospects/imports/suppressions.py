"""Reading a list of those who are not to be written to from a file."""

from prospects.imports import reading
from prospects.imports.errors import ImportRefused
from prospects.suppression import Entry, NotSuppressible, parse


def read_file(filename: str, content: bytes, reason: str) -> list[Entry]:
    """The entries of a CSV or XLSX file. Raises ImportRefused, or NotSuppressible naming the line."""
    source = reading.open_source(filename, content)
    folded = [name.casefold() for name in source.columns]
    column = next((name for name in ("value", "email", "e-mail", "contact email", "domain") if name in folded), None)
    if column is None:
        raise ImportRefused("The file has no column named value, email or domain.", asks_for="mapping")
    at = folded.index(column)
    entries = []
    for row in reading.read(source, content):
        try:
            parse(row.cells[at])
        except NotSuppressible as error:
            raise NotSuppressible(f"Line {row.line}: {error}") from error
        entries.append(Entry(row.cells[at], reason))
    return entries
