"""What is to be done to a table, decided by reading only: the dry run prints it, the migrations carry it out."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from config.schema.adoption.columns import ColumnShape, expected_columns, live_columns, renamed
from config.schema.adoption.conversions import Conversion, conversion, functions
from config.schema.adoption.recognise import AdoptionRefused
from config.schema.adoption.report import SAMPLE, Entry
from config.schema.adoption.rules import Rules, Vocabulary

logger = logging.getLogger(__name__)

#: Seconds without a word from a table that is being read.
PATIENCE = 5

# Where the values that fit no column are kept, in the row they come from.
KEPT = "legacy_values"


@dataclass(frozen=True)
class Plan:
    """What to report and the statements that do it, in order."""

    entries: tuple[Entry, ...] = ()
    statements: tuple[str, ...] = ()

    def __add__(self, other: "Plan") -> "Plan":
        return Plan(self.entries + other.entries, self.statements + other.statements)


@dataclass(frozen=True)
class ColumnPlan:
    """One column that is there but not as the model wants it.

    `value` is the SQL of its new value, `unfilled` the same before NULL is filled, `kept` the condition under which the
    original is kept aside.
    """

    name: str
    actual: ColumnShape
    expected: ColumnShape
    value: str
    unfilled: str
    kept: str
    entries: tuple[Entry, ...] = field(default=())

    @property
    def rewrites(self) -> bool:
        """Whether a row's value changes, not only what the column allows from now on."""
        return any(entry.action in ("converted", "folded", "filled", "kept") for entry in self.entries)


