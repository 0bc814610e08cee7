"""The settings: every variable documented, wrong values refused by name, production without defaults for secrets."""

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

ROOT = Path(settings.BASE_DIR)
DEVELOPMENT = {"DEBUG": "1"}
PRODUCTION = {
    "SECRET_KEY": "k3y" * 9 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "plumbline.example.com",
    "DATABASE_URL": "postgresql://plumbline:password@db.example.com/plumbline",
}


def documented() -> set[str]:
    """The variables in the first column of the README's table."""
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))


def documented_production() -> dict[str, str]:
    """The environment of docs/deploy.md, with keys in the places where it says that one makes one's own."""
    block = re.search(r"```ini\n(.*?)```", (ROOT / "docs/deploy.md").read_text(), re.DOTALL)
    assert block, "docs/deploy.md has no ```ini block with the production environment"
    environment = dict(line.split("=", 1) for line in block[1].splitlines() if line)
    made = {"SECRET_KEY": PRODUCTION["SECRET_KEY"], "ENCRYPTION_KEY": Fernet.generate_key().decode()}
    return {name: made.get(name, value) for name, value in environment.items()}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the settings file with this environment and nothing else of ours; returns what it defines."""

    def run(environment: dict[str, str]) -> dict[str, Any]:
        for name in documented():
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config/settings.py"))

    return run


@pytest.mark.parametrize("environment", [DEVELOPMENT, PRODUCTION], ids=["development", "production"])
def test_the_readme_lists_exactly_the_variables_that_the_settings_read(read: Any, environment: dict[str, str]) -> None:
    assert set(read(environment)["env"].dump()) == documented()


def test_nothing_but_the_settings_reads_the_environment() -> None:
    readers = []
    for path in sorted(path for app in ("config", "prospects", "pipeline") for path in (ROOT / app).rglob("*.py")):
        readers += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        ]
    # Entry points name the settings module, and a server is given this process's environment as it is.
    allowed = ("config/wsgi.py", "config/asgi.py", "config/schema/management/commands/serve.py")
    assert [reader for reader in readers if not reader.startswith(allowed)] == []


WRONG = [
    ("DEBUG", "perhaps"),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", " , "),
    ("ALLOWED_HOSTS", "https://plumbline.example.com"),
    ("ALLOWED_HOSTS", "plumbline.example.com:8000"),
    ("ALLOWED_HOSTS", "a.example.com b.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "plumbline.example.com"),
    ("CSRF_TRUSTED_ORIGINS", "https://a.example.com:port"),
    ("CORS_ALLOWED_ORIGINS", "https://[bad"),
    ("CORS_ALLOWED_ORIGINS", "https://*.example.com"),
    ("CORS_ALLOWED_ORIGINS", "https://a.example.com:port"),
    ("CORS_ALLOWED_ORIGINS", "https://user@app.example.com"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.com/login"),
    ("CORS_ALLOWED_ORIGINS", "https://app.example.com,*"),
    ("SECURE_SSL_REDIRECT", "sometimes"),
    ("SECURE_HSTS_SECONDS", "-1"),
    ("SECURE_HSTS_SECONDS", "a year"),
    ("TOKEN_TTL_DAYS", "0"),
    ("TOKEN_TTL_DAYS", "1.5"),
    ("TOKEN_TTL_DAYS", "99999999"),
    ("TOKEN_TTL_DAYS", "999999999999"),
    ("LOG_LEVEL", "loud"),
    ("SCHEMA_AUTO_REPAIR", "x"),
    ("SCHEMA_LOCK_TIMEOUT", "0"),
    ("SCHEMA_LOCK_TIMEOUT", "1e300"),
    ("SCHEMA_LOCK_TIMEOUT", "nan"),
    ("SCHEMA_VERIFY_INTERVAL", "soon"),
    ("SCHEMA_VERIFY_INTERVAL", "1e300"),
    ("TASKS_BACKEND", "redis"),
    ("TASKS_BACKEND", "no.such.Backend"),
    ("TASKS_BACKEND", "django_tasks_db.Nope"),
    ("TASKS_BACKEND", "django_tasks_db.backend"),
    ("JOB_LEASE_SECONDS", "0"),
    ("JOB_LEASE_SECONDS", "1e300"),
    ("JOB_BACKOFF_SECONDS", "1e300"),
    ("JOB_BACKOFF_SECONDS", "soon"),
    ("IMPORT_FILE_DAYS", "-1"),
    ("IMPORT_FILE_DAYS", "999999999999"),
    ("WEBHOOK_DELIVERY_DAYS", "-1"),
    ("WEBHOOK_ALLOWED_HOSTS", "http://inner.example"),
    ("LOGIN_RATE_PER_ADDRESS", "many"),
    ("LOGIN_RATE_PER_USER", "10/moon"),
    ("NUM_PROXIES", "-1"),
    ("ENCRYPTION_KEY", "short"),
    ("MASTER_ENCRYPTION_PASSWORD", "without its salt"),
    ("MASTER_ENCRYPTION_SALT", "without its password"),
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "x" * 60),
    ("DATABASE_CONN_MAX_AGE", "-5"),
    ("DATABASE_STATEMENT_TIMEOUT", "-1"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "plumbline.sqlite3"),
    ("DATABASE_URL", "mysql://db.example.com/plumbline"),
    ("DATABASE_URL", "postgresql://plumbline:password@db.example.com"),
    ("DATABASE_URL", "postgresql://plumbline@db.example.com:54x2/plumbline"),
    ("DATABASE_URL", "postgresql://[::1/plumbline"),
    ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "sqlite:////no/such/folder/plumbline.sqlite3"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(read: Any, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read(PRODUCTION | {name: value})


def test_values_of_a_list_may_have_spaces_around_them(read: Any) -> None:
    lists = {
        "ALLOWED_HOSTS": "a.example.com, .b.example.com ,[::1],",
        "CSRF_TRUSTED_ORIGINS": "https://a.example.com, https://*.example.com",
        "CORS_ALLOWED_ORIGINS": " https://a.example.com , http://[::1]:3000",
        "WEBHOOK_ALLOWED_HOSTS": "inner.example, 10.0.0.1",
    }
    found = read(PRODUCTION | lists)
    assert {name: found[name] for name in lists} == {
        "ALLOWED_HOSTS": ["a.example.com", ".b.example.com", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": ["https://a.example.com", "https://*.example.com"],
        "CORS_ALLOWED_ORIGINS": ["https://a.example.com", "http://[::1]:3000"],
        "WEBHOOK_ALLOWED_HOSTS": ["inner.example", "10.0.0.1"],
    }


def test_every_variable_that_can_be_wrong_has_a_wrong_value_in_this_table() -> None:
    any_text = {"RELEASE", *settings.SERVICE_CREDENTIALS}
    assert {name for name, _ in WRONG} == documented() - any_text


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_outside_development_nothing_that_matters_has_a_default(read: Any, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read({key: value for key, value in PRODUCTION.items() if key != name})


def test_development_needs_no_variable_but_debug(read: Any) -> None:
    assert read(DEVELOPMENT)["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"


def manage(*arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in documented()}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_documented_production_environment_passes_the_deployment_checks() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=documented_production())
    assert done.returncode == 0, done.stderr


def test_the_command_line_says_what_is_wrong_without_a_traceback() -> None:
    done = manage("check", environment=DEVELOPMENT | {"TOKEN_TTL_DAYS": "soon"})
    assert done.returncode == 1
    assert done.stderr.startswith("Settings: ")
    assert "TOKEN_TTL_DAYS" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("TASKS_BACKEND", "django_tasks_db.Nope"), ("DATABASE_URL", "postgresql://[::1/x")]
)
def test_the_command_line_names_the_variable_where_a_value_breaks_what_reads_it(name: str, value: str) -> None:
    done = manage("check", environment=PRODUCTION | {name: value})
    assert done.returncode == 1
    assert done.stderr.startswith("Settings: ")
    assert name in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_spellings_of_postgresql_urls_by_hosting_services_are_understood(read: Any) -> None:
    url = "postgres://plumbline:p%40ss@db.example.com:6543/plumbline?sslmode=require&pgbouncer=true"
    database = read(PRODUCTION | {"DATABASE_URL": url})["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db.example.com", 6543, "p@ss")
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_a_wrong_host_header_is_one_line_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/admin/login/", headers={"host": "elsewhere.example.com"}).status_code == 400
    [record] = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert "elsewhere.example.com" in record.getMessage()
    assert record.exc_info is None
