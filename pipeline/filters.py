"""The query parameters that select jobs, attachments and profiles."""

from django_filters import filters

from config.api.parameters import CharFilter, ListFilter, StrictFilterSet
from pipeline.choices import AttachmentScope, JobItemStatus, JobStatus, JobType
from pipeline.models import EmailAttachment, Job, JobItem
from prospects.choices import DiscoveryStatus, SourcePlatform
from prospects.filters import CategoryFilterSet
from prospects.models import Prospect
from prospects.querysets import ProspectQuerySet


class JobFilterSet(StrictFilterSet):
    job_type = filters.ChoiceFilter(choices=JobType.choices)
    status = filters.ChoiceFilter(choices=JobStatus.choices)

    class Meta:
        model = Job
        fields: tuple[str, ...] = ()


class JobItemFilterSet(StrictFilterSet):
    status = filters.ChoiceFilter(choices=JobItemStatus.choices)

    class Meta:
        model = JobItem
        fields: tuple[str, ...] = ()


class AttachmentFilterSet(StrictFilterSet):
    scope = filters.ChoiceFilter(choices=AttachmentScope.choices)
    prospect_id = filters.UUIDFilter(field_name="prospect_id")

    class Meta:
        model = EmailAttachment
        fields: tuple[str, ...] = ()


class PlatformFilterSet(StrictFilterSet):
    platform = filters.ChoiceFilter(field_name="source_platform", choices=SourcePlatform.choices)

    class Meta:
        model = Prospect
        fields: tuple[str, ...] = ()


class _NarrowedFilterSet(CategoryFilterSet, PlatformFilterSet):
    username = CharFilter(lookup_expr="icontains")

    class Meta(PlatformFilterSet.Meta):
        pass


class DraftedProfileFilterSet(_NarrowedFilterSet):
    location = CharFilter(field_name="discovery_location", lookup_expr="iexact")

    class Meta(PlatformFilterSet.Meta):
        pass


class ProfileFilterSet(_NarrowedFilterSet):
    discovery_status = ListFilter(
        {
            "discovered": ProspectQuerySet.social_discovered,
            "leads": ProspectQuerySet.social_leads,
            "approved": ProspectQuerySet.social_leads,
            "DISCOVERED": ProspectQuerySet.discovered,
            "NEW": lambda profiles: profiles.filter(discovery_status=DiscoveryStatus.NEW),
        },
        help_text="`discovered`: waiting for a decision; `leads` or `approved`: decided for; or the status itself.",
    )

    class Meta(PlatformFilterSet.Meta):
        pass
