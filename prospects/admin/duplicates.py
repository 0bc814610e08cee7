"""The report of likely duplicates: groups that share a key, each with a button that merges it."""

from django.contrib.admin.sites import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from prospects import duplicates
from prospects.models import Prospect
from prospects.views.duplicates import proven_groups

GROUPS = 50
NAMES = {"domain": "domain", "email": "e-mail", "profile": "profile URL"}


def duplicates_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Groups by `kind`, those behind `after`; two queries, whatever the number of prospects."""
    kind = request.GET.get("kind", "domain")
    if kind not in duplicates.KINDS:
        raise Http404(f"There are no duplicates by {kind!r}.")
    found, members = proven_groups(kind, request.GET.get("after", ""), GROUPS + 1)
    shown = found[:GROUPS]
    context = {
        **site.each_context(request),
        "title": "Likely duplicates",
        "opts": Prospect._meta,
        "kinds": NAMES.items(),
        "kind": kind,
        "groups": [(group.key, members[group.key]) for group in shown],
        "next": shown[-1].key if len(found) > GROUPS else None,
        "may_merge": request.user.has_perm("prospects.add_merge"),
    }
    return TemplateResponse(request, "admin/prospects/prospect/duplicates.html", context)
