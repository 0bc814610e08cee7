"""Accounts at platforms, and settings that were stored by somebody else."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from pipeline import switches
from pipeline.models import Setting, SocialIntegration
from tests.api.endpoints.rows import accounts


def test_an_account_is_forgotten_of_the_default_user_and_of_nobody_else(alice: APIClient) -> None:
    for user_id in ("bob", "default-user-id", "zoe"):
        SocialIntegration.objects.create(user_id=user_id, platform="instagram")
    assert alice.delete("/api/integrations/instagram").status_code == 204
    assert list(SocialIntegration.objects.values_list("user_id", flat=True)) == ["bob", "zoe"]
    response = alice.delete("/api/integrations/instagram")
    assert response.status_code == 404
    assert "default-user-id" in response.json()["detail"]
    assert alice.delete("/api/integrations/instagram?user_id=zoe").status_code == 204
    assert SocialIntegration.objects.get().user_id == "bob"


@pytest.mark.parametrize("path", ["/api/integrations/capabilities", "/api/integrations/instagram/capabilities"])
def test_what_can_be_done_is_told_of_one_users_account(alice: APIClient, path: str) -> None:
    SocialIntegration.objects.create(user_id="bob", platform="instagram")
    answer = alice.get(path).json()
    found = answer[0] if isinstance(answer, list) else answer
    assert (found["platform"], found["is_connected"]) == ("instagram", False)
    answer = alice.get(path, {"user_id": "bob"}).json()
    found = answer[0] if isinstance(answer, list) else answer
    assert found["is_connected"]


@pytest.mark.parametrize("who", ["charlie", "bob"])
def test_who_may_see_the_settings_page_gets_all_that_it_reads_and_no_secret(
    request: pytest.FixtureRequest, who: str
) -> None:
    client: APIClient = request.getfixturevalue(who)
    accounts(1)
    SocialIntegration.objects.update(platform_metadata={"page": {"page_access_token": "tok-1", "name": "Shop"}})
    paths = ("settings/services/status", "integrations", "integrations/capabilities")
    answers = [client.get(f"/api/{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[1].json()[0]["platform_metadata"]["page"] == {
        "page_access_token": "stored, not shown",
        "name": "Shop",
    }
    assert client.delete("/api/integrations/instagram").status_code == 403


@pytest.mark.parametrize(
    ("field", "value"), [("locations", None), ("max_results", "50"), ("enabled", "yes"), ("categories", [5])]
)
def test_a_stored_setting_that_cannot_be_read_is_told_and_can_be_saved_again(
    bob: APIClient, field: str, value: Any
) -> None:
    Setting.objects.create(key=switches.AUTOMATION, value={"keywords": "tea", field: value, "of_the_old_system": 1})
    response = bob.get("/api/settings/automation")
    assert (response.status_code, response.json()["code"]) == (409, "unreadable_setting")
    assert field in response.json()["detail"]
    again = {field: switches.AUTOMATION_DEFAULTS[field]}
    assert bob.post("/api/settings/automation", again, format="json").status_code == 200
    answer = bob.get("/api/settings/automation")
    assert (answer.status_code, answer.json()["keywords"]) == (200, "tea")


@pytest.mark.parametrize("stored", ["on", 7, ["x"]])
def test_a_setting_that_is_no_object_is_told_and_can_be_saved_again_as_a_whole(bob: APIClient, stored: Any) -> None:
    Setting.objects.create(key=switches.AUTOMATION, value=stored)
    for response in (
        bob.get("/api/settings/automation"),
        bob.post("/api/settings/automation", {"enabled": True}, format="json"),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "unreadable_setting")
    whole = switches.AUTOMATION_DEFAULTS | {"enabled": True}
    assert bob.post("/api/settings/automation", whole, format="json").json() == whole
    assert bob.get("/api/settings/automation").json() == whole


@pytest.mark.parametrize("stored", ["on", 7, ["x"], {"value": "true"}, {}])
def test_a_master_switch_that_cannot_be_read_is_not_taken_for_off(bob: APIClient, stored: Any) -> None:
    Setting.objects.create(key=switches.MASTER, value=stored)
    for response in (bob.get("/api/scraper/master"), bob.post("/api/pipeline/scrape", {}, format="json")):
        assert (response.status_code, response.json()["code"]) == (409, "unreadable_setting")
    assert bob.post("/api/scraper/master", {"enabled": True}, format="json").json()["enabled"] is True
    assert bob.get("/api/scraper/master").json()["enabled"] is True


def test_every_account_is_listed_however_many_there_are(alice: APIClient) -> None:
    SocialIntegration.objects.bulk_create(
        SocialIntegration(user_id=f"user-{number}", platform="email") for number in range(1001)
    )
    assert len(alice.get("/api/integrations").json()) == 1001
