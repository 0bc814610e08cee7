"""Databases in every kind of trouble, one for each Error id, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import connections

from tests.databases import connected

ORPHAN = (
    "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES ((SELECT min(id) FROM auth_group), 999999)"
)
NEWER = "INSERT INTO django_migrations (app, name, applied) VALUES ('auth', '9999_newer', CURRENT_TIMESTAMP)"

SQL = {
    "E001": ["DELETE FROM django_migrations WHERE app = 'sessions'"],
    "E002": ["INSERT INTO django_migrations (app, name, applied) SELECT app, name, applied FROM django_migrations"],
    "E003": [],
    "E010": ["DROP TABLE auth_group_permissions"],
    "E011": ["ALTER TABLE auth_group RENAME COLUMN name TO mislaid"],
    "E019": ["ALTER TABLE django_session RENAME TO kept", "CREATE VIEW django_session AS SELECT * FROM kept"],
    "W001": [NEWER],
}
ON_POSTGRESQL = {
    "E012": ["ALTER TABLE knox_authtoken ALTER COLUMN token_key TYPE varchar(5)"],
    "E013": ["ALTER TABLE auth_user ALTER COLUMN last_login SET NOT NULL"],
    "E014": ["ALTER TABLE auth_group ALTER COLUMN name DROP NOT NULL"],
    "E015": ["ALTER TABLE knox_authtoken ADD COLUMN code integer NOT NULL"],
    "E016": ["ALTER TABLE auth_group DROP CONSTRAINT auth_group_name_key"],
    "E017": ["ALTER TABLE auth_group ALTER COLUMN id DROP IDENTITY"],
    "E018": [
        "ALTER TABLE auth_group_permissions DROP CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm",
        ORPHAN,
    ],
}
# A table, a piece of its statement, what stands there instead, and what is executed after that.
ON_SQLITE: dict[str, tuple[str, str, str, list[str]]] = {
    "E012": ("auth_group", '"name" varchar(150)', '"name" integer', []),
    "E013": ("auth_user", '"last_login" datetime NULL', '"last_login" datetime NOT NULL', []),
    "E014": ("auth_group", '"name" varchar(150) NOT NULL', '"name" varchar(150) NULL', []),
    "E015": ("knox_authtoken", '("digest"', '("code" integer NOT NULL, "digest"', []),
    "E016": (
        "auth_group_permissions",
        '"permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED',
        '"permission_id" integer NOT NULL',
        [],
    ),
    "E017": ("auth_group", "PRIMARY KEY AUTOINCREMENT", "PRIMARY KEY", []),
}
ON_SQLITE["E018"] = (*ON_SQLITE["E016"][:3], [ORPHAN])

ERRORS = sorted({"E000", *SQL, *ON_POSTGRESQL} - {"W001"})


def database_in(trouble: str, new_database: Callable[..., str]) -> str:
    """The URL of a database of its own that is in this trouble: an Error's number, W001, or nothing at all."""
    url = new_database()
    if trouble == "E000":
        return unreachable(url)
    if trouble not in SQL and trouble and url.startswith("sqlite"):
        table, old, new, statements = ON_SQLITE[trouble]
        _reword(url, table, old, new)
        return execute(url, *statements)
    return execute(url, *{"": [], **SQL, **ON_POSTGRESQL}[trouble])


def extra_environment(trouble: str) -> dict[str, str]:
    """Models that changed are no matter of the database: other settings bring one without a migration."""
    return {"DJANGO_SETTINGS_MODULE": "tests.schema.late_model.settings"} if trouble == "E003" else {}


def execute(url: str, *statements: str) -> str:
    with connected(url) as alias, connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return url


def unreachable(url: str) -> str:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.unlink()
        path.mkdir()
        return url
    return url.replace("/plumbline_", "/gone_")


def _reword(url: str, table: str, old: str, new: str) -> None:
    """Changes the statement that SQLite keeps of the table: it can hardly alter one, and the rows fit both."""
    with connected(url) as alias, connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute(
            "UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE name = %s AND instr(sql, %s)",
            [old, new, table, old],
        )
        assert cursor.rowcount == 1, f"{table} has no {old}"
        cursor.execute("PRAGMA writable_schema = RESET")
