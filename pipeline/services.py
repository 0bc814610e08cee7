"""The outside services that steps use, and the environment variables that configure each."""

from dataclasses import dataclass

from django.conf import settings

from pipeline.choices import JobType


@dataclass(frozen=True)
class Service:
    name: str
    #: Environment variable by the name the settings page has for it.
    variables: dict[str, str]
    does: str

    def missing(self) -> list[str]:
        """The environment variables that are not set."""
        return [variable for variable in self.variables.values() if not settings.SERVICE_CREDENTIALS[variable]]


SNOV = Service("Snov.io", {"snov_user_id": "SNOV_USER_ID", "snov_secret": "SNOV_SECRET"}, "verifies e-mails")
SEARCH = Service(
    "DataForSEO", {"dataforseo_login": "DATAFORSEO_LOGIN", "dataforseo_password": "DATAFORSEO_PASSWORD"}, "searches"
)
GEMINI = Service("Google Gemini", {"gemini": "GEMINI_API_KEY"}, "writes drafts")
GMAIL = Service(
    "Gmail API",
    {
        "gmail_client_id": "GMAIL_CLIENT_ID",
        "gmail_client_secret": "GMAIL_CLIENT_SECRET",
        "gmail_refresh_token": "GMAIL_REFRESH_TOKEN",
    },
    "sends mails",
)
SERVICES = {service.name: service for service in (SNOV, SEARCH, GEMINI, GMAIL)}

#: The service that a step's jobs need; scraping reads the sites itself.
NEEDED_BY: dict[str, Service] = {
    JobType.DISCOVER: SEARCH,
    JobType.SOCIAL_DISCOVER: SEARCH,
    JobType.VERIFY: SNOV,
    JobType.ENRICH: SNOV,
    JobType.DRAFT: GEMINI,
    JobType.SOCIAL_DRAFT: GEMINI,
    JobType.SEND: GMAIL,
    JobType.SOCIAL_SEND: GMAIL,
}


class NotAvailable(Exception):
    """Something needs an outside service that this installation cannot use. `variables` would configure it."""

    def __init__(self, message: str, variables: list[str]) -> None:
        super().__init__(message)
        self.variables = variables


def unavailable(doing: str, service: Service | None) -> NotAvailable:
    """Why something cannot be done, and which variables configure it, to be raised."""
    if service is None:
        return NotAvailable(f"{doing} is not part of this release yet; no variable changes that.", [])
    variables = list(service.variables.values())
    names = " and ".join(variables)
    if service.missing():
        cannot = "which this release cannot use yet; for one that can, set"
        return NotAvailable(f"{doing} needs {service.name}, {cannot} {names}.", variables)
    return NotAvailable(
        f"{doing} needs {service.name}, which this release cannot use yet, though {names} is set.", variables
    )
