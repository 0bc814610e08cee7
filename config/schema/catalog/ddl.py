"""Reads the CREATE statements that SQLite keeps: what its pragmas do not tell.

SQLite stores the text of each statement and rewrites it when tables or columns are renamed. The text is
split into tokens, never interpreted by pattern, so that strings, quoted names and nested parentheses are safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<word>[\w$.]+)
      | (?P<sign><>|<=|>=|!=|==|\|\||<<|>>|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_CONSTRAINT_STARTS = frozenset({"constraint", "primary", "unique", "check", "foreign"})
_CLAUSES = _CONSTRAINT_STARTS | {"not", "null", "default", "collate", "references", "generated", "as"}
# What ON CONFLICT may follow.
_RULES = frozenset({"not", "primary", "unique", "check"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key clause: what it points to and its rules."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str
    deferrable: str


@dataclass(slots=True)
class Statement:
    """What a CREATE TABLE says beyond the pragmas; `items` are its definitions as written.

    `conflicts` are the rules that do something else than to refuse what breaks them, and what.
    """

    items: list[str] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)
    references: list[tuple[str, Reference]] = field(default_factory=list)
    uniques: dict[tuple[str, ...], str] = field(default_factory=dict)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    autoincrement: bool = False


def tokens(sql: str) -> list[str]:
    """The tokens in one spelling: quoted names as "name", everything but strings in lower case."""
    found = []
    for match in _TOKEN.finditer(sql):
        text = match.group()
        if match.lastgroup == "quoted":
            found.append('"' + text[1:-1].replace('""', '"').lower() + '"')
        elif match.lastgroup == "string":
            found.append(text)
        elif match.lastgroup != "space":
            found.append(text.lower())
    return found


def words(expression: Sequence[str], columns: frozenset[str] = frozenset()) -> str:
    """Tokens as one text, column names quoted, without parentheses around the whole."""
    parts = [f'"{lexeme}"' if lexeme in columns else lexeme for lexeme in expression]
    while parts and parts[0] == "(" and _closing(parts, 0) == len(parts) - 1:
        parts = parts[1:-1]
    text = " ".join(parts)
    return re.sub(r"(?<=\() | (?=[),])|(?<=\w)(?<!\bin)(?<!\bor)(?<!\band)(?<!\bnot)(?<!\bthen) (?=\()", "", text)


def _closing(parts: Sequence[str], start: int) -> int:
    """The place of the parenthesis that closes the one at `start`; the last place if none does."""
    depth = 0
    for place in range(start, len(parts)):
        depth += {"(": 1, ")": -1}.get(parts[place], 0)
        if depth == 0:
            return place
    return len(parts) - 1


def _split(parts: Sequence[str]) -> Iterator[list[str]]:
    """The parts between commas that are not inside parentheses."""
    item: list[str] = []
    depth = 0
    for lexeme in parts:
        depth += {"(": 1, ")": -1}.get(lexeme, 0)
        if lexeme == "," and depth == 0:
            yield item
            item = []
        else:
            item.append(lexeme)
    yield item


def raw_items(sql: str) -> list[str]:
    """The definitions between the outer parentheses of a CREATE TABLE, as they are written."""
    items, depth, start = [], 0, 0
    for match in _TOKEN.finditer(sql):
        text = match.group() if match.lastgroup == "sign" else ""
        if text == "(":
            depth += 1
            start = match.end() if depth == 1 else start
        elif (text == "," and depth == 1) or (text == ")" and depth == 1):
            items.append(sql[start : match.start()].strip())
            start = match.end()
        depth -= text == ")"
    return items


def parse_table(sql: str) -> Statement:
    """What a CREATE TABLE statement says. A virtual table or a view gives an empty one."""
    parts = tokens(sql)
    statement = Statement()
    if parts[1:2] != ["table"] or "(" not in parts:
        return statement
    start = parts.index("(")
    items = list(_split(parts[start + 1 : _closing(parts, start)]))
    columns = frozenset(_name(item[0]) for item in items if item and item[0] not in _CONSTRAINT_STARTS)
    statement.items = raw_items(sql)
    for item in items:
        if item and item[0] in _CONSTRAINT_STARTS:
            _read(statement, item, "", columns)
        elif item:
            _read(statement, item[1:], _name(item[0]), columns)
    return statement


def _name(lexeme: str) -> str:
    return lexeme.strip('"')


def _read(statement: Statement, item: list[str], column: str, columns: frozenset[str]) -> None:
    """Adds what one definition says: of `column`, or of the table when `column` is empty."""
    name, place = "", 0
    while place < len(item):
        lexeme, rest = item[place], item[place + 1 :]
        if lexeme == "constraint":
            name, place = _name(rest[0]), place + 1
        elif lexeme == "autoincrement":
            statement.autoincrement = True
        elif lexeme == "collate":
            statement.collations[column] = _name(rest[0])
        elif lexeme == "on" and rest[:1] == ["conflict"] and rest[1] != "abort":
            statement.conflicts.append((_rule_before(item[:place], column), rest[1].upper()))
        elif lexeme in ("check", "as", "unique", "references"):
            _read_clause(statement, lexeme, item, place, (column, name), columns)
            name = "" if lexeme != "references" else name
        place = _closing(item, place + 1) if item[place + 1 : place + 2] == ["("] else place
        place += 1


def _rule_before(parts: list[str], column: str) -> str:
    """The rule that an ON CONFLICT belongs to: it follows it at once."""
    start = max((place for place, lexeme in enumerate(parts) if lexeme in _RULES), default=0)
    rule, opens, listed = words(parts[start:]).replace('"', "").partition("(")
    return " ".join(filter(None, (column, rule.strip().upper(), f"{opens}{listed}")))


def _read_clause(
    statement: Statement,
    clause: str,
    item: list[str],
    place: int,
    owner: tuple[str, str],
    columns: frozenset[str],
) -> None:
    column, name = owner
    opens = item[place + 1 : place + 2] == ["("]
    inner = item[place + 2 : _closing(item, place + 1)] if opens else []
    if clause == "check":
        statement.checks.append((name, words(inner, columns)))
    elif clause == "as":
        statement.generated[column] = words(inner, columns)
    elif clause == "unique":
        statement.uniques[tuple(map(_name, inner[::2])) or (column,)] = name
    elif clause == "references":
        sources = (column,) if column else _listed(item, item.index("key") + 1)
        statement.references.append((name, _reference(sources, item[place + 1 :])))


def _listed(item: list[str], start: int) -> tuple[str, ...]:
    return tuple(_name(lexeme) for lexeme in item[start + 1 : _closing(item, start)] if lexeme != ",")


def _reference(sources: tuple[str, ...], rest: list[str]) -> Reference:
    """The clause after REFERENCES, up to the next clause of the same definition."""
    text = " ".join(rest)
    targets = _listed(rest, 1) if rest[1:2] == ["("] else ()
    return Reference(
        columns=sources,
        target=_name(rest[0]),
        target_columns=targets,
        on_delete=_rule(text, "on delete"),
        on_update=_rule(text, "on update"),
        deferrable=_deferrable(text),
    )


def _rule(text: str, event: str) -> str:
    found = re.search(rf"\b{event} (cascade|restrict|set null|set default|no action)", text)
    return found[1].upper() if found else "NO ACTION"


def _deferrable(text: str) -> str:
    if not re.search(r"(?<!not )\bdeferrable\b", text):
        return ""
    return "initially deferred" if "initially deferred" in text else "deferrable"


def parse_index(sql: str) -> tuple[list[str], str | None]:
    """The key expressions of a CREATE INDEX, without order and collation, and its condition."""
    parts = tokens(sql)
    start = parts.index("(")
    end = _closing(parts, start)
    keys = [words([t for t in item if t not in ("asc", "desc")]) for item in _split(parts[start + 1 : end])]
    condition = words(parts[end + 2 :]) if parts[end + 1 : end + 2] == ["where"] else None
    return keys, condition
