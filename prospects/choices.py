"""The vocabulary of every status column of a prospect.

The frontend compares these exact strings, so neither spelling nor case may change.
"""

from django.db import models


class DiscoveryStatus(models.TextChoices):
    NEW = "NEW", "new"
    DISCOVERED = "DISCOVERED", "discovered"


class ApprovalStatus(models.TextChoices):
    PENDING = "pending", "pending"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class ScrapeStatus(models.TextChoices):
    DISCOVERED = "DISCOVERED", "not scraped yet"
    SCRAPED = "SCRAPED", "scraped"
    ENRICHED = "ENRICHED", "enriched"
    NO_EMAIL_FOUND = "NO_EMAIL_FOUND", "no e-mail found"
    FAILED = "FAILED", "failed"


class VerificationStatus(models.TextChoices):
    UNVERIFIED = "UNVERIFIED", "unverified"
    PENDING = "pending", "pending"
    VERIFIED = "verified", "verified"
    FAILED = "failed", "failed"


class DraftStatus(models.TextChoices):
    PENDING = "pending", "pending"
    DRAFTED = "drafted", "drafted"
    FAILED = "failed", "failed"


class SendStatus(models.TextChoices):
    PENDING = "pending", "pending"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"


class OutreachStatus(models.TextChoices):
    PENDING = "pending", "pending"
    SENT = "sent", "sent"
    REPLIED = "replied", "replied"
    ACCEPTED = "accepted", "accepted"
    REJECTED = "rejected", "rejected"


class Stage(models.TextChoices):
    DISCOVERED = "DISCOVERED", "discovered"
    SCRAPED = "SCRAPED", "scraped"
    EMAIL_FOUND = "EMAIL_FOUND", "e-mail found"
    LEAD = "LEAD", "lead"
    VERIFIED = "VERIFIED", "verified"
    DRAFTED = "DRAFTED", "drafted"
    SENT = "SENT", "sent"


class SourceType(models.TextChoices):
    WEBSITE = "website", "website"
    SOCIAL = "social", "social profile"


class SourcePlatform(models.TextChoices):
    LINKEDIN = "linkedin", "LinkedIn"
    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Facebook"
    TIKTOK = "tiktok", "TikTok"


class EventKind(models.TextChoices):
    CREATED = "created", "created"
    CHANGED = "changed", "changed"
    DELETED = "deleted", "deleted"


class SuppressionKind(models.TextChoices):
    EMAIL = "email", "e-mail address"
    DOMAIN = "domain", "whole domain"


class SuppressionReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "asked not to be written to"
    COMPLAINT = "complaint", "complained"
    BOUNCED = "bounced", "mail came back"
    COMPETITOR = "competitor", "competitor or customer"
    LEGAL = "legal", "legal reason"
    OTHER = "other", "other"


class SuppressionSource(models.TextChoices):
    MANUAL = "manual", "by hand"
    IMPORT = "import", "list that was imported"
    SYSTEM = "system", "found by the application"


class ImportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class ImportMode(models.TextChoices):
    CREATE = "create", "only create"
    UPDATE = "update", "only update"
    BOTH = "both", "create and update"


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", "uploaded"
    PREVIEWING = "previewing", "being previewed"
    PREVIEWED = "previewed", "previewed"
    RUNNING = "running", "running"
    STOPPED = "stopped", "stopped half way"
    FINISHED = "finished", "finished"
    REVERTED = "reverted", "reverted"


class RowStatus(models.TextChoices):
    PENDING = "pending", "pending"
    CREATED = "created", "created"
    UPDATED = "updated", "updated"
    SKIPPED = "skipped", "skipped"
    REFUSED = "refused", "refused"


# Scraping has looked at the site and left something to work with.
SCRAPED_STATUSES = (ScrapeStatus.SCRAPED, ScrapeStatus.ENRICHED)

# The labels that the frontend's forms offer.
OFFERED_CATEGORIES = (
    "Art Lovers",
    "Audio Visual",
    "Childhood Development",
    "Dogs and Cat Owners - Fur Parent",
    "Famous Quotes",
    "Holiday Decor",
    "Holidays",
    "Home Decor",
    "Home Tech",
    "Interior Decor",
    "Interior Design",
    "Museum",
    "NFTs",
    "Parenting",
    "Pet Lovers",
)
