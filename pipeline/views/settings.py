"""The master switch, the automation settings, and the services that steps need."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.permissions import AUTHENTICATED
from config.api.problems import Problem, as_problem
from config.api.views import ApiViewSet
from pipeline import switches
from pipeline.serializers.settings import ApiKeys, Automation, MasterSwitch, MasterSwitchState, ServicesStatus
from pipeline.services import SERVICES, Service, unavailable
from prospects.changes import Cause

VIEW = "pipeline.view_setting"
CHANGE = "pipeline.change_setting"


class MasterSwitchViewSet(ApiViewSet):
    permissions = {"master": VIEW, "turn_master": CHANGE}
    serializer_class = MasterSwitch
    answer_class = MasterSwitchState

    @action(detail=False, further_problems=(HTTPStatus.CONFLICT.value,))
    def master(self, request: Request) -> Response:
        """Whether steps may be started."""
        return self._state()

    @master.mapping.post
    def turn_master(self, request: Request) -> Response:
        """Turn the master switch. Off also ends automatic runs: they stay ended when it is on again."""
        switches.set_master(self.body()["enabled"], Cause(user=request.user))
        return self._state()

    def _state(self) -> Response:
        enabled = switches.master_is_on()
        return self.answer({"enabled": enabled, "message": f"The master switch is {'on' if enabled else 'off'}."})


class SettingsViewSet(ApiViewSet):
    permissions = {
        "automation": VIEW,
        "save_automation": CHANGE,
        "services_status": AUTHENTICATED,
        "api_keys": AUTHENTICATED,
        "test_service": CHANGE,
    }
    serializer_class = Automation
    path_choices = {"name": tuple(SERVICES)}

    @action(detail=False, further_problems=(HTTPStatus.CONFLICT.value,))
    def automation(self, request: Request) -> Response:
        """The settings of automatic runs."""
        return Response(readable(switches.automation()))

    @automation.mapping.post
    def save_automation(self, request: Request) -> Response:
        """Save the settings that are given; the others stay."""
        return Response(readable(switches.set_automation(self.body(), Cause(user=request.user))))

    @action(detail=False, url_path="services/status", serializer_class=None, answer_class=ServicesStatus)
    def services_status(self, request: Request) -> Response:
        """Which outside services are configured. Keys are never shown."""
        states = {service.name: service_state(service) for service in SERVICES.values()}
        return self.answer({"services": states, "api_keys": keys_set()})

    @action(detail=False, url_path="api-keys", serializer_class=None, answer_class=ApiKeys)
    def api_keys(self, request: Request) -> Response:
        """Whether each key is set."""
        return self.answer(keys_set())

    @action(
        detail=False,
        methods=["post"],
        url_path=r"services/(?P<name>[^/]+)/test",
        serializer_class=None,
        always_fails=True,
    )
    def test_service(self, request: Request, name: str) -> Response:
        """Try a service. 409 as long as it cannot be used."""
        service = SERVICES.get(name)
        if service is None:
            raise Http404(f"There is no service {name!r}; the services are {', '.join(SERVICES)}.")
        raise unavailable("A test", service)


def readable(stored: dict[str, Any]) -> dict[str, Any]:
    """The stored settings. Raises Problem for one that could not have been saved here: nothing stands in for it."""
    judged = Automation(data={name: stored[name] for name in switches.AUTOMATION_DEFAULTS})
    if not judged.is_valid():
        wrong = as_problem(ValidationError(judged.errors))
        fields = f"{wrong.detail} " if wrong else ""
        detail = f"The stored automation settings cannot be read: {fields}Save these fields again."
        raise Problem(HTTPStatus.CONFLICT, "unreadable_setting", detail)
    # The older system may have stored more.
    return {name: stored[name] for name in switches.AUTOMATION_DEFAULTS}


def service_state(service: Service) -> dict[str, Any]:
    missing = service.missing()
    message = (
        f"{service.name} {service.does}, which this release cannot use yet. "
        f"For one that can, set {' and '.join(missing)}."
        if missing
        else f"{service.name} is configured, but this release cannot use it yet."
    )
    return {
        "name": service.name,
        "enabled": False,
        "configured": not missing,
        "status": "not_configured" if missing else "unknown",
        "message": message,
        "last_tested": None,
    }


def keys_set() -> dict[str, bool]:
    return {
        key: bool(settings.SERVICE_CREDENTIALS[variable])
        for service in SERVICES.values()
        for key, variable in service.variables.items()
    }
