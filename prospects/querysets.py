"""The lists of prospects, by the names the team uses.

A count and the list it stands for are the same method, so they cannot disagree: status counts, lists, exports and admin
filters all call these. Each returns a queryset of whole rows, in no particular order.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Length, Now, Replace, Right, StrIndex, Substr
from django.db.models.lookups import Exact, GreaterThan, In
from django.utils import timezone

from prospects.choices import (
    SCRAPED_STATUSES,
    ApprovalStatus,
    DiscoveryStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    SourceType,
    Stage,
    SuppressionKind,
    VerificationStatus,
)
from prospects.keys import LINK, domain_key, email_key, profile_key
from prospects.stages import STAGE_INPUTS, present, stage_expression

if TYPE_CHECKING:
    from prospects.models import Prospect

FOLLOW_UP_AFTER = timedelta(days=7)
_HAS_DRAFT = present("draft_subject") & present("draft_body")
# The sender writes both columns; older rows carry only one of them.
_SENT = Q(send_status=SendStatus.SENT) | Q(outreach_status=OutreachStatus.SENT)


# Entries of up to so many labels are looked up for every row; longer ones for the few hosts that are deeper.
_LABELS = 4


def _is_suppressed() -> Q:
    """Whether the e-mail address is suppressed, or its domain or the site's, or one above them."""
    # Without an order: the subqueries would each sort the list.
    entries = apps.get_model("prospects", "Suppression")._default_manager.order_by()
    domains = entries.filter(kind=SuppressionKind.DOMAIN)
    emails = entries.filter(kind=SuppressionKind.EMAIL).values("key")
    # Addresses that were adopted may be links still; entries are not.
    condition = Q(email_key__in=emails) | Q(In(Replace("email_key", Value(LINK)), emails))
    # Most rows have nothing in common with any entry, which their last two labels tell: every entry has as many.
    roots = domains.annotate(root=_LastLabels(F("key"), 2)).values("root")
    for host, outer_host in zip(_hosts(F), _hosts(OuterRef), strict=True):
        condition |= Q(In(_LastLabels(host, 2), roots)) & _is_covered(host, outer_host, domains)
    return Q(Exists(entries)) & condition


def _is_covered(host: Any, outer_host: Any, domains: "models.QuerySet[Any]") -> Q:
    """Whether the host or a domain above it is one of the domains."""
    # Subqueries that depend on no row are read once and hashed; one that does is run for every row.
    covered = Q(In(host, domains.values("key")))
    for count in range(2, _LABELS + 1):
        covered |= Q(In(_LastLabels(host, count), domains.values("key")))
    dots = Length(host) - Length(Replace(host, Value(".")))
    return covered | Q(GreaterThan(dots, _LABELS)) & Q(Exists(domains.filter(_covers(outer_host))))


def _hosts(column: type[F]) -> tuple[Any, Any]:
    """The domain of the address, and the site's."""
    return Substr(column("email_key"), StrIndex(column("email_key"), Value("@")) + 1), column("domain_key")


def _covers(host: Any) -> Any:
    """Of an entry: whether the host ends with it, after a dot."""
    return Exact(Right(host, Length("key") + 1), Concat(Value("."), "key"))


class _LastLabels(Func):
    """So many labels at the end of a host. Of one that has fewer, a text that is no other host."""

    output_field = models.CharField()

    def __init__(self, host: Any, count: int) -> None:
        super().__init__(host)
        self.count = count

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        host, params = compiler.compile(self.source_expressions[0])
        labels = " || '.' || ".join(f"split_part({host}, '.', -{number})" for number in range(self.count, 0, -1))
        return f"({labels})", [*params] * self.count

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        host, params = compiler.compile(self.source_expressions[0])
        # Label by label is taken off the end: all characters that stand in labels, then a dot.
        others = f"replace({host}, '.', '')"
        before = f"rtrim({host}, {others})"
        for _ in range(self.count - 1):
            before = f"rtrim(rtrim({before}, '.'), {others})"
        return f"substr({host}, length({before}) + 1)", (*params,) * (self.count + 2)


