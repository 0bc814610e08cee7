"""What the settings read from the environment and how a wrong value is refused."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from django.utils.module_loading import import_string
from environs import Env, ValidationError, validate

# Spellings of the PostgreSQL scheme that hosting services and the old backend's drivers use.
_POSTGRESQL_SCHEMES = re.compile(r"^(postgres|postgresql)(\+\w+)?://")
# Parameters for other drivers that old DATABASE_URLs carry and libpq refuses.
_FOREIGN_PARAMETERS = frozenset({"pgbouncer", "prepared_statement_cache_size", "statement_cache_size"})

NOT_NEGATIVE = validate.Range(min=0)
# Beyond these, times overflow what Python and the databases hold, days or weeks after the start that accepted them.
_DAYS, _SECONDS = 36_500, 7 * 86_400
DAYS = validate.Range(min=1, max=_DAYS)
DAYS_OR_NONE = validate.Range(min=0, max=_DAYS)
SECONDS = validate.Range(min=0, min_inclusive=False, max=_SECONDS)


def checked_out_commit(folder: Path) -> str:
    """The commit of the git checkout in this folder, 12 characters; empty where there is none."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        reference = head.removeprefix("ref: ")
        if reference == head:
            return head[:12]
        if (git / reference).is_file():
            return (git / reference).read_text()[:12]
        packed = (line.split() for line in (git / "packed-refs").read_text().splitlines())
    except OSError:
        return ""
    return next((words[0][:12] for words in packed if words[1:] == [reference]), "")


def required(env: Env, name: str, *, development: str | None, debug: bool) -> str:
    """The value of a variable that has a default in development only.

    Raises ImproperlyConfigured, naming the variable, when it is unset or empty in production.
    """
    value: str = env.str(name, "")
    if value:
        return value
    if debug and development is not None:
        return development
    raise ImproperlyConfigured(f"{name} is not set. Outside development (DEBUG=1) it has no default.")


