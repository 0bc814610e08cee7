"""POST /api/auth/login and the tokens it gives out."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from config.api.models import LoginAttempt
from tests.api.conftest import PASSWORD, client_of
from tests.databases import ROOT, environment

LOGIN = "/api/auth/login"


@pytest.fixture
def walter(db: None) -> User:
    return User.objects.create_user("walter", password=PASSWORD)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "multipart"])
def test_user_name_and_password_become_a_token_that_works(
    anonymous: APIClient, walter: User, content_type: str
) -> None:
    form = {"username": "walter", "password": PASSWORD}
    if content_type == "application/x-www-form-urlencoded":
        response = anonymous.post(LOGIN, "username=walter&password=correct+horse", content_type=content_type)
    else:
        response = anonymous.post(LOGIN, form, format=content_type.rpartition("/")[2])
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"access_token", "token_type", "expires_at"}
    assert body["token_type"] == "bearer"
    me = APIClient(HTTP_AUTHORIZATION=f"Bearer {body['access_token']}").get("/api/auth/me")
    assert me.json() == {"username": "walter", "is_staff": False, "roles": [], "permissions": []}


def test_the_token_is_stored_as_a_digest_only(anonymous: APIClient, walter: User) -> None:
    token = anonymous.post(LOGIN, {"username": "walter", "password": PASSWORD}, format="json").json()["access_token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM knox_authtoken")
        assert token not in str(cursor.fetchall())


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"username": "nobody"}])
def test_wrong_credentials_are_401_with_a_readable_detail(
    anonymous: APIClient, walter: User, wrong: dict[str, str]
) -> None:
    response = anonymous.post(LOGIN, {"username": "walter", "password": PASSWORD} | wrong, format="json")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:plumbline:problem:authentication_failed",
        "title": "Unauthorized",
        "status": 401,
        "code": "authentication_failed",
        "detail": "Wrong user name or password.",
    }


def test_logging_in_is_throttled_per_user(anonymous: APIClient, db: None) -> None:
    codes = [
        anonymous.post(
            LOGIN, {"username": "walter", "password": "x"}, format="json", REMOTE_ADDR=f"10.0.0.{number}"
        ).status_code
        for number in range(11)
    ]
    assert codes == [401] * 10 + [429]
    assert anonymous.post(LOGIN, {"username": "other", "password": "x"}, format="json").status_code == 401


def test_logging_in_is_throttled_per_address_that_no_header_can_change(anonymous: APIClient, db: None) -> None:
    codes = [
        anonymous.post(
            LOGIN,
            {"username": f"user{number}", "password": "x"},
            format="json",
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        ).status_code
        for number in range(21)
    ]
    assert codes == [401] * 20 + [429]


#: A server process of its own: tries to log in with a wrong password, and prints the answers' status codes.
TRIES = """
import django
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
from rest_framework.test import APIClient
body = {"username": "walter", "password": "wrong"}
print(*[APIClient().post("/api/auth/login", body, format="json").status_code for _ in range(8)])
"""


def test_two_processes_count_the_attempts_of_both(new_database: Callable[..., str]) -> None:
    environ = environment(new_database(), DJANGO_SETTINGS_MODULE="config.settings", ALLOWED_HOSTS="testserver")
    command = [sys.executable, "-c", TRIES]
    processes = [subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    codes = [code for process in processes for code in process.communicate(timeout=120)[0].split()]
    # Two that write at once may each count the other's: then one fewer gets through, never one more.
    assert 9 <= codes.count("401") <= 10
    assert codes.count("401") + codes.count("429") == 16


def test_attempts_are_forgotten_when_they_count_no_longer(anonymous: APIClient, db: None) -> None:
    body = {"username": "walter", "password": "x"}
    for _ in range(11):
        response = anonymous.post(LOGIN, body, format="json")
    assert response.status_code == 429
    LoginAttempt.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert anonymous.post(LOGIN, body, format="json").status_code == 401
    LoginAttempt.objects.update(at=timezone.now() - timedelta(days=1, seconds=1))
    anonymous.post(LOGIN, body, format="json")
    assert LoginAttempt.objects.count() == 2  # of the address and of the name


def test_a_throttled_answer_says_when_to_try_again(anonymous: APIClient, db: None) -> None:
    for _ in range(11):
        response = anonymous.post(LOGIN, {"username": "walter", "password": "x"}, format="json")
    assert int(response["Retry-After"]) > 0
    assert response.json()["code"] == "throttled"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x y", "Bearer \xff\xfe", "Bearer " + "0" * 64, "Bearer a%00b", "Token abc", "x"]
)
def test_a_wrong_token_is_401(db: None, header: str) -> None:
    assert APIClient(HTTP_AUTHORIZATION=header).get("/api/prospects").status_code == 401


def test_an_expired_token_is_401(walter: User) -> None:
    client = client_of(walter)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/auth/me").status_code == 401


def test_tokens_are_listed_and_revoked_one_by_one(walter: User) -> None:
    here, there = client_of(walter), client_of(walter)
    listed = here.get("/api/auth/tokens").json()
    assert listed["total"] == 2
    other = next(token["id"] for token in listed["data"] if not token["is_current"])
    assert here.delete(f"/api/auth/tokens/{other}").status_code == 204
    assert there.get("/api/auth/me").status_code == 401
    assert here.get("/api/auth/me").status_code == 200


def test_a_token_of_somebody_else_cannot_be_revoked(walter: User, charlie: APIClient) -> None:
    client_of(walter)
    token = AuthToken.objects.get(user=walter)
    assert charlie.delete(f"/api/auth/tokens/{token.token_key}").status_code == 404


def test_logging_out_revokes_the_token(walter: User) -> None:
    client = client_of(walter)
    assert client.post("/api/auth/logout").status_code == 204
    assert client.get("/api/auth/me").status_code == 401


def test_a_user_without_a_role_may_read_nothing(walter: User) -> None:
    response = client_of(walter).get("/api/prospects")
    assert response.status_code == 403
    assert response.json()["detail"] == "Your role does not allow this."


@pytest.mark.parametrize("path", ["/api/prospects", "/api/nothing"])
def test_a_browser_of_an_allowed_origin_can_read_errors(anonymous: APIClient, db: None, path: str) -> None:
    response = anonymous.get(path, HTTP_ORIGIN="http://localhost:3000")
    assert response.status_code in (401, 404)
    assert response["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert not anonymous.get(path, HTTP_ORIGIN="http://evil.example").has_header("Access-Control-Allow-Origin")


def test_a_preflight_of_an_allowed_origin_is_answered(anonymous: APIClient) -> None:
    response = anonymous.options(
        "/api/prospects",
        HTTP_ORIGIN="http://localhost:3000",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,content-type",
    )
    assert response.status_code == 200
    assert "authorization" in response["Access-Control-Allow-Headers"]
