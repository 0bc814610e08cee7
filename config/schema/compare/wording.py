"""Expressions whose wording differs and whose meaning does not.

A column that gets another type of the same family keeps its constraints, indexes and default, and PostgreSQL then words
them with casts of their literals that it leaves out, or sets elsewhere, when it reads the same rule for a new table.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = r"E?'(?:[^']|'')*'"
_NUMBER = r"-?\d+(?:\.\d+)?"
_TEXT = r"(?:character varying|text)"
_INTEGER = r"(?:smallint|integer|bigint)"
_FAMILY = rf"(?:{_TEXT}|{_INTEGER}|numeric|double precision)"
_SIZE = r"(?:\((?P<{}>\d+)\))?"
_END = r"(?![\w(\[])"
_ELEMENT = rf"(?:{_QUOTED}|{_NUMBER}|\({_NUMBER}\)::(?:numeric|double precision))"
# Opening a call it would be the function's own parenthesis.
_OPEN = r"(?<![\w\"])\("

#: Each alternative that is rewritten, and last what is stepped over whole: what a literal says is no cast.
_CASTS = re.compile(
    rf"(?P<texts>{_QUOTED})::{_TEXT}{_SIZE.format('element_size')}\[\]{_END}"
    rf"|(?P<text>{_QUOTED})::{_TEXT}{_SIZE.format('size')}{_END}"
    rf"|{_OPEN}(?P<inner_text>{_QUOTED})\)::{_TEXT}{_SIZE.format('inner_size')}{_END}"
    rf"|(?P<integers>{_QUOTED})::{_INTEGER}\[\]{_END}"
    rf"|'(?P<quoted_integer>-?\d+)'::{_INTEGER}{_END}"
    rf"|{_OPEN}(?P<integer>-?\d+)\)::{_INTEGER}{_END}"
    rf"|{_OPEN}(?P<decimal>-?\d+\.\d+)\)::numeric{_END}"
    rf"|{_OPEN}{_OPEN}(?P<float>{_NUMBER})\)::numeric\)::double precision{_END}"
    rf"|{_OPEN}ARRAY\[(?P<elements>{_ELEMENT}(?:, {_ELEMENT})*)\]\)::(?P<type>{_FAMILY}(?:\(\d+\))?)\[\]{_END}"
    rf"|(?P<other>{_QUOTED}|\"(?:[^\"]|\"\")*\")"
)


@lru_cache(maxsize=8192)
def meaning(expression: str | None) -> str | None:
    """The expression without casts of literals inside one family of types; equal for equal rules.

    `ARRAY[('a'::character varying)::text]` and `ARRAY['a'::text]` have one meaning, and so have `ARRAY[(1)::bigint]`
    and `ARRAY[1]`. A cast that would cut, round or compare otherwise stays.
    """
    while expression and "::" in expression:
        shorter = _CASTS.sub(_rewritten, expression)
        if shorter == expression:
            break
        expression = shorter
    return expression


def _rewritten(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    if found["texts"]:
        return f"{found['texts']}::text[]" if _fits(_elements(found["texts"]), found["element_size"]) else found[0]
    text = found["text"] or found["inner_text"]
    if text:
        return text if _fits([text[1:-1]], found["size"] or found["inner_size"]) else found[0]
    if found["integers"]:
        return f"{found['integers']}::integer[]"
    if found["float"]:
        return f"({found['float']})::double precision"
    if found["elements"]:
        cast = (f"({element})::{found['type']}" for element in re.findall(_ELEMENT, found["elements"]))
        return f"ARRAY[{', '.join(cast)}]"
    return found[0] if kind == "other" else found["quoted_integer"] or found["integer"] or found["decimal"]


def _fits(texts: list[str], size: str | None) -> bool:
    """Whether the cast leaves them whole: a text that is too long is cut by it."""
    return size is None or all(len(text) <= int(size) for text in texts)


def _elements(array: str) -> list[str]:
    """Those of an array literal; of one with quoted elements the whole, which is longer than any of them."""
    body = array[array.index("'") + 1 : -1]
    return [body] if '"' in body else body.strip("{}").split(",")
