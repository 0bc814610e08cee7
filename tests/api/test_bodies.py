"""A body that leaves a choice, or holds what no field could take, is refused with the place."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from prospects.models import Prospect
from tests.api.rows import save

JSON = "application/json"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"prospect_ids": ["%s"], "action": "approve", "action": "reject"}', "action"),
        ('{"prospect_ids": ["%s"], "prospect_ids": [], "action": "approve"}', "prospect_ids"),
        ('{"prospect_ids": ["%s"], "action": "approve", "action": "approve"}', "action"),
    ],
)
def test_a_name_that_stands_twice_is_refused_and_named(bob: APIClient, text: str, field: str) -> None:
    row = save("website")[0]
    response = bob.post("/api/pipeline/approve", text % row.pk, content_type=JSON)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "invalid")
    assert problem["errors"] == [{"field": field, "message": "Given more than once.", "code": "invalid"}]
    assert Prospect.objects.get().approval_status == "pending"


def test_a_name_that_stands_twice_deep_inside_is_named_with_its_path(bob: APIClient) -> None:
    row = save("website")[0]
    text = f'{{"prospect_ids": ["{row.pk}"], "values": {{"score": 1, "score": 2}}}}'
    problem = bob.post("/api/prospects/bulk-update", text, content_type=JSON).json()
    assert [error["field"] for error in problem["errors"]] == ["values.score"]


def test_a_field_that_stands_twice_in_a_form_is_refused_and_named(anonymous: APIClient, db: None) -> None:
    form = "username=alice&username=bob&password=x"
    response = anonymous.post("/api/auth/login", form, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["username"]


@pytest.mark.parametrize("number", ["1" * 5000, "-" + "1" * 5000, "1e999"])
def test_a_number_of_any_length_is_refused_with_its_field(bob: APIClient, number: str) -> None:
    response = bob.post("/api/prospects", f'{{"domain": "a.example", "follower_count": {number}}}', content_type=JSON)
    problem = response.json()
    assert response.status_code == 400
    assert [error["field"] for error in problem["errors"]] == ["follower_count"]
    assert "sys." not in problem["detail"]


@pytest.mark.parametrize(("body", "kind"), [(b"\xff", JSON), (b"{}", f"{JSON}; charset=base64"), (b"[", JSON)])
def test_a_body_that_is_no_json_is_a_problem(bob: APIClient, body: bytes, kind: str) -> None:
    response = bob.generic("POST", "/api/prospects", body, content_type=kind)
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("debug", [True, False])
def test_an_address_that_nothing_has_is_a_problem_in_development_too(
    bob: APIClient, settings: Any, debug: bool
) -> None:
    settings.DEBUG = debug
    for response in (bob.get("/api/nonsense/x"), APIClient(enforce_csrf_checks=True).post("/api/nonsense/x", {})):
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
        assert response.json()["detail"] == "There is nothing at /api/nonsense/x."
