"""The importer at the command line says what would happen, does it, and fails in words."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pipeline.management.commands import import_prospects
from pipeline.models import Job
from prospects import imports
from prospects.models import Import, Prospect
from tests.imports.files import csv_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_file(["Web", "Mail"], ["a.example", "x@a.example"], ["wrong", ""]))
    return path


def command(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("import_prospects", str(path), "--map", "Web=domain", *arguments, stdout=out)
    return out.getvalue()


def test_a_preview_names_each_refused_row_and_imports_nothing(path: Path) -> None:
    out = command(path, "--preview")
    assert "2 rows would be: 1 created, 0 updated, 0 skipped, 1 refused." in out
    assert "line 3, Web: 'wrong' is no domain" in out
    assert not Prospect.objects.exists()


def test_an_import_says_what_it_did_and_writes_the_refused_rows(path: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    out = command(path, "--yes", "--refused", str(refused))
    assert "2 rows were: 1 created, 0 updated, 0 skipped, 1 refused." in out
    assert refused.read_text(encoding="utf-8").splitlines()[1] == "Web: is no domain,wrong,"
    assert Prospect.objects.get().contact_email == "x@a.example"


def test_without_yes_and_without_a_terminal_nothing_is_imported(path: Path) -> None:
    with pytest.raises(CommandError, match="say --yes"):
        command(path)
    assert not Prospect.objects.exists()


def test_queued_work_is_left_to_the_workers(path: Path) -> None:
    assert "waits for a worker" in command(path, "--yes", "--queue")
    assert Import.objects.get().status == "running"
    assert not Prospect.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--map", "x=domain"], "no column 'x'"), (["--overwrite", "stage"], "'stage'")]
)
def test_what_cannot_be_imported_ends_the_command_with_a_reason(path: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        command(path, *arguments)


def test_the_command_says_what_each_column_is_read_as_and_which_are_not(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_file(["Web", "Contact Email", "Notes", "ID"], ["a.example", "x@a.example", "y", "1"]))
    assert command(path, "--preview").splitlines()[:3] == [
        "'Web' is read as domain.",
        "'Contact Email' is read as contact_email.",
        "Not read: 'Notes', 'ID'. To read one, --map COLUMN=FIELD.",
    ]


def test_columns_in_another_case_than_the_last_time_can_be_mapped(path: Path, tmp_path: Path) -> None:
    command(path, "--yes")
    other = tmp_path / "other.csv"
    other.write_bytes(csv_file(["WEB", "MAIL"], ["b.example", "x@b.example"]))
    out = io.StringIO()
    call_command("import_prospects", str(other), "--yes", stdout=out)
    assert "1 rows were: 1 created" in out.getvalue()


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_import_that_is_interrupted_says_who_goes_on_with_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "run_batch", interrupt)
    with pytest.raises(CommandError, match=r"Interrupted: 0 of 2 rows were done\. The next worker goes on") as ended:
        command(path, "--yes")
    assert ended.value.returncode == 130
    assert Job.objects.get().status == "pending"


def test_a_command_that_is_interrupted_behind_its_import_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_prospects.Command, "_write_refused", interrupt)
    with pytest.raises(CommandError, match=r"Interrupted: 2 of 2 rows were done, and job \S+ is completed"):
        command(path, "--yes")


def test_a_command_that_is_interrupted_before_it_imports_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "preview", interrupt)
    with pytest.raises(CommandError, match="Interrupted: nothing was imported") as ended:
        command(path, "--yes")
    assert ended.value.returncode == 130


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.csv"):
        command(tmp_path / "none.csv")
