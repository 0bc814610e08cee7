"""DELETE /api/suppressions/{key}"""

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from prospects import suppression
from prospects.models import Suppression
from tests.api.endpoints.endpoint import ADMINISTRATOR, Endpoint
from tests.api.endpoints.rows import suppressed


class TestDeleteSuppressionsKey(Endpoint):
    call = "DELETE /api/suppressions/{key}"
    least = ADMINISTRATOR
    status = 204

    def given(self, count: int) -> dict[str, Any]:
        return {"key": suppressed(count)[0]}


@pytest.mark.parametrize(
    ("listed", "given"),
    [
        ("dup@b.example", "DUP@B.example"),
        ("dup@b.example", "mailto:dup@b.example"),
        ("münchen.example", "münchen.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("b.example", "www.B.example."),
        ("b.example", "@b.example"),
    ],
)
def test_an_entry_is_found_in_whatever_spelling(alice: APIClient, listed: str, given: str) -> None:
    suppression.add([suppression.Entry(listed), suppression.Entry("other.example")])
    assert alice.delete(f"/api/suppressions/{quote(given)}").status_code == 204
    assert [*Suppression.objects.values_list("key", flat=True)] == ["other.example"]


@pytest.mark.parametrize("given", ["sub.b.example", "b@b.example", "no address."])
def test_what_is_not_on_the_list_is_not_found(alice: APIClient, given: str) -> None:
    suppression.add([suppression.Entry("b.example")])
    assert alice.delete(f"/api/suppressions/{quote(given)}").status_code == 404
    assert Suppression.objects.count() == 1
