"""How the API tells of steps that cannot be started."""

from config.api.problems import Problem, as_problem
from pipeline import jobs
from pipeline.secrets import Unreadable
from pipeline.services import NotAvailable
from pipeline.steps import NothingToDo
from pipeline.switches import SwitchedOff, UnreadableSetting


@as_problem.register
def _(error: SwitchedOff) -> Problem:
    return Problem(403, "switched_off", str(error))


@as_problem.register
def _(error: UnreadableSetting) -> Problem:
    return Problem(409, "unreadable_setting", str(error))


@as_problem.register
def _(error: NothingToDo) -> Problem:
    return Problem(400, "nothing_to_do", str(error))


@as_problem.register
def _(error: NotAvailable) -> Problem:
    return Problem(409, "not_configured", f"{error} Nothing was done.", variables=error.variables)


@as_problem.register
def _(error: Unreadable) -> Problem:
    return Problem(409, "unreadable_secret", str(error))


@as_problem.register
def _(error: jobs.CannotStart) -> Problem:
    return Problem(409, "not_configured", f"{error} Nothing was done.")


@as_problem.register
def _(error: jobs.Refused) -> Problem:
    return Problem(400, "refused", str(error))
