"""How an action chosen on a page is carried out: permission, confirmation, result."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from config.admin import MAX_COUNT
from prospects.admin.actions import ACTIONS, OLDEST_FIRST, Action, Ids, refusal
from prospects.changes import Cause
from prospects.decisions import Refused
from prospects.models import Prospect

SHOWN = 10


def permitted(request: HttpRequest, name: str) -> Action:
    """The action of that name. Raises Http404 or PermissionDenied."""
    if (action := ACTIONS.get(name)) is None:
        raise Http404(f"There is no action {name!r}.")
    if not request.user.has_perm(action.permission):
        raise PermissionDenied(f"{action.label} needs the permission {action.permission}.")
    return action


def choose(site: AdminSite, request: HttpRequest, action: Action, chosen: QuerySet[Prospect]) -> HttpResponse | None:
    """The answer to an action chosen in the list: its page, or None when it has been carried out.

    `chosen` are the rows of the list as it is now. What a person ticked counts even if it has left the list meanwhile,
    so that the action says so instead of leaving it out.
    """
    if request.POST.get("select_across") == "1":
        ids = list(chosen.order_by().values_list("pk", flat=True)[: MAX_COUNT + 1])
    else:
        ids = _as_ids(request.POST.getlist(ACTION_CHECKBOX_NAME))
    if len(ids) > MAX_COUNT:
        messages.error(request, f"An action is for at most {MAX_COUNT} prospects at once: filter the list further.")
        return None
    if _can_be_done(request, action, ids):
        if action.asks(ids):
            return ask(site, request, action, ids, request.get_full_path())
        carry_out(request, action, ids, {})
    return None


def decide(site: AdminSite, request: HttpRequest, name: str) -> HttpResponse:
    """The page of one action: POST with `ids` and `next`, and once more with `confirm`."""
    action = permitted(request, name)
    ids, back = _ids(request), _back(request)
    if not _can_be_done(request, action, ids):
        return HttpResponseRedirect(back)
    form = action.form(request.POST) if action.form else None
    if action.asks(ids) and ("confirm" not in request.POST or (form and not form.is_valid())):
        return ask(site, request, action, ids, back)
    carry_out(request, action, ids, form.cleaned_data if form else {})
    return HttpResponseRedirect(back)


def carry_out(request: HttpRequest, action: Action, ids: Ids, answers: Mapping[str, Any]) -> None:
    """Perform the action and tell the person what came of it."""
    try:
        messages.success(request, action.perform(ids, Cause(user=request.user), answers))
    except Refused as refused:
        messages.error(request, refusal(refused))


def _can_be_done(request: HttpRequest, action: Action, ids: Ids) -> bool:
    """Whether it makes sense to ask; tells the person why not."""
    try:
        action.require(ids)
    except Refused as refused:
        messages.error(request, refusal(refused))
        return False
    return True


def ask(site: AdminSite, request: HttpRequest, action: Action, ids: Ids, back: str) -> HttpResponse:
    """The page that says what the action is about to do, to how many and to whom."""
    confirmed = "confirm" in request.POST
    context = {
        **site.each_context(request),
        "title": action.label,
        "opts": Prospect._meta,
        "action": action,
        "count": len(ids),
        "ids": ",".join(map(str, ids)),
        "back": back,
        "counts": action.counts(ids),
        "prospects": _first(ids, action),
        "more": max(len(ids) - SHOWN, 0),
        "form": action.form(request.POST if confirmed else None) if action.form else None,
    }
    return TemplateResponse(request, "admin/prospects/prospect/decide.html", context)


def _first(ids: Ids, action: Action) -> QuerySet[Prospect]:
    """The first of the prospects; of those that are merged the one that stays comes first."""
    rows = Prospect.objects.filter(pk__in=ids).only("domain", "username", "stage", "contact_email", "created_at")
    return rows.order_by(*(OLDEST_FIRST if action.merges else ("domain_key", "pk")))[:SHOWN]


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    ids = _as_ids(request.POST.get("ids", "").split(","))
    if len(ids) > MAX_COUNT:
        raise SuspiciousOperation(f"ids: more than {MAX_COUNT}")
    return ids


def _as_ids(texts: Iterable[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        raise SuspiciousOperation("ids: not a list of prospect ids") from error


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return back
    return reverse("admin:prospects_prospect_changelist", current_app=admin.site.name)