# Columns that are derived from others and written with them.
DERIVED = ("stage", "domain_key", "email_key", "profile_key", "updated_at")


def best_first() -> Coalesce:
    """The score to sort by, as its index has it. Databases disagree on where NULL sorts: here it is less than 0."""
    return Coalesce("score", Value(-1), output_field=models.DecimalField(max_digits=5, decimal_places=2))


class ProspectQuerySet(models.QuerySet["Prospect"]):
    # Sources

    def website_source(self) -> Self:
        return self.filter(source_type=SourceType.WEBSITE)

    def social_source(self) -> Self:
        return self.filter(source_type=SourceType.SOCIAL)

    # Properties

    def discovered(self) -> Self:
        return self.filter(discovery_status=DiscoveryStatus.DISCOVERED)

    def approved(self) -> Self:
        return self.filter(approval_status=ApprovalStatus.APPROVED)

    def awaiting_approval(self) -> Self:
        return self.filter(approval_status=ApprovalStatus.PENDING)

    def not_rejected(self) -> Self:
        return self.exclude(approval_status=ApprovalStatus.REJECTED)

    def scraped(self) -> Self:
        return self.filter(scrape_status__in=SCRAPED_STATUSES)

    def with_email(self) -> Self:
        return self.filter(present("contact_email"))

    def without_email(self) -> Self:
        return self.exclude(present("contact_email"))

    def verified(self) -> Self:
        return self.filter(verification_status=VerificationStatus.VERIFIED)

    def with_draft(self) -> Self:
        return self.filter(_HAS_DRAFT)

    def without_draft(self) -> Self:
        return self.exclude(_HAS_DRAFT)

    def sent(self) -> Self:
        """To whom a mail has gone out, of any source."""
        return self.filter(_SENT)

    def not_sent(self) -> Self:
        return self.exclude(_SENT)

    def written_to(self) -> Self:
        """To whom a mail has gone out by any sign in the row: rows of the old system carry only some of them."""
        answered = ~Q(outreach_status=OutreachStatus.PENDING)
        return self.filter(_SENT | answered | Q(last_sent__isnull=False) | Q(followups_sent__gt=0))

    def may_be_written_to(self) -> Self:
        """Those whose address and domains are not suppressed: nobody else may be enrolled or mailed."""
        return self.exclude(_is_suppressed())

    def suppressed(self) -> Self:
        return self.filter(_is_suppressed())

    def in_category(self, category: str) -> Self:
        """The rows of a category, in any case; an empty text or `all` means every row."""
        category = category.strip()
        if category in ("", "all"):
            return self.all()
        return self.filter(discovery_category__iexact=category)

    # Lists

    def websites(self) -> Self:
        """Web sites found and waiting for a person's decision."""
        return self.website_source().discovered().awaiting_approval()

    def scraped_emails(self) -> Self:
        return self.website_source().scraped().with_email()

    def leads(self) -> Self:
        """Scraped and approved web sites with an e-mail, without a draft and not sent."""
        return self.scraped_emails().approved().without_draft().not_sent()

    def drafts(self) -> Self:
        """Written and not sent, of any source, as the drafts page shows them."""
        return self.with_draft().not_sent()

    def social_discovered(self) -> Self:
        return self.social_source().discovered().awaiting_approval()

    def social_leads(self) -> Self:
        return self.social_source().discovered().approved()

    def social_drafts(self) -> Self:
        return self.social_source().drafts()

    def social_sent(self) -> Self:
        return self.social_source().sent()

    # What a step would work on

    def to_scrape(self) -> Self:
        """Web sites found, not rejected and not scraped yet; approval is not required."""
        return self.website_source().discovered().not_rejected().filter(scrape_status=ScrapeStatus.DISCOVERED)

    def to_verify(self) -> Self:
        return self.scraped_emails().exclude(verification_status=VerificationStatus.VERIFIED)

    def to_draft(self) -> Self:
        """Web sites with an e-mail found by scraping, not rejected nor suppressed, without a draft and not sent."""
        return self.scraped_emails().not_rejected().without_draft().not_sent().may_be_written_to()

    def to_send(self) -> Self:
        return self.website_source().with_email().verified().drafts().may_be_written_to()

    def social_to_scrape(self) -> Self:
        """Approved profiles that were not scraped, or without finding an e-mail."""
        return self.social_leads().filter(scrape_status__in=(ScrapeStatus.DISCOVERED, ScrapeStatus.NO_EMAIL_FOUND))

    def social_to_draft(self) -> Self:
        return self.social_leads().without_draft().not_sent().may_be_written_to()

    def social_to_send(self) -> Self:
        return self.social_drafts().may_be_written_to()

    def social_to_follow_up(self) -> Self:
        """Profiles written to at least a week ago, or at a time that nobody recorded."""
        week_ago = timezone.now() - FOLLOW_UP_AFTER
        return self.social_sent().filter(Q(last_sent=None) | Q(last_sent__lte=week_ago)).may_be_written_to()

    def to_promote(self) -> Self:
        return self.filter(stage=Stage.EMAIL_FOUND)

    def search(self, text: str) -> Self:
        """The rows with the text in their domain, e-mail, username or page title, in any case; all for a blank one."""
        text = text.strip()
        if not text:
            return self.all()
        folded = text.casefold()
        return self.filter(
            # Of `.` or `www.` no key is left, and every text contains an empty one.
            Q(domain_key__contains=domain_key(text) or folded)
            | Q(email_key__contains=email_key(text) if "@" in text else folded)
            | Q(username__icontains=text)
            | Q(page_title__icontains=text)
        )

    def categories(self) -> "models.QuerySet[Prospect, str | None]":
        """The categories of the rows, each once, in order."""
        named = self.filter(present("discovery_category"))
        return named.order_by("discovery_category").values_list("discovery_category", flat=True).distinct()

    # Counts

    def count_each(self, lists: Mapping[str, "ProspectQuerySet"]) -> dict[str, int]:
        """How many rows of this queryset are in each of the lists (name: queryset), by one query.

        A list is counted by its own condition. Raises ValueError for one that is more than a condition on this table.
        """
        return self.aggregate(**{name: Count("pk", filter=_condition_of(rows)) for name, rows in lists.items()})

    # Writes: what follows from the other columns is written with them

    def update(self, **values: Any) -> int:
        """Update the rows, and the columns derived from those given. Returns the number of rows.

        Raises TypeError when a column that others are derived from is given as an expression.
        """
        return super().update(**_with_derived(values))

    def bulk_create(self, objs: Iterable["Prospect"], *args: Any, **kwargs: Any) -> list["Prospect"]:
        rows = list(objs)
        for row in rows:
            row.derive()
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable["Prospect"], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            row.derive()
        return super().bulk_update(rows, {*fields, *DERIVED}, *args, **kwargs)


