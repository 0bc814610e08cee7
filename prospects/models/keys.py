"""The CHECK constraints that hold the keys to their texts, whoever writes.

`prospects.keys` makes the keys in Python. What they are for every text cannot be said in SQL; for plain ASCII it can,
with one meaning on both engines, and of other texts, that they have a key. A write that forgets the key, or leaves it
behind when the text changes, is refused: a suppressed address would not be known by it.
"""

from typing import Any

from django.db.models import BooleanField, Case, CheckConstraint, F, Func, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Substr, Trim
from django.db.models.lookups import Exact


class Matches(Func):
    """Whether a text matches a pattern, which each engine has in its own words: GLOB, or a regular expression."""

    output_field = BooleanField()
    template = "%(expressions)s GLOB '%(glob)s'"
    arity = 1

    def __init__(self, text: Any, glob: str, regex: str) -> None:
        super().__init__(text, glob=glob, regex=regex)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s ~ '%(regex)s'", **context)


class LowerAscii(Func):
    """A text with A to Z in lower case, whatever the locale makes of the letter I."""

    function = "lower"
    output_field = TextField()
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='%(function)s(%(expressions)s COLLATE "C")', **context)


def email_follows() -> Q:
    """What is true of every address and its key."""
    text = _trimmed("contact_email")
    return _is_unless(_strange(text), "email_key", _right_trimmed(LowerAscii(text), ".")) & _has_key(text, "email_key")


def domain_follows() -> Q:
    """What is true of every domain and its key."""
    text = _trimmed("domain")
    host = _without_www(_right_trimmed(LowerAscii(text), "."))
    return _is_unless(_strange(text), "domain_key", host) & _has_key(text, "domain_key")


def profile_follows() -> Q:
    """What is true of every profile's URL and its key: of those with `https://`, and of those without URL."""
    text = LowerAscii(_trimmed("profile_url"))
    rest = Substr(text, 9)
    # A dot at the end of the host has no place in the key; in a path it has.
    other = (
        ~Q(Matches(text, "https://*", "^https://"))
        | Q(Matches(rest, "*[^a-z0-9._~/-]*", "[^a-z0-9._~/-]"))
        | Q(Matches(rest, "*./*", "[.]/"))
        | Q(Matches(rest, "*.", "[.]$"))
    )
    key = _right_trimmed(_without_www(rest), "/")
    return _is_unless(other, "profile_key", key) & (Q(profile_key="") | ~Q(Exact(text, Value(""))))


def derived_keys() -> tuple[CheckConstraint, ...]:
    """A constraint for each key of a prospect."""
    return (
        CheckConstraint(condition=domain_follows(), name="prospects_domain_key_derived"),
        CheckConstraint(condition=email_follows(), name="prospects_email_key_derived"),
        CheckConstraint(condition=profile_follows(), name="prospects_profile_key_derived"),
    )


def _trimmed(column: str) -> Trim:
    return Trim(Coalesce(F(column), Value(""), output_field=TextField()))


def _right_trimmed(text: Any, characters: str) -> Func:
    return Func(text, Value(characters), function="rtrim", output_field=TextField())


def _without_www(text: Any) -> Case:
    # By a pattern: in a CHECK with `substr(text, 1, 4)`, Django takes the 1 for a column when it describes a table.
    is_www = Matches(text, "www.*", "^www[.]")
    return Case(When(is_www, then=Substr(text, 5)), default=text, output_field=TextField())


def _strange(text: Any) -> Q:
    """Whether anything but visible ASCII is in it; an empty text is plain."""
    return Q(Matches(text, "*[^!-~]*", "[^!-~]"))


def _is_unless(other: Q, key: str, text: Any) -> Q:
    return other | Q(Exact(F(key), text))


def _has_key(text: Any, key: str) -> Q:
    return ~Q(Matches(text, "*[0-9A-Za-z]*", "[0-9A-Za-z]")) | ~Q(**{key: ""})
