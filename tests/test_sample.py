"""The sample: something of everything, made up, and with a history that agrees with the rows."""

from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import CharField, Count, Min, Q
from django.test import TestCase
from django.utils import timezone

from pipeline import sample
from pipeline.choices import AttachmentScope, JobItemStatus
from pipeline.models import (
    DiscoveryQuery,
    EmailAttachment,
    EmailLog,
    Job,
    JobItem,
    ScraperHistory,
    Setting,
    SocialIntegration,
    Webhook,
    WebhookDelivery,
)
from pipeline.sample import texts
from pipeline.sample.furniture import DUPLICATES
from pipeline.sample.neighbours import IMPORTED
from prospects.choices import EventKind, Stage, VerificationStatus
from prospects.models import Import, Prospect, ProspectEvent, Suppression

LISTS = (
    "websites", "scraped_emails", "leads", "drafts", "sent", "social_discovered", "social_leads", "social_drafts",
    "social_sent", "to_scrape", "to_verify", "to_draft", "to_send", "to_promote",
)  # fmt: skip


pytestmark = pytest.mark.slow


def empty() -> None:
    for model in (EmailLog, Prospect, DiscoveryQuery, Job, Setting, SocialIntegration, Import, Suppression, Webhook):
        model.objects.all().delete()


class SampleTests(TestCase):
    """Loaded once for all tests; a TestCase because pytest-django has no fixture of that kind."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = get_user_model()._default_manager.create_superuser("admin", password="not used")
        cls.loaded = sample.load(cls.user, lambda done, total: None)

    def test_there_are_more_than_600_prospects(self) -> None:
        assert self.loaded == Prospect.objects.count() > 600

    def test_every_value_of_every_status_occurs(self) -> None:
        for field in Prospect._meta.fields:
            if isinstance(field, CharField) and field.choices:
                found = set(Prospect.objects.values_list(field.name, flat=True))
                # Verification is asked for and answered in one job: nobody is left in between.
                unused = {VerificationStatus.PENDING.value} if field.name == "verification_status" else set()
                with self.subTest(field.name):
                    assert {value for value, _ in field.flatchoices} - unused <= found

    def test_no_list_is_empty(self) -> None:
        for name in LISTS:
            with self.subTest(name):
                assert getattr(Prospect.objects, name)().count() >= 5

    def test_all_categories_and_locations_occur(self) -> None:
        assert set(Prospect.objects.values_list("discovery_category", flat=True)) == set(texts.CATEGORIES)
        assert set(Prospect.objects.values_list("discovery_location", flat=True)) == set(texts.LOCATIONS)

    def test_every_name_is_one_that_belongs_to_nobody(self) -> None:
        for row in Prospect.objects.values("domain", "contact_email", "page_url", "profile_url", "scrape_source_url"):
            for value in filter(None, row.values()):
                host = value.rpartition("@")[2].removeprefix("https://").partition("/")[0]
                assert host.lower().endswith((".example.com", ".example.org")), value

    def test_only_the_duplicates_made_on_purpose_share_a_domain(self) -> None:
        domains = Counter(Prospect.objects.website_source().values_list("domain_key", flat=True))
        assert [count for count in domains.values() if count > 1] == [2] * DUPLICATES

    def test_the_history_leads_to_the_row(self) -> None:
        stages = dict(Prospect.objects.values_list("pk", "stage"))
        told = dict.fromkeys(stages, Stage.DISCOVERED.value)
        for pk, stage in ProspectEvent.objects.filter(field="stage").order_by("pk").values_list("prospect_id", "new"):
            told[pk] = stage
        assert told == stages

    def test_every_history_begins_with_the_discovery_and_runs_forward(self) -> None:
        now = timezone.now()
        previous = {}
        for pk, kind, at in ProspectEvent.objects.order_by("pk").values_list("prospect_id", "kind", "at"):
            assert pk in previous or kind == EventKind.CREATED
            assert now - timedelta(days=61) < at <= now
            assert at >= previous.get(pk, at)
            previous[pk] = at
        assert previous.keys() == set(Prospect.objects.values_list("pk", flat=True))

    def test_it_reaches_from_sixty_days_ago_to_today(self) -> None:
        first = Prospect.objects.aggregate(first=Min("created_at"))["first"]
        assert first < timezone.now() - timedelta(days=58)
        assert Prospect.objects.filter(created_at__gt=timezone.now() - timedelta(days=1)).exists()
        assert not Prospect.objects.filter(updated_at__gt=timezone.now()).exists()

    def test_every_letter_is_logged(self) -> None:
        logged = dict(EmailLog.objects.values_list("prospect").annotate(count=Count("pk")))
        assert logged == {row.pk: 1 + row.followups_sent for row in Prospect.objects.sent()}
        assert EmailLog.objects.filter(subject__startswith="Once more").count() > 20

    def test_jobs_and_their_surroundings_are_there(self) -> None:
        assert set(Job.objects.values_list("status", flat=True)) == {"completed", "failed", "cancelled"}
        assert DiscoveryQuery.objects.filter(status="failed").exists()
        assert ScraperHistory.objects.exists()
        assert {"automation", "scraper_master_enabled"} <= set(Setting.objects.values_list("key", flat=True))
        assert set(EmailAttachment.objects.values_list("scope", flat=True)) == set(AttachmentScope.values)

    def test_the_jobs_count_what_became_of_their_items(self) -> None:
        items = Job.objects.filter(items__isnull=False).annotate(
            done=Count("items", filter=Q(items__status=JobItemStatus.DONE)),
            failed=Count("items", filter=Q(items__status=JobItemStatus.FAILED)),
        )
        assert len(items) > 50
        for job in items:
            assert (job.done_items, job.failed_items) == (job.done, job.failed)
            assert job.total_targets == job.done + job.failed
        assert JobItem.objects.filter(status=JobItemStatus.FAILED).count() == 14 + 6 + 5

    def test_what_comes_from_outside_and_goes_there_is_shown_by_an_example(self) -> None:
        of = Import.objects.get()
        assert of.outcome == {"created": 0, "updated": IMPORTED, "skipped": 2, "refused": 2}
        assert of.job.done_items + of.job.failed_items == of.rows_total == of.rows.count()
        assert Suppression.objects.values("reason").distinct().count() == 3
        assert Prospect.objects.suppressed().count() == 2
        assert not WebhookDelivery.objects.exclude(status="delivered").exists()
        assert WebhookDelivery.objects.count() == 6

    def test_nothing_of_it_holds_a_secret_or_is_told_to_anybody(self) -> None:
        assert not Webhook.objects.filter(active=True).exists()
        assert not Webhook.objects.exclude(secret="").exists()
        secrets = SocialIntegration.objects.values_list("access_token", "refresh_token", "smtp_password")
        assert list(secrets) == [(None, None, None)]

    def test_no_page_of_the_admin_is_empty_without_need(self) -> None:
        empty = {
            model._meta.label
            for app in ("prospects", "pipeline")
            for model in apps.get_app_config(app).get_models()
            if not model._default_manager.exists()
        }
        # A merge would have to undo a part of the history that the sample tells.
        assert empty == {"prospects.Merge"}

    def test_the_queries_count_what_they_found(self) -> None:
        for query in DiscoveryQuery.objects.annotate(count=Count("prospects")):
            assert query.results_saved == query.count

    def test_a_database_that_was_ever_used_is_never_given_the_sample(self) -> None:
        assert not sample.is_unused()
        empty()
        assert not sample.is_unused(), "history alone must be enough"
        ProspectEvent.objects.all().delete()
        assert sample.is_unused()

    def test_the_same_seed_makes_the_same_sample(self) -> None:
        content = ("pk", "domain", "stage", "draft_body", "score")
        first = list(Prospect.objects.order_by("pk").values_list(*content))
        empty()
        sample.load(self.user, lambda done, total: None)
        assert list(Prospect.objects.order_by("pk").values_list(*content)) == first
