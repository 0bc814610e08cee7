"""Every write path leaves its events. Those of the REST API are tested with each endpoint (tests/api/endpoints)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.choices import JobType
from pipeline.jobs import handlers
from prospects import changes, decisions, duplicates
from prospects.admin.actions import ACTIONS
from prospects.admin.forms import EDITABLE, version
from prospects.changes import Cause
from prospects.models import Prospect, ProspectEvent
from tests.api.rows import save
from tests.imports import files
from tests.prospects.recorded import every_change_recorded

#: The kind of row that an admin action may be carried out for, and what its page asks.
CHOSEN: dict[str, tuple[str, dict[str, Any]]] = {
    "approve": ("website", {}),
    "reject": ("website", {}),
    "reconsider": ("lead", {}),
    "promote": ("scraped", {}),
    "set_category": ("website", {"category": "Home Decor"}),
    "merge": ("website", {}),
    "delete": ("website", {}),
}
# The others start jobs, whose results are below.
DECISIONS = [name for name in ACTIONS if not name.startswith("queue_")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", DECISIONS)
def test_every_admin_action_leaves_its_events(name: str) -> None:
    kind, answers = CHOSEN[name]
    ids = [row.pk for row in save(kind, 2, domain="same.example")]
    with every_change_recorded():
        ACTIONS[name].perform(ids, Cause(), answers)
    assert ProspectEvent.objects.exists()


@pytest.mark.django_db
def test_the_admins_form_leaves_its_events(client: Client) -> None:
    client.force_login(User.objects.create(username="alice", is_staff=True, is_superuser=True))
    (row,) = save("website")
    row = Prospect.objects.get(pk=row.pk)
    form = {name: getattr(row, name) or "" for name in EDITABLE} | {"version": version(row)}
    with every_change_recorded():
        client.post(f"/admin/prospects/prospect/{row.pk}/change/", form | {"discovery_category": "Castles"})
    assert Prospect.objects.get().discovery_category == "Castles"


CONTENT = files.csv_file(["Site", "Mail"], ["old.example", "x@old.example"], ["new.example", "y@new.example"])


@pytest.mark.django_db
def test_an_import_and_its_revert_leave_their_events() -> None:
    save("website", domain="old.example")
    of = files.previewed(CONTENT)
    with every_change_recorded():
        jobs.run(import_jobs.start(of, Cause()).pk)
    assert Prospect.objects.count() == 2
    of.refresh_from_db()
    with every_change_recorded():
        import_jobs.revert(of, Cause())
    assert Prospect.objects.count() == 1


@pytest.mark.django_db
def test_the_import_command_leaves_its_events(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(CONTENT)
    with every_change_recorded():
        call_command("import_prospects", str(file), "--yes")
    assert Prospect.objects.count() == 2


@pytest.mark.django_db
def test_a_merge_and_its_undoing_leave_their_events() -> None:
    keep, other = save("website", 2)
    with every_change_recorded():
        merge = duplicates.merge(keep.pk, other.pk, Cause())
    with every_change_recorded():
        duplicates.undo(merge, Cause())


class Scraper(jobs.ItemHandler):
    """Writes its result as the steps do."""

    def apply(self, item: Any, prepared: Any, cause: Cause) -> jobs.Outcome:
        changes.change(Prospect.objects.filter(pk=item.prospect_id), {"scrape_status": "SCRAPED"}, cause)
        return jobs.Outcome()


@pytest.mark.django_db
def test_the_result_of_a_job_leaves_its_event_with_the_jobs_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(handlers._handlers, JobType.SCRAPE, Scraper())
    save("website", 2)
    with every_change_recorded():
        job = jobs.start(JobType.SCRAPE, targets=Prospect.objects.all())
        jobs.run(job.pk)
    assert set(ProspectEvent.objects.values_list("field", "job_id")) == {("scrape_status", job.pk), ("stage", job.pk)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda row: Prospect.objects.filter(pk=row.pk).update(score=5),
        lambda row: Prospect.objects.create(domain="other.example"),
        lambda row: row.delete(),
        lambda row: setattr(row, "score", 5) or row.save(),
    ],
    ids=["update", "create", "delete", "save"],
)
def test_a_write_past_the_functions_is_seen(write: Any) -> None:
    (row,) = save("website")
    with pytest.raises(AssertionError, match="written"), every_change_recorded():
        write(row)


@pytest.mark.django_db
def test_a_change_without_its_event_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = save("website")
    monkeypatch.setattr(changes, "_record", list)
    with pytest.raises(AssertionError, match="approval_status"), every_change_recorded():
        decisions.approve([row.pk], Cause())


WRITES = {
    *("update", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"),
    *("save", "delete", "_raw_delete", "aupdate", "acreate", "asave", "adelete"),
}
SQL = re.compile(r'(?:UPDATE|INSERT INTO|DELETE FROM)\s+"?prospects"?\b', re.IGNORECASE)
#: What defines the writes themselves, what makes up sample data on an empty database, and the adoption's conversions.
APART = re.compile(r"prospects/(changes|querysets|models/prospect)\.py|pipeline/sample/|migrations/|config/schema/")


def sources() -> Iterator[Path]:
    for package in ("config", "prospects", "pipeline"):
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            if not APART.search(path.as_posix()):
                yield path


def writes_in(text: str) -> list[str]:
    """Calls and SQL that look like writes to prospects."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            receiver = ast.unparse(node.func.value)
            if re.search(r"\bProspect\b|(?<![.\w])(prospects?|profiles?)\b(?!\.imports)", receiver):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            found.append(node.value)
    return found


def test_no_other_source_file_writes_prospects() -> None:
    assert {str(path): found for path in sources() if (found := writes_in(path.read_text()))} == {}


def test_the_search_for_writes_finds_them() -> None:
    for text in (
        "Prospect.objects.filter(pk=1).update(score=1)",
        "prospect.save()",
        "prospects.discovered().delete()",
        "cursor.execute('DELETE FROM prospects')",
    ):
        assert writes_in(text)
    assert not writes_in("ProspectEvent.objects.create()")
