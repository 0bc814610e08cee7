"""The frontend's contract, read from the table in contract.py; who may do what; what steps without provider answer."""

from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from pipeline import jobs, roles, switches
from pipeline.choices import JobType
from pipeline.jobs import handlers
from pipeline.models import EmailAttachment, EmailLog, Job, SocialIntegration
from prospects.models import Prospect, ProspectEvent
from tests.api.conftest import PASSWORD, user_in
from tests.api.contract import LOGIN, READS, SAVED_ATTACHMENT, STEPS, WRITES
from tests.api.endpoints.rows import a_file
from tests.api.rows import LEAD, save

KINDS = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict, "any": object}


@pytest.fixture
def ids(db: None) -> dict[str, str]:
    """A row for every list, with as little in it as the database allows; the ids by kind."""
    rows = {kind: save(kind)[0] for kind in ("website", "scraped", "lead", "draft", "sent", "social")}
    profile = {"source_platform": "instagram", "domain": "instagram.com", "contact_email": None}
    save("social", approval_status="approved", **profile)
    save("social", **profile, approval_status="approved", draft_status="drafted", draft_subject="s", draft_body="b")
    save("social", **profile, send_status="sent")
    job = Job.objects.create(job_type="draft")
    EmailLog.objects.create(prospect=rows["sent"], subject="s")
    EmailAttachment.objects.create(filename="a.pdf", content_type="application/pdf", size_bytes=1, data=b"x")
    SocialIntegration.objects.create(user_id="default-user-id", platform="instagram")
    switches.set_master(True)
    return {kind: str(row.pk) for kind, row in rows.items()} | {"job": str(job.pk), "prospect": str(rows["sent"].pk)}


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with the ids in the place of their names."""
    if isinstance(value, str):
        return value.format(**ids) if value.startswith(("/", "{")) else value
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return {key: filled(item, ids) for key, item in value.items()} if isinstance(value, dict) else value


def at(body: Any, place: str) -> list[dict[str, Any]]:
    """The objects at a place of the answer."""
    found = [body]
    for key in filter(None, place.split(".")):
        key = key.replace("~", ".")
        found = [item for value in found for item in (value if key == "*" else [value[key]])]
    return found


def differences(item: dict[str, Any], fields: dict[str, str]) -> list[str]:
    wrong = []
    for name, kind in fields.items():
        value = item.get(name)
        fits = (kind.endswith("?") and value is None) or isinstance(value, KINDS[kind.rstrip("?")])
        if name not in item:
            wrong.append(f"{name} is missing")
        elif not fits or (isinstance(value, bool) and kind.rstrip("?") not in ("bool", "any")):
            wrong.append(f"{name}: {value!r} is no {kind}")
    return wrong


@pytest.mark.parametrize(("path", "place", "fields"), READS, ids=[f"{path} {place}" for path, place, _ in READS])
def test_the_frontend_finds_the_fields_it_reads(
    alice: APIClient, ids: dict[str, str], path: str, place: str, fields: dict[str, str]
) -> None:
    response = alice.get(filled(path, ids))
    assert response.status_code == 200, response.content
    found = at(response.json(), place)
    assert found, "there is no row to look at"
    assert [differences(item, fields) for item in found if differences(item, fields)] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"), WRITES, ids=[f"{method} {path} {body}" for method, path, body, _ in WRITES]
)
def test_an_action_answers_as_the_frontend_expects_and_a_viewer_may_not(
    bob: APIClient, charlie: APIClient, ids: dict[str, str], method: str, path: str, body: Any, fields: dict[str, str]
) -> None:
    assert getattr(charlie, method)(filled(path, ids), filled(body, ids), format="json").status_code == 403
    before = ProspectEvent.objects.count()
    response = getattr(bob, method)(filled(path, ids), filled(body, ids), format="json")
    assert response.status_code == 200, response.content
    assert differences(response.json(), fields) == []
    if "/jobs/" not in path and "/settings/" not in path and "/scraper/" not in path and "categor" not in path:
        assert ProspectEvent.objects.count() > before, "the change left no event"


def test_a_login_answers_as_the_frontend_expects(anonymous: APIClient, db: None) -> None:
    user = user_in(roles.VIEWER, "walter")
    user.set_password(PASSWORD)
    user.save()
    form = urlencode({"username": "walter", "password": PASSWORD})
    response = anonymous.post("/api/auth/login", form, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert differences(response.json(), LOGIN) == []
    assert response.json()["token_type"] == "bearer"


@pytest.mark.parametrize("scope", ["global", "prospect"])
def test_a_saved_attachment_answers_as_the_frontend_expects(bob: APIClient, ids: dict[str, str], scope: str) -> None:
    of = {"prospect_id": ids["prospect"]} if scope == "prospect" else {}
    response = bob.post("/api/prospects/attachments", {"scope": scope, "file": a_file(), **of}, format="multipart")
    assert response.status_code in (200, 201)
    assert differences(response.json(), SAVED_ATTACHMENT) == []


STEP_IDS = [f"{path} {body}" for path, body, _, _ in STEPS]


@pytest.mark.parametrize(("path", "body", "fields", "job_type"), STEPS, ids=STEP_IDS)
def test_a_step_without_its_provider_says_so_and_does_nothing(
    bob: APIClient, ids: dict[str, str], path: str, body: Any, fields: dict[str, str], job_type: str
) -> None:
    before = Job.objects.count()
    response = bob.post(path, filled(body, ids), format="json")
    assert response.status_code == 409
    problem = response.json()
    assert problem["code"] == "not_configured"
    assert all(variable in problem["detail"] for variable in problem["variables"])
    assert Job.objects.count() == before


@pytest.fixture
def every_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler for every type of job, so that steps can be started."""
    for job_type in JobType:
        monkeypatch.setitem(handlers._handlers, job_type, jobs.ItemHandler())