def _condition_of(rows: ProspectQuerySet) -> Any:
    """The condition of a queryset, which stands for it wherever the table is the same; None for every row."""
    query = rows.query
    if len(query.alias_map) > 1 or query.is_sliced or query.distinct or query.combinator or query.annotations:
        raise ValueError("Only a list that is a condition on the table itself can be counted together with others.")
    return query.where or None


def _with_derived(values: Mapping[str, Any]) -> dict[str, Any]:
    derived: dict[str, Any] = {"updated_at": Now()}
    if "stage" not in values:
        _refuse_expressions(values, STAGE_INPUTS | {"domain", "contact_email", "profile_url"})
        if values.keys() & STAGE_INPUTS:
            derived["stage"] = stage_expression(values)
        if "domain" in values:
            derived["domain_key"] = domain_key(values["domain"])
        if "contact_email" in values:
            derived["email_key"] = email_key(values["contact_email"])
        if "profile_url" in values:
            derived["profile_key"] = profile_key(values["profile_url"])
    return derived | dict(values)


def _refuse_expressions(values: Mapping[str, Any], columns: frozenset[str]) -> None:
    for column in values.keys() & columns:
        if isinstance(values[column], Combinable):
            raise TypeError(f"update({column}=…) needs a value: other columns are derived from it in Python.")
