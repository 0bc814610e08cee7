"""How often somebody may try to log in, counted in the database: the limit holds over all server processes."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from config.api.models import LoginAttempt

# No rate is per more than a day.
_LONGEST = timedelta(days=1)


# The admin logs in by Django's own view.
AnyRequest = Request | HttpRequest


class _LoginThrottle(SimpleRateThrottle):
    #: What the rate says: so many attempts in so many seconds.
    num_requests: int
    duration: int
    seconds: float

    def allow_request(self, request: AnyRequest, view: Any) -> bool:
        identity = self.identity(request)
        if identity is None:
            return True
        # Anything may be sent as a name, of any length: its digest fits.
        key = sha256(f"{self.scope}:{identity}".encode()).hexdigest()
        now, period = timezone.now(), timedelta(seconds=self.duration)
        # Written before it is counted: of two processes at least one counts both.
        attempt = LoginAttempt.objects.create(key=key, at=now)
        counted = LoginAttempt.objects.filter(key=key, at__gt=now - period).order_by("at")
        moments = list(counted.values_list("at", flat=True)[: self.num_requests + 1])
        LoginAttempt.objects.filter(at__lte=now - _LONGEST).delete()
        if len(moments) <= self.num_requests:
            return True
        attempt.delete()
        self.seconds = max((moments[0] + period - now).total_seconds(), 1)
        return False

    def wait(self) -> float:
        return self.seconds

    def identity(self, request: AnyRequest) -> str | None:
        raise NotImplementedError


class LoginsPerAddress(_LoginThrottle):
    scope = "login_address"

    def identity(self, request: AnyRequest) -> str | None:
        return self.get_ident(request)  # type: ignore[arg-type]  # it reads META, which both have


class LoginsPerUser(_LoginThrottle):
    scope = "login_user"

    def identity(self, request: AnyRequest) -> str | None:
        sent = request.data if isinstance(request, Request) else request.POST
        username = sent.get("username") if hasattr(sent, "get") else None
        return username.casefold() if isinstance(username, str) else None


def seconds_to_wait(request: HttpRequest) -> int:
    """Count an attempt to log in by a form. 0 if it may be made, otherwise in how many seconds it may."""
    throttles = (LoginsPerAddress(), LoginsPerUser())
    waits = [throttle.wait() for throttle in throttles if not throttle.allow_request(request, None)]
    return int(max(waits)) + 1 if waits else 0