def secret_key(env: Env, name: str, *, debug: bool) -> str:
    """The key that signs sessions. Raises ImproperlyConfigured when it is missing or weak in production."""
    value = required(env, name, development="for-development-only-" + "x" * 40, debug=debug)
    # The bounds of Django's own check security.W009.
    if not debug and (len(value) < 50 or len(set(value)) < 5):
        raise ImproperlyConfigured(
            f"{name}: {len(value)} characters are too easily guessed. Make one: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return value


def words(env: Env, name: str, default: list[str], validate: Callable[[list[str]], None]) -> list[str]:
    """The values of a variable that holds several, separated by commas and perhaps spaces."""
    values: list[str] = env.list(
        name, default, subcast=str.strip, validate=lambda given: validate(_without_empty(given))
    )
    return _without_empty(values)


def _without_empty(values: list[str]) -> list[str]:
    return [value for value in values if value]


def hosts(env: Env, name: str, *, development: list[str], debug: bool) -> list[str]:
    """Host names the site answers to. Raises ImproperlyConfigured when there is none: every request would fail."""
    value = words(env, name, development if debug else [], validate=site_hosts)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Outside development (DEBUG=1) name the site's hosts.")
    return value


def origins(values: list[str]) -> None:
    """Raises ValidationError unless each value is an origin: scheme, host and perhaps a port, nothing more."""
    for value in values:
        if not _is_origin(value):
            raise ValidationError(f"{value!r} is not an origin such as https://app.example.com")


def exact_origins(values: list[str]) -> None:
    """Raises ValidationError unless each value is one origin: no pattern, which would be compared as it is written."""
    origins(values)
    for value in values:
        if "*" in value:
            raise ValidationError(f"{value!r} is a pattern; name each origin, such as https://app.example.com")


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts.scheme in ("http", "https") and bool(host) and value.lower() == f"{parts.scheme}://{host}{port}"


def host_names(values: list[str]) -> None:
    """Raises ValidationError unless each value is a host's name or address, without scheme, port or path."""
    for value in values:
        if not value or re.search(r"[/@\s]|:\d+$", value.strip("[]")) or "://" in value:
            raise ValidationError(f"{value!r} is not a host's name or address")


def site_hosts(values: list[str]) -> None:
    """Raises ValidationError unless each value is what a Host header may name; an IPv6 address stands in brackets."""
    host_names([value for value in values if not re.fullmatch(r"\[[0-9a-fA-F:.]+\]", value)])


def fernet_key(value: str) -> None:
    """Raises ValidationError unless the value is empty or a key that Fernet accepts."""
    try:
        if value:
            Fernet(value)
    except ValueError as error:
        raise ValidationError(f"not a Fernet key ({error})") from error


def task_backend(value: str) -> None:
    """Raises ValidationError unless the value is the path of a Python class that can be imported."""
    wrong = f"{value!r} is not the path of a class such as django_tasks_db.DatabaseBackend"
    if not all(part.isidentifier() for part in value.split(".")) or "." not in value:
        raise ValidationError(wrong)
    try:
        backend = import_string(value)
    except ImportError as error:
        raise ValidationError(f"{wrong} ({error})") from error
    except AppRegistryNotReady:
        return  # It is there, and needs models, which Django reads after the settings.
    if not isinstance(backend, type):
        raise ValidationError(wrong)


def database_from_url(name: str, url: str, conn_max_age: int = 0) -> dict[str, Any]:
    """Django's DATABASES entry for a database URL; a PostgreSQL connection is kept for `conn_max_age` seconds.

    Accepts postgresql:// (and its spellings) and sqlite:///. Raises ImproperlyConfigured, naming
    the variable, for anything else, so that a typing error never becomes another database.
    """
    if _POSTGRESQL_SCHEMES.match(url):
        return _postgresql(name, _POSTGRESQL_SCHEMES.sub("postgresql://", url), conn_max_age)
    if url.startswith("sqlite:///"):
        return _sqlite(name, url)
    scheme = url.partition("://")[0]
    raise ImproperlyConfigured(
        f"{name}: {scheme!r} is not a database this application runs on; use postgresql://… or sqlite:///PATH."
    )


def throttle_rate(text: str) -> None:
    """Raise ValidationError unless the text is a rate such as `10/min`."""
    if not re.fullmatch(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)", text):
        raise ValidationError(f"{text!r} is no rate; write for example 10/min.")


def both_or_none(values: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured, naming those that are empty, when some of the variables are set and some are not."""
    empty = [name for name, value in values.items() if not value]
    if empty and len(empty) < len(values):
        given = " and ".join(name for name, value in values.items() if value)
        raise ImproperlyConfigured(f"{' and '.join(empty)}: must be set together with {given}, or neither.")


def _postgresql(name: str, url: str, conn_max_age: int) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        query = [(key, value) for key, value in parse_qsl(parts.query) if key not in _FOREIGN_PARAMETERS]
        database = dict(dj_database_url.parse(urlunsplit(parts._replace(query=urlencode(query)))))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: not a valid database URL ({error}).") from error
    if not database.get("NAME"):
        raise ImproperlyConfigured(f"{name}: the database's name is missing (postgresql://user:password@host/NAME).")
    database["CONN_HEALTH_CHECKS"] = True
    database["CONN_MAX_AGE"] = conn_max_age
    return database


def _sqlite(name: str, url: str) -> dict[str, Any]:
    path = url.removeprefix("sqlite:///")
    if not path:
        raise ImproperlyConfigured(f"{name}: the path is missing (sqlite:///PATH, four slashes for an absolute one).")
    if path != ":memory:" and not Path(path).expanduser().absolute().parent.is_dir():
        raise ImproperlyConfigured(f"{name}: the folder of {path!r} does not exist.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path if path == ":memory:" else Path(path).expanduser(),
        "OPTIONS": {
            # A writer takes the lock when it begins, so that two of them queue instead of failing half way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
