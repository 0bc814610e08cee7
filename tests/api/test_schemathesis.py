"""Requests made up from the API's own description: no server error, no answer that it does not describe.

Continuous integration makes one random request and every kind of broken one per operation; the exhaustive proof makes
200 random ones.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from knox.models import AuthToken
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from config.api.models import LoginAttempt
from pipeline import roles, switches
from pipeline.models import EmailLog, Job
from prospects.models import Prospect
from tests.api.conftest import user_in
from tests.api.rows import one_of_each
from tests.api.test_description import FILE

description = schemathesis.openapi.from_path(
    str(FILE),
    config=SchemathesisConfig.from_dict(
        {
            # Texts that the databases cannot store are refused, which other tests show; here they would be "valid".
            "generation": {"allow-x00": False, "codec": "utf-8"},
            "checks": {
                "negative_data_rejection": {
                    "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428]
                },
                "missing_required_header": {"expected-statuses": [400, 401, 403, 406, 415, 422, 428]},
            },
        }
    ),
)
description.app = WSGIHandler()
# Logging out or revoking would end the test's own session.
operations = description.exclude(path_regex=r"/api/auth/(logout|tokens/)")
CHECKED: dict[str, Any] = {
    "deadline": None,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
}


@pytest.fixture
def token(db: None) -> Iterator[str]:
    # As Django's own test client does: the connection is the test's, no request may close it.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield _filled()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _filled() -> str:
    one_of_each(2)
    Job.objects.create(job_type="draft")
    EmailLog.objects.create(prospect=Prospect.objects.all()[0], subject="s")
    switches.set_master(True)
    _, token = AuthToken.objects.create(user_in(roles.ADMINISTRATOR, "alice"))
    return token


# A request may be well-formed and still not fit what is stored.
DEPENDS_ON_ROWS = (
    "nothing_to_do",
    "not_ready",
    "refused",
    "gone",
    "import_refused",
    "target_refused",
    "not_suppressible",
)
# What OpenAPI's formats and single properties cannot say: which URLs and moments exist, which of two is needed or
# excludes the other.
BEYOND_THE_DESCRIPTION = re.compile(
    r"url|uri|_at$|_after$|_before$|^$|score|da_est|engagement_rate|email|cc|prospect_id$|domain|^file$|^values$"
    r"|^page$|^cursor$|^source_platform$"
)


def run(case: schemathesis.Case, token: str) -> None:
    LoginAttempt.objects.all().delete()  # or the throttle would answer instead
    aim_at_existing(case)
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    excluded: list[Any] = [positive_data_acceptance] if may_refuse(response) else []
    if case.media_type == "multipart/form-data" and isinstance(case.body, dict) and "" in case.body.values():
        excluded.append(negative_data_rejection)  # a form says "none" by an empty text
    case.validate_response(response, excluded_checks=excluded)


def may_refuse(response: Any) -> bool:
    """Whether a refusal has a reason that the description could not have told."""
    if response.status_code == 412:
        return True  # which version is stored
    if response.status_code not in (400, 410):
        return False
    problem = response.json()
    if problem["code"] in DEPENDS_ON_ROWS:
        return True
    return all(BEYOND_THE_DESCRIPTION.search(error["field"]) for error in problem.get("errors", [{"field": "?"}]))


def aim_at_existing(case: schemathesis.Case) -> None:
    """Half of the ids are replaced by those of rows that exist; made-up ones hardly ever do."""
    if case.meta and case.meta.generation.mode.is_positive and "cursor" in (case.query or {}):
        del case.query["cursor"]  # only a list can make one
    for name, value in case.path_parameters.items():
        if isinstance(value, str) and len(value) == 36 and value[-1] in "02468ace":
            model = Job if "job" in case.path else Prospect
            case.path_parameters[name] = str(model.objects.values_list("pk", flat=True)[0])


@pytest.mark.slow
@operations.parametrize()
@settings(max_examples=1, **CHECKED)
def test_no_made_up_request_gets_an_answer_that_is_not_described(case: schemathesis.Case, token: str) -> None:
    run(case, token)


@pytest.mark.exhaustive
@operations.parametrize()
@settings(max_examples=200, **CHECKED)
def test_no_request_of_two_hundred_gets_an_answer_that_is_not_described(case: schemathesis.Case, token: str) -> None:
    run(case, token)
