"""A frontend on another origin: what its browser lets it send and read."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from prospects.models import Prospect
from tests.api.rows import save

ORIGIN = "https://app.example.com"


@pytest.fixture(autouse=True)
def _one_origin(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


def names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


def test_a_browser_may_send_what_a_change_of_a_prospect_needs(anonymous: APIClient) -> None:
    response = anonymous.options(
        "/api/prospects/1",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,content-type,if-match",
        },
    )
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert "PATCH" in response["Access-Control-Allow-Methods"]
    assert names(response["Access-Control-Allow-Headers"]) >= {"authorization", "content-type", "if-match"}


def test_a_script_may_read_the_version_and_change_it(bob: APIClient) -> None:
    (prospect,) = save("website")
    path = f"/api/prospects/{prospect.pk}"
    read = bob.get(path, headers={"Origin": ORIGIN})
    assert names(read["Access-Control-Expose-Headers"]) >= {"etag", "retry-after", "content-disposition"}
    headers = {"Origin": ORIGIN, "If-Match": read["ETag"]}
    changed = bob.patch(path, {"page_title": "New"}, format="json", headers=headers)
    assert (changed.status_code, changed["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert Prospect.objects.get().page_title == "New"
