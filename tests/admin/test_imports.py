"""Importing from the admin: nothing is written before the preview was seen, every refused row tells why."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from pipeline import imports as import_jobs
from pipeline import jobs
from pipeline.models import Job
from prospects.choices import ImportStatus
from prospects.models import Import, Prospect, ProspectEvent

FILE = "Website,E-mail,Score\nnew.example.com,office@new.example.com,7\nbad.example.com,nobody,1\n,,\n"
ADD = reverse("admin:prospects_import_add")
MAPPING = {"column_0": "domain", "column_1": "contact_email", "column_2": "score", "mode": "both"}
RELOADS = 'http-equiv="refresh"'


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def upload(desk: Client, text: str = FILE, name: str = "list.csv", **options: str) -> HttpResponse:
    return desk.post(ADD, {"file": SimpleUploadedFile(name, text.encode()), **options}, follow=True)


def act(desk: Client, name: str, **answers: object) -> HttpResponse:
    of = Import.objects.get()
    return desk.post(reverse("admin:prospects_import_act", args=[of.pk, name]), answers, follow=True)


def told(response: HttpResponse) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_a_file_is_mapped_previewed_run_and_reverted(desk: Client, bob: User) -> None:
    page = upload(desk).content.decode()
    assert '<option value="domain" selected>' in page
    preview = act(desk, "preview", **MAPPING)
    assert "Nothing has been written yet" in told(preview)
    assert "<strong>E-mail</strong>: “nobody” is no e-mail address" in preview.content.decode()
    assert not Prospect.objects.exists()

    ran = act(desk, "run")
    assert "runs as a job" in told(ran)
    jobs.work_off()
    of = Import.objects.get()
    assert (of.status, of.outcome["created"], of.outcome["refused"]) == (ImportStatus.FINISHED, 1, 1)
    assert Prospect.objects.get().contact_email == "office@new.example.com"
    assert ProspectEvent.objects.get(kind="created").user == bob

    asked = act(desk, "revert").content.decode()
    assert "<strong>deletes 1</strong> prospect that it created" in asked
    assert "<strong>puts 0</strong> prospects that it changed back" in asked
    assert Prospect.objects.exists()
    assert "Reverted: 1 deleted, 0 restored." in told(act(desk, "revert", confirm="yes"))
    assert not Prospect.objects.exists()


def test_a_refused_cell_is_told_once_with_its_value_and_by_the_name_of_its_field(desk: Client) -> None:
    upload(desk, "Website,Score\ngood.example.com,abc\n,7\n")
    shown = act(desk, "preview", column_0="domain", column_1="score", mode="both").content.decode()
    assert "<div><strong>Score</strong>: “abc” value must be a decimal number</div>" in shown
    assert "<div><strong>Domain</strong>: is missing</div>" in shown
    assert '<option value="discovery_category">Discovery category</option>' in shown


def test_what_cannot_be_reverted_is_not_asked_about(desk: Client) -> None:
    upload(desk)
    assert "there is nothing to revert" in told(act(desk, "revert"))


def test_the_refused_rows_come_as_a_file_to_correct(desk: Client) -> None:
    upload(desk)
    act(desk, "preview", **MAPPING)
    response = desk.get(reverse("admin:prospects_import_refused", args=[Import.objects.get().pk]))
    row = b"".join(response.streaming_content).splitlines()[1]
    assert row == b"E-mail: is no e-mail address: An email address must have an @-sign.,bad.example.com,nobody,1"


def test_a_file_that_cannot_be_read_is_refused_where_it_was_chosen(desk: Client) -> None:
    response = upload(desk, "", "empty.csv")
    assert response.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_mapping_that_tells_no_row_apart_is_refused(desk: Client) -> None:
    upload(desk)
    refused = act(desk, "preview", column_2="score", mode="both")
    assert "rows cannot be told apart" in told(refused)


def test_what_was_not_previewed_is_not_run(desk: Client) -> None:
    upload(desk)
    assert "only a previewed one can be run" in told(act(desk, "run"))
    assert not Prospect.objects.exists()


def test_a_viewer_reads_imports_and_cannot_make_one(client: Client, charlie: User, bob: User) -> None:
    client.force_login(bob)
    upload(client)
    client.force_login(charlie)
    of = Import.objects.get()
    page = client.get(reverse("admin:prospects_import_change", args=[of.pk])).content.decode()
    assert "Preview" not in page
    assert client.get(ADD).status_code == 403
    assert upload(client).status_code == 403
    for name in ("preview", "run", "revert"):
        assert act(client, name, **MAPPING).status_code == 403


def page(desk: Client) -> str:
    return desk.get(reverse("admin:prospects_import_change", args=[Import.objects.get().pk])).content.decode()


def test_a_cancelled_import_shows_what_it_did_and_can_be_reverted(desk: Client) -> None:
    upload(desk)
    act(desk, "preview", **MAPPING)
    act(desk, "run")
    assert RELOADS in page(desk)
    jobs.cancel(Job.objects.get())
    shown = page(desk)
    assert "stopped half way" in shown
    assert "What happened" in shown
    assert '<strong>2</strong> <span class="badge row-pending">' in shown
    assert "Revert the import" in shown
    assert RELOADS not in shown
    act(desk, "revert", confirm="yes")
    assert Import.objects.get().status == ImportStatus.REVERTED


def test_a_page_reloads_itself_while_a_job_makes_the_preview_and_has_no_form_that_would_be_emptied(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "SMALL", 1)
    upload(desk)
    act(desk, "preview", **MAPPING)
    shown = page(desk)
    assert RELOADS in shown
    assert 'name="column_0"' not in shown
    jobs.cancel(Job.objects.get())
    shown = page(desk)
    assert RELOADS not in shown
    assert 'name="column_0"' in shown


def test_the_page_of_a_preview_that_was_killed_lets_it_be_made_anew(desk: Client) -> None:
    upload(desk)
    Import.objects.update(status=ImportStatus.PREVIEWING)
    shown = page(desk)
    assert RELOADS not in shown
    assert 'name="column_0"' in shown
    act(desk, "preview", **MAPPING)
    assert Import.objects.get().status == ImportStatus.PREVIEWED


def test_the_job_of_an_import_with_refused_rows_offers_no_retry(desk: Client) -> None:
    upload(desk)
    act(desk, "preview", **MAPPING)
    act(desk, "run")
    jobs.work_off()
    job = Job.objects.get()
    assert job.failed_items == 1
    url = reverse("admin:pipeline_job_change", args=[job.pk])
    assert "control/retry" not in desk.get(url).content.decode()
