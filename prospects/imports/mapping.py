"""Which column goes into which field; remembered for the next file with the same columns."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from prospects.imports.errors import ImportRefused
from prospects.imports.fields import FIELDS, OVERWRITABLE, field_of
from prospects.models import ImportMapping


def suggest(columns: Sequence[str]) -> dict[str, str]:
    """The field of each known column: as mapped the last time for these columns, otherwise by the column's name."""
    if remembered := ImportMapping.objects.filter(columns_key=_key(columns)).first():
        # Its columns may have been written otherwise: the key does not tell cases apart.
        named = {column.casefold(): column for column in columns}
        return {named[column.casefold()]: field for column, field in remembered.mapping.items()}
    mapping: dict[str, str] = {}
    for column in columns:
        field = field_of(column)
        if field and field not in mapping.values():
            mapping[column] = field
    return mapping


def check(columns: Sequence[str], mapping: Mapping[str, str], overwrite: Iterable[str] = ()) -> None:
    """Raises ImportRefused when the mapping does not fit the columns and the fields."""
    if unknown := [column for column in mapping if column not in columns]:
        raise ImportRefused(f"The file has no column {unknown[0]!r}; it has: {', '.join(columns)}.", asks_for="mapping")
    for field in mapping.values():
        if field not in FIELDS:
            raise ImportRefused(f"{field!r} is not to be imported; these are: {', '.join(FIELDS)}.", asks_for="mapping")
    for field in overwrite:
        if field not in OVERWRITABLE:
            raise ImportRefused(
                f"{field!r} is not to be overwritten; these are: {', '.join(OVERWRITABLE)}.", asks_for="overwrite"
            )
    fields = list(mapping.values())
    if twice := [field for field in fields if fields.count(field) > 1]:
        raise ImportRefused(f"Two columns are mapped to {twice[0]!r}.", asks_for="mapping")
    if not {"domain", "profile_url", "contact_email"} & set(fields):
        raise ImportRefused(
            "No column is mapped to domain, profile_url or contact_email: rows cannot be told apart. "
            f"The columns are: {', '.join(columns)}.",
            asks_for="mapping",
        )


def remember(columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    ImportMapping.objects.update_or_create(
        columns_key=_key(columns), defaults={"columns": list(columns), "mapping": dict(mapping)}
    )


def _key(columns: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(sorted(column.casefold() for column in columns)).encode()).hexdigest()
