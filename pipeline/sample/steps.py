"""One discovery run of the sample and what was done with its finds, step by step."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import Any

from django.contrib.auth.models import User

from pipeline.choices import JobItemStatus, JobStatus, JobType, QueryStatus
from pipeline.models import DiscoveryQuery, EmailLog, Job, JobItem
from pipeline.sample import texts
from pipeline.sample.fates import Fate
from pipeline.sample.people import Member, member, names
from prospects import changes, decisions
from prospects.changes import Cause
from prospects.choices import (
    SCRAPED_STATUSES,
    ApprovalStatus,
    DraftStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    SourcePlatform,
    VerificationStatus,
)
from prospects.models import Prospect

SECONDS_PER_ITEM = timedelta(seconds=4)


class Namer:
    """Draws names without drawing one twice."""

    def __init__(self, random: Random) -> None:
        self._names = {category: names(random, category) for category in texts.CATEGORIES}

    def __call__(self, category: str) -> str:
        return next(self._names[category])


class Wave:
    """A discovery run and the steps after it. Each step writes the outcomes that the members' fates hold for it."""

    def __init__(
        self,
        random: Random,
        user: User,
        platform: SourcePlatform | None,
        fates: Sequence[Fate],
        namer: Namer,
    ) -> None:
        self._random = random
        self._user = user
        self._platform = platform
        self._fates = fates
        self._namer = namer
        self._members: list[Member] = []

    def discover(self, moment: datetime) -> None:
        categories = self._random.sample(list(texts.CATEGORIES), 2)
        locations = self._random.sample(list(texts.LOCATIONS), 2)
        params: dict[str, Any] = {"categories": categories, "locations": locations, "max_results": 50}
        if self._platform:
            params["platform"] = self._platform.value
        count = len(self._fates)
        job_type = self._type(JobType.DISCOVER, JobType.SOCIAL_DISCOVER)
        job = self._job(job_type, moment, count, params=params, done_items=count)
        queries = [self._query(job, category, place) for category in categories for place in locations]
        self._members = self._find(queries, moment)
        for query in queries:
            query.results_saved = sum(found.prospect.discovery_query is query for found in self._members)
            query.results_found = query.results_saved + query.results_skipped_duplicate + query.results_skipped_existing
        DiscoveryQuery.objects.bulk_create(queries)
        DiscoveryQuery.objects.filter(job=job).update(updated_at=moment)
        changes.create([found.prospect for found in self._members], Cause(job_id=job.pk, reason="found by discovery"))
        Job.objects.filter(pk=job.pk).update(result=_search_result(queries))

    def decide(self, moment: datetime) -> None:
        cause = Cause(user=self._user, reason="reviewed")
        if approved := self._with("approval", ApprovalStatus.APPROVED):
            decisions.approve(_ids(approved), cause)
        if rejected := self._with("approval", ApprovalStatus.REJECTED):
            decisions.reject(_ids(rejected), cause)

    def scrape(self, moment: datetime) -> None:
        scraped = [found for found in self._members if found.fate.scrape]
        hits = [found for found in scraped if found.fate.scrape in SCRAPED_STATUSES]
        failed = self._with("scrape", ScrapeStatus.FAILED)
        result = {
            "profiles_scraped": len(scraped),
            "profiles_with_emails": len(hits),
            "profiles_without_emails": len(scraped) - len(hits) - len(failed),
            "errors": [{"domain": found.prospect.domain, "error": texts.SCRAPE_ERROR} for found in failed],
            "duration_seconds": SECONDS_PER_ITEM.total_seconds() * (len(scraped) + 1),
        }
        job_type = self._type(JobType.SCRAPE, JobType.SOCIAL_SCRAPE)
        self._work(job_type, moment, scraped, result, lambda found: self._scraped(found, moment), failed)

    def verify(self, moment: datetime) -> None:
        verified = [found for found in self._members if found.fate.verification]
        self._work(JobType.VERIFY, moment, verified, _tally(verified, "verification"), self._verified)

    def draft(self, moment: datetime) -> None:
        drafted = [found for found in self._members if found.fate.draft]
        job_type = self._type(JobType.DRAFT, JobType.SOCIAL_DRAFT)
        failed = self._with("draft", DraftStatus.FAILED)
        result = _tally(drafted, "draft")
        self._work(job_type, moment, drafted, result, lambda found: self._drafted(found, moment), failed)

    def send(self, moment: datetime) -> None:
        job_type = self._type(JobType.SEND, JobType.SOCIAL_SEND)
        mailed = [found for found in self._members if found.fate.send]
        failed = self._with("send", SendStatus.FAILED)
        self._work(job_type, moment, mailed, _tally(mailed, "send"), lambda found: self._sent(found, moment), failed)
        self._log(self._with("send", SendStatus.SENT), moment)

    def follow_up(self, moment: datetime, *, number: int) -> None:
        again = [found for found in self._members if found.fate.followups >= number]
        job_type = self._type(JobType.SEND, JobType.SOCIAL_SEND)
        result = {"sent": len(again), "failed": 0, "total": len(again)}
        self._work(job_type, moment, again, result, lambda found: self._followed_up(found, moment, number))
        for found in again:
            found.words["subject"] = texts.FOLLOW_UP_SUBJECT.format(subject=found.words["subject"])
            found.words["body"] = found.text(texts.FOLLOW_UP)
        self._log(again, moment)

    def answer(self, moment: datetime) -> None:
        for status in OutreachStatus:
            if answered := self._with("answer", status):
                prospects = Prospect.objects.filter(pk__in=_ids(answered))
                changes.change(
                    prospects, {"outreach_status": status.value}, Cause(user=self._user, reason="answer received")
                )

    # What a step writes to one prospect

    def _scraped(self, found: Member, moment: datetime) -> dict[str, Any]:
        values: dict[str, Any] = {"scrape_status": found.fate.scrape, "scraped_at": moment}
        if found.fate.scrape is ScrapeStatus.FAILED:
            return values | {"scrape_payload": {"error": texts.SCRAPE_ERROR}}
        if self._platform:
            values |= {"bio_text": found.text(self._random.choice(texts.BIOS)), "external_links": [_page(found, "")]}
        if found.fate.scrape is ScrapeStatus.NO_EMAIL_FOUND:
            return values | {"contact_method": "no_email_found", "scrape_payload": {"emails": {}}}
        page = _page(found, "contact")
        return values | {
            "contact_email": found.email,
            "contact_method": "profile_scraping" if self._platform else "html_scraping",
            "scrape_source_url": page,
            "scrape_payload": {"emails": {page: [found.email]}},
        }

    def _verified(self, found: Member) -> dict[str, Any]:
        if found.fate.verification is VerificationStatus.FAILED:
            return {"verification_status": found.fate.verification, "verification_payload": {"mx": False}}
        confidence = Decimal(self._random.randint(55, 99)) / 100
        return {
            "verification_status": found.fate.verification,
            "verification_confidence": confidence,
            "verification_payload": {"mx": True, "syntax": True},
        }

    def _drafted(self, found: Member, moment: datetime) -> dict[str, Any]:
        if found.fate.draft is DraftStatus.FAILED:
            return {"draft_status": found.fate.draft}
        found.words["subject"] = found.text(self._random.choice(texts.SUBJECTS))
        found.words["body"] = found.text(texts.DRAFT)
        return {
            "draft_status": found.fate.draft,
            "draft_subject": found.words["subject"],
            "draft_body": found.words["body"],
            "drafted_at": moment,
        }

    def _sent(self, found: Member, moment: datetime) -> dict[str, Any]:
        if found.fate.send is SendStatus.FAILED:
            return {"send_status": found.fate.send}
        return {
            "send_status": found.fate.send,
            "outreach_status": OutreachStatus.SENT,
            "final_body": found.words["body"],
            "draft_subject": None,
            "draft_body": None,
            "last_sent": moment,
        }

    def _followed_up(self, found: Member, moment: datetime, number: int) -> dict[str, Any]:
        return {
            "final_body": found.text(texts.FOLLOW_UP),
            "last_sent": moment,
            "followups_sent": number,
            "sequence_index": number,
            "thread_id": found.prospect.pk,
        }

    # Helpers

    def _type(self, website: JobType, social: JobType) -> JobType:
        return social if self._platform else website

    def _with(self, outcome: str, value: str) -> list[Member]:
        return [found for found in self._members if getattr(found.fate, outcome) == value]

    def _find(self, queries: Sequence[DiscoveryQuery], moment: datetime) -> list[Member]:
        found = []
        for index, fate in enumerate(self._fates):
            query = self._random.choice(queries)
            found_at = moment - SECONDS_PER_ITEM * (len(self._fates) - index - 1)
            found.append(member(self._random, self._namer(query.category or ""), fate, query, found_at))
        return found

    def _query(self, job: Job, category: str, location: str) -> DiscoveryQuery:
        keyword = f"{category.lower()} {self._random.choice(texts.KEYWORDS)}"
        return DiscoveryQuery(
            job=job,
            keyword=keyword,
            location=location,
            location_code=texts.LOCATIONS[location],
            category=category,
            status=QueryStatus.SUCCESS.value,
            results_skipped_duplicate=self._random.randint(0, 9),
            results_skipped_existing=self._random.randint(0, 6),
            query_metadata={"platform": self._platform.value} if self._platform else {},
            created_at=job.created_at,
        )

    def _job(self, job_type: JobType, finished_at: datetime, targets: int, **columns: Any) -> Job:
        """A job that was completed at this moment."""
        job = Job.objects.create(
            job_type=job_type.value,
            status=JobStatus.COMPLETED.value,
            total_targets=targets,
            started_by=self._user,
            created_at=finished_at - SECONDS_PER_ITEM * (targets + 3),
            started_at=finished_at - SECONDS_PER_ITEM * (targets + 1),
            finished_at=finished_at,
            **columns,
        )
        Job.objects.filter(pk=job.pk).update(updated_at=finished_at)
        return job

    def _work(
        self,
        job_type: JobType,
        moment: datetime,
        members: Sequence[Member],
        result: dict[str, Any],
        outcome: Callable[[Member], dict[str, Any]],
        failed: Collection[Member] = (),
    ) -> None:
        """A job over the members that writes each one's outcome; none when there is nobody to work on."""
        if not members:
            return
        counts = {"done_items": len(members) - len(failed), "failed_items": len(failed)}
        if job_type in (JobType.DRAFT, JobType.SOCIAL_DRAFT):
            counts["drafts_created"] = counts["done_items"]
        params = {"prospect_ids": [str(pk) for pk in _ids(members)]}
        job = self._job(job_type, moment, len(members), params=params, result=result, **counts)
        for found in members:
            changes.change(Prospect.objects.filter(pk=found.prospect.pk), outcome(found), Cause(job_id=job.pk))
        JobItem.objects.bulk_create(
            JobItem(
                job=job,
                position=position,
                prospect=found.prospect,
                status=JobItemStatus.FAILED if found in failed else JobItemStatus.DONE,
                attempts=1,
                finished_at=moment - SECONDS_PER_ITEM * (len(members) - position - 1),
            )
            for position, found in enumerate(members)
        )

    def _log(self, members: Iterable[Member], moment: datetime) -> None:
        EmailLog.objects.bulk_create(
            EmailLog(
                prospect_id=found.prospect.pk,
                subject=found.words["subject"],
                body=found.words["body"],
                response={"accepted": [found.email], "message_id": f"<{self._random.getrandbits(64):x}@example.com>"},
                sent_at=moment + timedelta(seconds=2 * index),
            )
            for index, found in enumerate(members)
        )


def _ids(members: Iterable[Member]) -> list[Any]:
    return [found.prospect.pk for found in members]


def _page(found: Member, path: str) -> str:
    return f"https://{found.words['host']}/{path}"


def _tally(members: Iterable[Member], outcome: str) -> dict[str, int]:
    outcomes = sorted(str(getattr(found.fate, outcome)) for found in members)
    counts = {value: len(list(group)) for value, group in groupby(outcomes)}
    return {"failed": 0, **counts, "total": len(outcomes)}


def _search_result(queries: Sequence[DiscoveryQuery]) -> dict[str, Any]:
    numbers = ("results_saved", "results_skipped_duplicate", "results_skipped_existing")
    return {
        "search_statistics": {
            "total_results_found": sum(query.results_found for query in queries),
            **{number: sum(getattr(query, number) for query in queries) for number in numbers},
            "queries_executed": len(queries),
            "queries_successful": len(queries),
            "queries_failed": 0,
        },
        "queries_detail": [
            {
                "query": query.keyword,
                "location": query.location,
                "status": query.status,
                "results_found": query.results_found,
                "results_saved": query.results_saved,
            }
            for query in queries
        ],
    }
