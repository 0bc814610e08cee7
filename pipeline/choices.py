"""The vocabulary of jobs, queries and integrations."""

from django.db import models


class JobType(models.TextChoices):
    DISCOVER = "discover", "discover"
    ENRICH = "enrich", "enrich"
    SCRAPE = "scrape", "scrape"
    VERIFY = "verify", "verify"
    DRAFT = "draft", "draft"
    SEND = "send", "send"
    SOCIAL_DISCOVER = "social_discover", "social: discover"
    SOCIAL_SCRAPE = "social_scrape", "social: scrape"
    SOCIAL_DRAFT = "social_draft", "social: draft"
    SOCIAL_SEND = "social_send", "social: send"
    IMPORT_PREVIEW = "import_preview", "import: preview"
    IMPORT = "import", "import"


class JobStatus(models.TextChoices):
    PENDING = "pending", "pending"
    RUNNING = "running", "running"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class JobItemStatus(models.TextChoices):
    PENDING = "pending", "pending"
    DONE = "done", "done"
    SKIPPED = "skipped", "skipped"
    FAILED = "failed", "failed"


class QueryStatus(models.TextChoices):
    PENDING = "pending", "pending"
    SUCCESS = "success", "success"
    FAILED = "failed", "failed"


class ScraperRunStatus(models.TextChoices):
    RUNNING = "running", "running"
    COMPLETED = "completed", "completed"
    FAILED = "failed", "failed"


class AttachmentScope(models.TextChoices):
    GLOBAL = "global", "every mail"
    PROSPECT = "prospect", "one prospect's mails"


class IntegrationPlatform(models.TextChoices):
    INSTAGRAM = "instagram", "Instagram"
    FACEBOOK = "facebook", "Facebook"
    TIKTOK = "tiktok", "TikTok"
    LINKEDIN = "linkedin", "LinkedIn"
    EMAIL = "email", "e-mail"


class ConnectionStatus(models.TextChoices):
    CONNECTED = "connected", "connected"
    EXPIRED = "expired", "expired"
    REVOKED = "revoked", "revoked"
    UNSUPPORTED = "unsupported", "unsupported"
    PENDING_OAUTH = "pending_oauth", "waiting for the provider's consent"
    ERROR = "error", "error"


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "pending"
    DELIVERED = "delivered", "delivered"
