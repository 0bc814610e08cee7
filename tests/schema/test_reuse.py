"""The guard in a project that is not this one: nothing to report on a clean database, and drift found on each alias."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

PACKAGE = Path(settings.BASE_DIR) / "config" / "schema"

SETTINGS = """
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "shop.Customer"
SITE_ID = 1
INSTALLED_APPS = [
    "config.schema",
    *(f"django.contrib.{{app}}" for app in (
        "auth", "contenttypes", "sessions", "sites", "flatpages", "redirects", "admin", "messages",
    )),
    "shop",
    "archive",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
CONTEXT = ("template.context_processors.request", "contrib.auth.context_processors.auth",
           "contrib.messages.context_processors.messages")
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {{"context_processors": [f"django.{{name}}" for name in CONTEXT]}},
}}]
DATABASES = {databases!r}
DATABASE_ROUTERS = ["shop.routers.Router"]
"""
ROUTER = """
class Router:
    def allow_migrate(self, db, app_label, **hints):
        if app_label == "schema":
            return None
        return (app_label == "archive") == (db == "archive")
"""
SHOP = """
from django.contrib.auth.models import AbstractUser
from django.db import models

class Customer(AbstractUser):
    points = models.PositiveIntegerField(default=0)

class Good(models.Model):
    title = models.CharField(max_length=30, unique=True)
    buyers = models.ManyToManyField(Customer, through="Purchase")
    similar = models.ManyToManyField("self")
    class Meta:
        db_table = '{schema}goods'

class Discounted(Good):
    class Meta:
        proxy = True

class Book(Good):
    pages = models.IntegerField(db_column="leaves")

class Purchase(models.Model):
    good = models.ForeignKey(Good, models.CASCADE)
    customer = models.ForeignKey(Customer, models.CASCADE, db_constraint=False)
    class Meta:
        unique_together = [("good", "customer")]

class Elsewhere(models.Model):
    class Meta:
        managed = False
        db_table = "elsewhere"

class Label(models.Model):
    state = models.CharField(max_length=5)
    rank = models.SmallIntegerField(default=1)
    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["a", "b"]), name="label_state"),
            models.CheckConstraint(condition=models.Q(rank__in=[-1, 5]), name="label_rank"),
            models.UniqueConstraint(fields=["state"], condition=models.Q(state__in=["a", "b"]), name="label_once"),
        ]
        indexes = [models.Index(fields=["state"], condition=models.Q(rank__in=[1, 5]), name="label_low")]

class Promise(models.Model):
    elsewhere = models.ForeignKey(Elsewhere, models.DO_NOTHING, db_constraint=False)
"""
#: What the models become after the first release, each by (before, after). The title stays unique: Django does not find
#: the constraints of a table spelled like this one, and leaves in place what it should drop.
LATER = (
    ("title = models.CharField(max_length=30, unique=True)", "title = models.CharField(max_length=60, unique=True)"),
    ("points = models.PositiveIntegerField(default=0)", 'points = models.BigIntegerField(null=True, db_column="p")'),
    ('pages = models.IntegerField(db_column="leaves")', "weight = models.FloatField(default=1, db_default=1)"),
    ('unique_together = [("good", "customer")]', 'db_table = "sales"'),
)
#: The same column types in a wider size: what stands on them stays, and the server words it otherwise.
WIDENED = (
    ("state = models.CharField(max_length=5)", "state = models.TextField()"),
    ("rank = models.SmallIntegerField(default=1)", "rank = models.BigIntegerField(default=1)"),
)
#: What only PostgreSQL has, and its second release.
TAGS = """
from django.contrib.postgres.fields import ArrayField

class Tagged(models.Model):
    tags = ArrayField(models.CharField(max_length=5), db_default=[])
"""
WIDER_TAGS = (("CharField(max_length=5), db_default", "CharField(max_length=50), db_default"),)
ARCHIVE = """
from django.db import models

class Paper(models.Model):
    text = models.TextField()
