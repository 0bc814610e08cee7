"""What a person does to jobs and settings by the API is in their history, with the person's name."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from pipeline import switches
from pipeline.jobs import ItemHandler, handlers
from pipeline.models import Job, Setting


def told(row: Job | Setting) -> list[tuple[User, str]]:
    history = LogEntry.objects.filter(object_id=row.pk).select_related("user").order_by("pk")
    return [(entry.user, entry.change_message) for entry in history]


def test_who_cancelled_and_who_retried_a_job_is_recorded(bob: APIClient, monkeypatch) -> None:
    monkeypatch.setitem(handlers._handlers, "scrape", ItemHandler())
    job = Job.objects.create(job_type="scrape")
    assert bob.post(f"/api/jobs/cancel/{job.pk}").status_code == 200
    assert bob.post(f"/api/jobs/cancel/{job.pk}").status_code == 400
    assert bob.post(f"/api/jobs/{job.pk}/retry").status_code == 200
    user = User.objects.get(username="bob")
    assert told(job) == [(user, "Cancelled."), (user, "Started again.")]


def test_who_turned_the_master_switch_and_what_it_took_along_is_recorded(bob: APIClient) -> None:
    assert bob.post("/api/scraper/master", {"enabled": False}, format="json").status_code == 200
    user = User.objects.get(username="bob")
    for key in (switches.MASTER, switches.AUTOMATIC):
        assert told(Setting.objects.get(key=key)) == [(user, 'Saved as {"value": false}.')]


def test_who_saved_the_automation_is_recorded(bob: APIClient) -> None:
    assert bob.post("/api/settings/automation", {"locations": ["Köln"]}, format="json").status_code == 200
    [(user, what)] = told(Setting.objects.get(key=switches.AUTOMATION))
    assert user.username == "bob"
    assert '"locations": ["Köln"]' in what


def test_what_no_person_wrote_is_nobodys(db: None) -> None:
    switches.set_master(True)
    assert not LogEntry.objects.exists()