class TablePlanner:
    """Plans the columns of one model's table. Reads only."""

    def __init__(self, connection: BaseDatabaseWrapper, model: type[Model], rules: Rules) -> None:
        self.connection = connection
        self.model = model
        self.table = model._meta.db_table
        self.rules = rules
        self.expected = expected_columns(connection, model)
        self.live = renamed(live_columns(connection, self.table), dict(rules.renames))
        for type_name in self._wanted_types():
            self._execute(functions(type_name))

    def _wanted_types(self) -> set[str]:
        """The types that a live column is not of and that something is converted to."""
        return {
            column.type
            for name, column in self.expected.items()
            if name in self.live and self.live[name].type != column.type
        }

    def plan(self) -> Plan:
        """Everything about the columns. Raises AdoptionRefused where a value would be lost."""
        kept = self._kept_counts()
        columns = [plan for name in self._watched() if (plan := self._column(name, kept.get(name, 0)))]
        return Plan(
            (*self._missing(), *self._renamed(), *(e for c in columns for e in c.entries), *self._unknown()),
            tuple(self._alter(columns)),
        )

    def _watched(self) -> Iterator[str]:
        """The columns; who waits for a large table is told now and then how many have been looked at."""
        told = monotonic()
        for number, name in enumerate(self.expected):
            if monotonic() - told > PATIENCE:
                logger.info("%s: %d of %d columns looked at", self.table, number, len(self.expected))
                told = monotonic()
            yield name

    def check(self) -> None:
        """Raise AdoptionRefused where a row has no value for a column that must have one."""
        for plan in filter(None, map(self._decided, self.expected)):
            self._refuse_nulls(plan)

    def quoted(self, name: str) -> str:
        return self.connection.ops.quote_name(name)

    def planned_rows(self) -> str:
        """A SELECT of the rows as the plan will leave them, in the model's columns."""
        columns = []
        for name, expected in self.expected.items():
            plan = self._decided(name)
            value = plan.value if plan else f"coalesce({self._present(name)}, {expected.default or 'NULL'})"
            columns.append(f"({value})::{expected.type} AS {self.quoted(name)}")
        return f"SELECT {', '.join(columns)} FROM {self._from}"

    def _present(self, name: str) -> str:
        """The column as it is, NULL where there is none."""
        return self.quoted(self.live[name].name) if name in self.live else f"NULL::{self.expected[name].type}"

    # One column

    def _column(self, name: str, kept: int) -> ColumnPlan | None:
        plan = self._decided(name)
        return plan and replace(plan, entries=tuple(self._entries(plan, self.rules.vocabularies.get(name), kept)))

    def _kept_counts(self) -> dict[str, int]:
        """How many rows hold what fits not, by column; the table is read once for all columns."""
        plans = [plan for name in self.expected if (plan := self._decided(name)) and plan.kept != "false"]
        if not plans:
            return {}
        counts = ", ".join(f"count(*) FILTER (WHERE {plan.kept})" for plan in plans)
        (row,) = self._select(f"SELECT {counts} FROM {self._from}")
        return {plan.name: count for plan, count in zip(plans, row, strict=True)}

    def _decided(self, name: str) -> ColumnPlan | None:
        actual, expected = self.live.get(name), self.expected[name]
        if actual is None or (name == KEPT and actual.type == expected.type):
            return None
        converted = conversion(self.quoted(actual.name), actual, expected)
        vocabulary = self.rules.vocabularies.get(name)
        folded = self._folded(converted, vocabulary, expected) if vocabulary else self._bounded(converted, expected)
        filled = self._filled(name, folded.value, expected)
        return ColumnPlan(name, actual, expected, filled, folded.value, folded.lost)

    def _folded(self, converted: Conversion, vocabulary: Vocabulary, expected: ColumnShape) -> Conversion:
        text = f"lower(btrim({converted.value}))"
        default = f"{literal(vocabulary.default)}::{expected.type}"
        whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in vocabulary.spellings.items())
        known = ", ".join(literal(spelling) for spelling in vocabulary.spellings)
        return Conversion(f"CASE {text} {whens} ELSE {default} END", f"{text} NOT IN ({known}) AND {text} <> ''")

    def _bounded(self, converted: Conversion, expected: ColumnShape) -> Conversion:
        if not expected.checks:
            return converted
        value = converted.value
        return Conversion(f"CASE WHEN {value} >= 0 THEN {value} END", f"({converted.lost}) OR {value} < 0")

    def _filled(self, name: str, value: str, expected: ColumnShape) -> str:
        fill = ", ".join(self._fills(name).values()) or expected.default
        return f"coalesce({value}, {fill})" if expected.not_null and fill else value

    def _fills(self, name: str) -> dict[str, str]:
        """The SQL of each term that a missing value is taken from."""
        terms = self.rules.fills.get(name, ())
        return {term: self._term(term) for term in terms if term in self.live or term not in self.expected}

    def _term(self, term: str) -> str:
        if term not in self.live:
            return term
        actual = self.live[term]
        return conversion(self.quoted(actual.name), actual, self.expected[term]).value

    def _entries(self, plan: ColumnPlan, vocabulary: Vocabulary | None, kept: int) -> Iterator[Entry]:
        column, name = self.quoted(plan.actual.name), plan.name
        actual, expected = plan.actual, plan.expected
        if actual.type != expected.type:
            yield Entry(self.table, name, "converted", f"{actual.type} to {expected.type}")
        elif actual.default != expected.default:
            yield Entry(self.table, name, "default", f"{actual.default or 'none'} to {expected.default or 'none'}")
        if vocabulary:
            yield from self._spellings(name, column, vocabulary)
        self._refuse_nulls(plan)
        if expected.not_null and (kept or not actual.not_null):
            yield from self._filling(plan, vocabulary)
        if actual.not_null and not expected.not_null:
            yield Entry(self.table, name, "relaxed")
        if kept:
            yield Entry(self.table, name, "kept", rows=kept, data=self._kept_values(column, plan.kept))

    def _spellings(self, name: str, column: str, vocabulary: Vocabulary) -> Iterator[Entry]:
        for text, count in self._select(
            f"SELECT {column}::text, count(*) FROM {self._from} GROUP BY 1 ORDER BY 2 DESC"
        ):
            if text is None or text in vocabulary.values:
                continue
            spelling = text.strip(" ").lower()
            value = vocabulary.spellings.get(spelling, vocabulary.default)
            if spelling in vocabulary.spellings or spelling == "":
                yield Entry(self.table, name, "folded", f"{text!r} to {value!r}", count)

    def _filling(self, plan: ColumnPlan, vocabulary: Vocabulary | None) -> Iterator[Entry]:
        """How many rows get a value they lacked, and from where."""
        if terms := self._fills(plan.name):
            whens = " ".join(f"WHEN {sql} IS NOT NULL THEN {literal(term)}" for term, sql in terms.items())
            found = self._select(
                f"SELECT CASE {whens} END, count(*) FROM {self._from} WHERE {plan.unfilled} IS NULL GROUP BY 1 "
                "ORDER BY 2 DESC, 1"
            )
            told = ", ".join(f"{term} ({count:,})" for term, count in found)
            nulls = sum(count for _, count in found)
        else:
            told = repr(vocabulary.default) if vocabulary else plan.expected.default or ""
            nulls = self._count(f"{self.quoted(plan.actual.name)} IS NULL")
        if nulls:
            yield Entry(self.table, plan.name, "filled", f"with {told}", nulls)

    def _refuse_nulls(self, plan: ColumnPlan) -> None:
        expected = plan.expected
        given = plan.name not in self.rules.fills and expected.default is not None
        unchanged = plan.actual.not_null and plan.value == self.quoted(plan.actual.name)
        if not expected.not_null or given or unchanged:
            return
        left = self._count(f"{plan.value} IS NULL")
        if left:
            ids = ", ".join(str(row[0]) for row in self._select(f"{self._ids} WHERE {plan.value} IS NULL LIMIT 10"))
            raise AdoptionRefused(
                f"{self.table}.{plan.name} must not be NULL and there is no value to fill in for {left:,} rows "
                f"(ids: {ids}{' …' if left > 10 else ''}). Give them a value and run migrate again."
            )

    def _kept_values(self, column: str, condition: str) -> list[list[Any]]:
        """The most frequent values kept aside, with their number of rows."""
        rows = self._select(
            f"SELECT left({column}::text, 200), count(*) FROM {self._from} WHERE {condition} "
            f"GROUP BY 1 ORDER BY 2 DESC LIMIT {SAMPLE}"
        )
        return [list(row) for row in rows]

    # The whole table

    def _missing(self) -> Iterator[Entry]:
        for name in sorted(self.expected.keys() - self.live.keys()):
            yield Entry(self.table, name, "added")

    def _renamed(self) -> Iterator[Entry]:
        for name, column in self.live.items():
            if column.name != name:
                yield Entry(self.table, name, "renamed", f"was {column.name}")

    def _unknown(self) -> Iterator[Entry]:
        for name in self._unwritable():
            yield Entry(self.table, name, "relaxed", "no insert could succeed otherwise")

    def _unwritable(self) -> list[str]:
        unknown = sorted(self.live.keys() - self.expected.keys())
        return [
            name
            for name in unknown
            if self.live[name].not_null and self.live[name].default is None and not self.live[name].generated
        ]

    def _alter(self, columns: list[ColumnPlan]) -> Iterator[str]:
        """One ALTER TABLE, so that the table is rewritten once and its indexes are built once."""
        parts = [part for column in columns for part in self._alterations(column)]
        kept = [c for c in columns if any(entry.action == "kept" for entry in c.entries)]
        if kept:
            aside = " || ".join(
                f"CASE WHEN {c.kept} THEN jsonb_build_object({literal(c.name)}, {self._original(c)}) ELSE '{{}}' END"
                for c in kept
            )
            changed = " OR ".join(f"({c.kept})" for c in kept)
            value = f"CASE WHEN {changed} THEN coalesce({KEPT}, '{{}}') || {aside} ELSE {KEPT} END"
            parts.append(f"ALTER COLUMN {KEPT} TYPE jsonb USING ({value})")
        parts.extend(f"ALTER COLUMN {self.quoted(name)} DROP NOT NULL" for name in self._unwritable())
        if parts:
            yield f"ALTER TABLE {self._from} {', '.join(parts)}"

    def _original(self, column: ColumnPlan) -> str:
        quoted = self.quoted(column.actual.name)
        # A document that jsonb cannot hold, or not all of, or that nobody can read, is kept as its text.
        is_document = column.actual.type in ("json", "jsonb")
        return f"to_jsonb({quoted}::text)" if is_document else f"to_jsonb({quoted})"

    def _alterations(self, plan: ColumnPlan) -> Iterator[str]:
        alter = f"ALTER COLUMN {self.quoted(plan.name)}"
        actual, expected = plan.actual, plan.expected
        retyped = actual.type != expected.type
        if retyped and actual.default is not None:
            yield f"{alter} DROP DEFAULT"
        if plan.rewrites:
            yield f"{alter} TYPE {expected.type} USING ({plan.value})"
        if expected.default is not None and (retyped or actual.default != expected.default):
            yield f"{alter} SET DEFAULT {expected.default}"
        elif expected.default is None and actual.default is not None and not retyped:
            yield f"{alter} DROP DEFAULT"
        if expected.not_null != actual.not_null:
            yield f"{alter} {'SET' if expected.not_null else 'DROP'} NOT NULL"
        for check in expected.checks:
            if check not in actual.checks:
                yield f"ADD {check}"

    # Reading

    @property
    def _from(self) -> str:
        return self.quoted(self.table)

    @property
    def _ids(self) -> str:
        return f"SELECT {self.quoted(primary_key(self.model))} FROM {self._from}"

    def _count(self, condition: str) -> int:
        return int(self._select(f"SELECT count(*) FROM {self._from} WHERE {condition}")[0][0])

    def _select(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def _execute(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)


def primary_key(model: type[Model]) -> str:
    """The name of the model's primary key column."""
    return str(model._meta.pk.column)


def literal(value: str | None) -> str:
    """A text as an SQL literal."""
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
