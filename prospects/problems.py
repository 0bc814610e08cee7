"""How the API tells of refused decisions."""

from rest_framework.exceptions import ValidationError

from config.api.problems import Problem, as_problem
from prospects.decisions import Incomplete, NotFound, Refused, Stale


@as_problem.register
def _(error: Incomplete) -> Problem | None:
    return as_problem(ValidationError(error.errors))


@as_problem.register
def _(error: Refused) -> Problem:
    return _refused(409, "refused", error)


@as_problem.register
def _(error: NotFound) -> Problem:
    return _refused(404, "not_found", error)


@as_problem.register
def _(error: Stale) -> Problem:
    return _refused(412, "stale", error)


def _refused(status: int, code: str, error: Refused) -> Problem:
    reasons = [{"id": str(pk), "reason": reason} for pk, reason in error.reasons.items()]
    return Problem(status, code, f"{error} Nothing was changed.", reasons=reasons)
