"""What migrations know about the values an older system left in a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Vocabulary:
    """The values a column may hold.

    Other spellings of them (any case, spaces around) and the `also` ones (lower case -> value) are folded in. NULL and
    blank become the default. Any other value is kept aside and the column gets the default.
    """

    values: tuple[str, ...]
    default: str | None
    also: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def spellings(self) -> dict[str, str | None]:
        """Lower-case spelling -> value."""
        return {value.lower(): value for value in self.values} | dict(self.also)


@dataclass(frozen=True)
class Rules:
    """How the rows of one table are brought in line.

    `fills` names, for a column that is NULL and must not be, the columns to take a value from, the first that has one;
    a term that is no column of the table is an SQL expression. Without it, the column's database default is used.
    `renames` maps a column's old name to its new one.
    """

    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    fills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