@pytest.mark.parametrize(("path", "body", "fields", "job_type"), STEPS, ids=STEP_IDS)
def test_a_step_answers_with_a_job_that_exists_for_exactly_the_prospects_it_counts(
    bob: APIClient,
    charlie: APIClient,
    ids: dict[str, str],
    every_handler: None,
    settings: Any,
    path: str,
    body: Any,
    fields: dict[str, str],
    job_type: str,
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    Prospect.objects.filter(send_status="sent", source_type="social").update(last_sent=None)
    assert charlie.post(path, filled(body, ids), format="json").status_code == 403
    response = bob.post(path, filled(body, ids), format="json")
    assert response.status_code == 200, response.content
    assert differences(response.json(), fields) == []
    job = Job.objects.get(pk=response.json()["job_id"])
    assert job.job_type == job_type
    counted = response.json().get("prospects_count", response.json().get("profiles_count"))
    assert job.items.count() == counted


@pytest.mark.parametrize("path", [path for path, *_ in STEPS if "discover" not in path])
def test_a_step_needs_the_master_switch(bob: APIClient, ids: dict[str, str], path: str) -> None:
    switches.set_master(False)
    body = {"category": "m", "concept": "c", "subject_template": "s", "body_template": "b"}
    response = bob.post(path, body if "category" in path else {}, format="json")
    assert response.status_code == 403
    assert response.json()["code"] == "switched_off"


def test_a_bulk_decision_is_made_for_all_or_none_and_says_for_which_not(bob: APIClient, ids: dict[str, str]) -> None:
    lead = Prospect.objects.create(**LEAD | {"discovery_status": "NEW"}, domain="new.example.com")
    body = {"prospect_ids": [ids["website"], str(lead.pk)], "action": "reject"}
    response = bob.post("/api/pipeline/approve", body, format="json")
    assert response.status_code == 409
    assert response.json()["reasons"] == [{"id": str(lead.pk), "reason": "is not discovered."}]
    assert Prospect.objects.get(pk=ids["website"]).approval_status == "pending"
    body["prospect_ids"][1] = "00000000-0000-4000-8000-000000000000"
    response = bob.post("/api/pipeline/approve", body, format="json")
    assert response.status_code == 404
    assert response.json()["reasons"][0]["id"] == body["prospect_ids"][1]


GONE = [
    ("post", "/api/health/migrate", 410),
    ("post", "/api/prospects/enrich", 409),
    ("post", "/api/jobs/score", 404),
    ("post", "/api/jobs/send", 404),
    ("post", "/api/jobs/followup", 404),
    ("post", "/api/integrations/instagram/refresh", 409),
]


@pytest.mark.parametrize(("method", "path", "status"), GONE)
def test_calls_that_led_nowhere_get_a_problem_that_says_why(
    alice: APIClient, ids: dict[str, str], method: str, path: str, status: int
) -> None:
    response = getattr(alice, method)(path, {}, format="json")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
