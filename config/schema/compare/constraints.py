"""Constraints: primary keys, unique, exclusion, check and foreign keys."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from operator import attrgetter

from config.schema.catalog import Check, Column, ForeignKey, Index
from config.schema.compare.pair import Pair, Rename, differs_by_row, folded, match, quoted, stays_null
from config.schema.compare.wording import meaning
from config.schema.findings import Finding

_name = attrgetter("name")


def keys(pair: Pair) -> Iterator[Finding]:
    """Primary keys, unique and exclusion constraints; whether a constraint or an index carries them is the same."""
    expected = [index for index in pair.expected.indexes if index.kind != "index"]
    actual = [index for index in pair.actual.indexes if index.kind != "index"]
    pairs, missing, extra = match(expected, actual, lambda index: _key_structure(index, pair), _name)
    for wanted, found in pairs:
        yield from _paired_key(pair, wanted, found)
    for wanted in missing:
        instead = _in_the_way(pair, wanted)
        extra = [index for index in extra if index is not instead]
        yield pair.finding(
            "schema.E016",
            name=wanted.name or wanted.kind,
            expected=describe_index(wanted),
            actual=_nearest(wanted, [instead] if instead else [*extra, *pair.actual.indexes]),
            breaks="duplicates are accepted" if wanted.kind != "exclusion" else "overlapping rows are accepted",
            command=pair.then_repair(pair.drop(instead)) if instead else "",
            subject=None if instead else wanted,
        )
    for found in extra:
        yield _extra_key(pair, found, expected)


def _in_the_way(pair: Pair, wanted: Index) -> Index | None:
    """What has to go first: one table has one primary key, one name one index. SQLite lets constraints share names."""
    if wanted.kind == "primary key":
        return next((index for index in pair.actual.indexes if index.kind == "primary key"), None)
    return None if wanted.constraint and pair.engine == "sqlite" else of_name(pair, wanted)


def of_name(pair: Pair, wanted: Index) -> Index | None:
    """The live index, whatever it is, that has the name of the wanted one."""
    return next((index for index in pair.actual.indexes if index.name == wanted.name), None)


def _key_structure(index: Index, pair: Pair) -> Hashable:
    """Order of the columns, sort order and carried columns do not change what is unique."""
    columns = {folded(key, pair.engine): options.removesuffix("DESC").strip() for key, options in _keys(index)}
    if pair.actual.kind == "partitioned table":
        # PostgreSQL wants the partition key in every unique constraint of a partitioned table.
        columns = {name: options for name, options in columns.items() if name not in pair.actual.partition_key}
    method = index.method if index.kind == "exclusion" else ""
    condition, distinct = meaning(index.condition), index.nulls_distinct
    return index.kind, method, frozenset(columns.items()), index.operators, condition, distinct, index.deferrable


def _keys(index: Index) -> Iterator[tuple[str, str]]:
    return ((meaning(key.expression) or "", key.options) for key in index.keys)


def _paired_key(pair: Pair, wanted: Index, found: Index) -> Iterator[Finding]:
    if not found.valid:
        yield pair.finding(
            "schema.E016",
            name=found.name,
            expected=describe_index(wanted),
            actual="its index is invalid: an interrupted CREATE INDEX CONCURRENTLY",
            breaks="duplicates that are there already stay",
            command=attach(pair, found),
            subject=None if pair.is_partitioned else replace(wanted, name=found.name, valid=False),
        )
    if _needs_rename(pair, wanted, found, constraint=found.constraint):
        yield other_name(pair, wanted.name, found.name, constraint=found.constraint)


def _needs_rename(pair: Pair, wanted: Index | Check, found: Index | Check, *, constraint: bool) -> bool:
    """On SQLite no statement names a constraint: Django makes the table anew instead."""
    return wanted.declared and wanted.name != found.name and not (constraint and pair.engine == "sqlite")


def attach(pair: Pair, index: Index) -> str:
    """An index of a partitioned table is valid when each partition has its own; "" for other tables."""
    statement = f"ALTER INDEX {pair.index(index.name)} ATTACH PARTITION …;"
    return pair.shell(f"{statement} with the index of each partition that lacks one") if pair.is_partitioned else ""


def _nearest(wanted: Index, others: list[Index]) -> str:
    for other in others:
        if set(other.columns) == set(wanted.columns) or len(others) == 1:
            return f"{other.name}: {describe_index(other)}"
    return "no such constraint"


def _extra_key(pair: Pair, found: Index, expected: list[Index]) -> Finding:
    unknown = pair.unknown_only(found.columns)
    harmless = any(_implies(wanted, found) for wanted in expected) or _lets_pass(found, unknown)
    # From the second row on, and of those that the condition chooses.
    always = unknown and found.kind != "exclusion" and found.condition is None
    return pair.finding(
        "schema.W002" if harmless else "schema.E015" if always else "schema.E016",
        name=found.name,
        expected="no such constraint",
        actual=describe_index(found),
        breaks="nothing this code writes" if harmless else "writes that the model allows are refused",
        command=pair.drop(found),
    )


def _lets_pass(found: Index, unknown: list[Column]) -> bool:
    """Whether no two rows that leave these columns out are the same to the constraint."""
    empty = found.nulls_distinct and any(map(stays_null, unknown))
    return empty or (found.kind != "exclusion" and any(map(differs_by_row, unknown)))


def _implies(wanted: Index, found: Index) -> bool:
    """Rows that meet `wanted` meet `found` as well: at least its columns, under no other condition."""
    same_rows = wanted.condition is None or meaning(wanted.condition) == meaning(found.condition)
    distinct = wanted.nulls_distinct == found.nulls_distinct or wanted.kind == "primary key"
    return found.kind != "exclusion" and same_rows and distinct and set(wanted.columns) <= set(found.columns)


def checks(pair: Pair) -> Iterator[Finding]:
    pairs, missing, extra = match(pair.expected.checks, pair.actual.checks, _rule, _name)
    for wanted, found in pairs:
        yield from _unproven(pair, found, "values outside the rule may be stored")
        if _needs_rename(pair, wanted, found, constraint=True):
            yield other_name(pair, wanted.name, found.name, constraint=True)
    for wanted in missing:
        instead = _same_subject(wanted, extra)
        if instead:
            extra.remove(instead)
        yield pair.finding(
            "schema.E016",
            name=wanted.name or "check",
            column=wanted.columns[0] if len(wanted.columns) == 1 else None,
            expected=f"CHECK {wanted.expression}",
            actual=f"{instead.name}: CHECK {instead.expression}" if instead else "no such constraint",
            breaks="values outside the rule are stored, or values inside it refused",
            command=_replace(pair, instead.name if instead else None),
            subject=None if instead else wanted,
        )
    for found in extra:
        yield _extra_check(pair, found)


def _rule(check: Check) -> Hashable:
    return meaning(check.expression)


def _same_subject(wanted: Check, extra: list[Check]) -> Check | None:
    by_name = next((check for check in extra if check.name and check.name == wanted.name), None)
    return by_name or next((check for check in extra if set(check.columns) == set(wanted.columns)), None)


def _replace(pair: Pair, name: str | None) -> str:
    return pair.then_repair(pair.alter(f"DROP CONSTRAINT {quoted(name)}")) if name is not None else ""


def _extra_check(pair: Pair, found: Check) -> Finding:
    on_unknown = bool(pair.unknown_only(found.columns))
    harmless = (on_unknown and found.accepts) or _only_not_null(pair, found)
    always = on_unknown and found.accepts is False
    return pair.finding(
        "schema.W002" if harmless else "schema.E015" if always else "schema.E016",
        name=found.name or "check",
        expected="no such constraint",
        actual=f"CHECK {found.expression}",
        breaks="nothing this code writes" if harmless else "writes that the model allows are refused",
        command=pair.alter(f"DROP CONSTRAINT {quoted(found.name)}"),
    )


def _only_not_null(pair: Pair, found: Check) -> bool:
    never_null = {column.name for column in pair.expected.columns if not column.nullable}
    words = found.expression.strip("()").replace('"', "").lower()
    return any(words == f"{name} is not null" for name in never_null)


def foreign_keys(pair: Pair) -> Iterator[Finding]:
    pairs, missing, extra = match(pair.expected.foreign_keys, pair.actual.foreign_keys, _foreign_structure, _name)
    for _, found in pairs:
        yield from _unproven(pair, found, "references to rows that do not exist may be stored")
        if not found.fires:
            yield _silent(pair, found)
    for wanted in missing:
        instead = next((key for key in extra if key.columns == wanted.columns), None)
        if instead:
            extra.remove(instead)
        yield pair.finding(
            "schema.E016",
            name=wanted.name or "foreign key",
            column=wanted.columns[0] if len(wanted.columns) == 1 else None,
            expected=describe_foreign_key(wanted),
            actual=f"{instead.name}: {describe_foreign_key(instead)}" if instead else "no such constraint",
            breaks="references to rows that do not exist are stored, or deletes are refused",
            command=_replace(pair, instead.name if instead else None),
            subject=None if instead else wanted,
        )
    for found in extra:
        yield _extra_foreign_key(pair, found)


def _foreign_structure(key: ForeignKey) -> Hashable:
    return key.columns, key.target, key.target_columns, key.on_delete, key.on_update, key.deferrable


def _silent(pair: Pair, found: ForeignKey) -> Finding:
    return pair.finding(
        "schema.E016",
        name=found.name,
        expected="its triggers fire",
        actual="its triggers are disabled, on this table or on the one it refers to",
        breaks="references to rows that do not exist are stored",
        subject=found,
    )


def _extra_foreign_key(pair: Pair, found: ForeignKey) -> Finding:
    twice = any(_foreign_structure(found) == _foreign_structure(key) for key in pair.expected.foreign_keys)
    harmless = twice or any(map(stays_null, pair.unknown_only(found.columns)))
    return pair.finding(
        "schema.W002" if harmless else "schema.E016",
        name=found.name or "foreign key",
        column=found.columns[0] if len(found.columns) == 1 else None,
        expected="no such constraint",
        actual=describe_foreign_key(found),
        breaks="nothing but time" if harmless else "writes and deletes that the model allows are refused",
        command=pair.alter(f"DROP CONSTRAINT {quoted(found.name)}"),
    )


def _unproven(pair: Pair, found: Check | ForeignKey, breaks: str) -> Iterator[Finding]:
    if found.validated and found.enforced:
        return
    # Of a check PostgreSQL cannot make an enforced one.
    dead = isinstance(found, Check) and not found.enforced
    yield pair.finding(
        "schema.E016",
        name=found.name,
        expected="validated and enforced",
        actual="NOT ENFORCED" if not found.enforced else "NOT VALID: rows from before were never checked",
        breaks=breaks,
        command=_replace(pair, found.name) if dead else "",
        subject=None if dead else found,
    )


def other_name(pair: Pair, wanted: str, found: str, *, constraint: bool) -> Finding:
    """The model names it, so that migrations to come will look for it by that name."""
    rename = f"ALTER INDEX {pair.index(found)} RENAME TO {quoted(wanted)};"
    by_table = pair.alter(f"RENAME CONSTRAINT {quoted(found)} TO {quoted(wanted)}")
    return pair.finding(
        "schema.W003",
        name=found,
        expected=f"the name {wanted}",
        actual=f"the name {found or '(none)'}",
        breaks="a later migration that alters or removes it by name",
        command=by_table if constraint else pair.sql(rename),
        subject=Rename(found, wanted, constraint),
    )


def describe_index(index: Index) -> str:
    """The index in words close to those of CREATE INDEX."""
    listed = ", ".join(" ".join(filter(None, (key.expression, key.options))) for key in index.keys)
    parts = [index.kind.upper(), "" if index.method == "btree" else f"USING {index.method}", f"({listed})"]
    if index.include:
        parts.append(f"INCLUDE ({', '.join(index.include)})")
    if not index.nulls_distinct:
        parts.append("NULLS NOT DISTINCT")
    if index.condition:
        parts.append(f"WHERE {index.condition}")
    parts.append(deferral(index.deferrable))
    return " ".join(filter(None, parts))


def describe_foreign_key(key: ForeignKey) -> str:
    """The foreign key in words close to those of ALTER TABLE."""
    rules = [f"ON {event} {rule}" for event, rule in (("DELETE", key.on_delete), ("UPDATE", key.on_update))]
    listed, target = ", ".join(key.columns), ", ".join(key.target_columns)
    text = f"({listed}) REFERENCES {key.target} ({target}) {' '.join(r for r in rules if 'NO ACTION' not in r)}"
    return f"{text.strip()} {deferral(key.deferrable) or 'NOT DEFERRABLE'}"


def deferral(deferrable: str) -> str:
    """The clause of a constraint whose snapshot says `deferrable`."""
    return {"": "", "deferrable": "DEFERRABLE"}.get(deferrable, "DEFERRABLE INITIALLY DEFERRED")