"""


@pytest.fixture
def project(tmp_path: Path, django_db_setup, django_db_blocker):
    """A command runner of a project of its own, with two databases that a router fills."""
    names = ("reuse_default", "reuse_archive")
    with django_db_blocker.unblock():
        for name in names if connection.vendor == "postgresql" else ():
            execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            execute(f"CREATE DATABASE {name}")
        write_project(tmp_path, dict(zip(("default", "archive"), names, strict=True)))
        yield lambda *command: run(tmp_path, *command)
        for name in names if connection.vendor == "postgresql" else ():
            execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def write_project(folder: Path, names: dict[str, str]) -> None:
    sqlite = connection.vendor == "sqlite"
    kept = ("ENGINE",) if sqlite else ("ENGINE", "HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
    known = {key: connection.settings_dict[key] for key in kept}
    databases = {
        alias: {**known, "NAME": str(folder / f"{name}.sqlite3") if sqlite else name} for alias, name in names.items()
    }
    (folder / "reuse_settings.py").write_text(SETTINGS.format(databases=databases))
    # The shop's goods are in a PostgreSQL schema of their own, by the well-known spelling of db_table.
    shop = SHOP.format(schema="" if sqlite else 'stock"."') + ("" if sqlite else TAGS)
    models = {"shop": shop, "archive": ARCHIVE}
    for app, text in models.items():
        (folder / app / "migrations").mkdir(parents=True)
        (folder / app / "migrations" / "__init__.py").touch()
        (folder / app / "__init__.py").touch()
        (folder / app / "models.py").write_text(text)
    (folder / "shop" / "routers.py").write_text(ROUTER)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}:{settings.BASE_DIR}",
        "DJANGO_SETTINGS_MODULE": "reuse_settings",
    }
    return subprocess.run(
        [sys.executable, "-m", "django", *command],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def grown(project, tmp_path: Path):
    """The project with two releases behind it; its databases have been migrated to the first."""
    models = tmp_path / "shop" / "models.py"
    assert project("makemigrations", "shop", "archive").returncode == 0
    if connection.vendor == "postgresql":
        shell(project, "CREATE SCHEMA stock", "default")
    assert project("migrate", "shop", "0001").returncode == 0
    for before, after in (*LATER, *WIDENED, *(WIDER_TAGS if connection.vendor == "postgresql" else ())):
        assert before in models.read_text()
        models.write_text(models.read_text().replace(before, after))
    made = project("makemigrations", "--no-input", "shop")
    assert made.returncode == 0, made.stdout + made.stderr
    return project


@pytest.mark.slow
def test_another_project_is_in_line_when_it_is_migrated_release_by_release_and_drift_is_found_on_each_alias(grown):
    project = grown
    for alias in ("default", "archive"):
        migrated = project("migrate", "--database", alias)
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        clean = project("schema", "diff", "--database", alias)
        assert clean.stdout.strip() == f"Database '{alias}' is in line with the code.", clean.stdout + clean.stderr

    shell(project, "ALTER TABLE archive_paper RENAME COLUMN text TO body", "archive")
    found = project("schema", "diff", "--database", "archive")
    assert found.returncode == 1
    assert "archive_paper.text" in found.stdout
    assert project("schema", "diff").returncode == 0

    quote = "stock.goods" if connection.vendor == "postgresql" else "goods"
    shell(project, f"ALTER TABLE {quote} RENAME COLUMN title TO name", "default")
    assert "schema.E011" in project("schema", "diff").stdout


@pytest.mark.slow
def test_a_column_that_a_pending_migration_renames_is_left_to_it(grown):
    project = grown
    found = project("schema", "diff")
    assert "shop.0002_" in found.stdout.partition("shop_customer.p")[2].partition("to mend")[0], found.stdout
    assert "schema repair" not in found.stdout
    repaired = project("schema", "repair")
    assert repaired.returncode == 3, repaired.stdout
    assert "ADD COLUMN" not in repaired.stdout
    migrated = project("migrate")
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr


def shell(project, sql: str, alias: str) -> None:
    code = f"from django.db import connections as c; c['{alias}'].cursor().execute('{sql}')"
    done = project("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr


def test_the_package_imports_nothing_of_the_project_around_it():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in filter(None, names):
                allowed = name.startswith("config.schema") or name.partition(".")[0] in {
                    "django",
                    *sys.stdlib_module_names,
                }
                assert allowed, f"{path.relative_to(PACKAGE)} imports {name}"
