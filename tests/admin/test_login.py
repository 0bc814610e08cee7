"""The log-in page of the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _walter(db: None) -> None:
    User.objects.create_user("walter", password="correct horse", is_staff=True)


def test_a_password_is_not_guessed_at_the_page_more_often_than_by_the_api(client: Client) -> None:
    """The limit of ten a minute is per user, wherever the attempts are made."""
    tried = [client.post("/api/auth/login", {"username": "walter", "password": "x"}).status_code for _ in range(4)]
    tried += [
        client.post(LOGIN, {"username": "Walter", "password": "x"}, REMOTE_ADDR=f"10.0.0.{number}").status_code
        for number in range(6)
    ]
    assert tried == [401] * 4 + [200] * 6
    refused = client.post(LOGIN, {"username": "walter", "password": "correct horse"})
    assert (refused.status_code, "_auth_user_id" in client.session) == (429, False)
    assert 0 < int(refused["Retry-After"]) <= 61
    assert f"Try again in {refused['Retry-After']} seconds." in refused.content.decode()
    assert client.post("/api/auth/login", {"username": "walter", "password": "correct horse"}).status_code == 429


def test_names_are_not_tried_from_one_address_for_ever(client: Client) -> None:
    codes = [client.post(LOGIN, {"username": f"user{number}", "password": "x"}).status_code for number in range(21)]
    assert codes == [200] * 20 + [429]


def test_looking_at_the_page_counts_for_nothing_and_the_right_password_lets_in(client: Client) -> None:
    for _ in range(25):
        assert client.get(LOGIN).status_code == 200
    assert client.post(LOGIN, {"username": "walter", "password": "correct horse"}).status_code == 302
    assert client.get("/admin/").status_code == 200
