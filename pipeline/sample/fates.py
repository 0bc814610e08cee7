"""What becomes of each prospect of the sample, so that every list and every status has something to show."""

from dataclasses import dataclass, replace

from prospects.choices import (
    ApprovalStatus,
    DiscoveryStatus,
    DraftStatus,
    OutreachStatus,
    ScrapeStatus,
    SendStatus,
    VerificationStatus,
)


@dataclass(frozen=True)
class Fate:
    """The outcome of each step, None where the step was not reached."""

    discovery: DiscoveryStatus = DiscoveryStatus.DISCOVERED
    approval: ApprovalStatus | None = None
    scrape: ScrapeStatus | None = None
    verification: VerificationStatus | None = None
    draft: DraftStatus | None = None
    send: SendStatus | None = None
    followups: int = 0
    answer: OutreachStatus | None = None

    @property
    def steps(self) -> int:
        """How many steps were made: what has come far was found early."""
        outcomes = (self.approval, self.scrape, self.verification, self.draft, self.send, self.answer)
        return sum(outcome is not None for outcome in outcomes) + self.followups


_APPROVED = ApprovalStatus.APPROVED
_LEAD = Fate(approval=_APPROVED, scrape=ScrapeStatus.SCRAPED)
_VERIFIED = replace(_LEAD, verification=VerificationStatus.VERIFIED)
_DRAFTED = replace(_VERIFIED, draft=DraftStatus.DRAFTED)
_SENT = replace(_DRAFTED, send=SendStatus.SENT)

# Web sites: how many meet which fate.
WEBSITES = (
    (14, Fate(discovery=DiscoveryStatus.NEW)),
    (92, Fate()),
    (46, Fate(approval=ApprovalStatus.REJECTED)),
    (40, Fate(approval=_APPROVED)),
    (14, Fate(approval=_APPROVED, scrape=ScrapeStatus.FAILED)),
    (44, Fate(approval=_APPROVED, scrape=ScrapeStatus.NO_EMAIL_FOUND)),
    (38, Fate(scrape=ScrapeStatus.SCRAPED)),
    (48, _LEAD),
    (16, replace(_LEAD, scrape=ScrapeStatus.ENRICHED)),
    (18, replace(_LEAD, verification=VerificationStatus.FAILED)),
    (40, _VERIFIED),
    (6, replace(_VERIFIED, draft=DraftStatus.FAILED)),
    (44, _DRAFTED),
    (5, replace(_DRAFTED, send=SendStatus.FAILED)),
    (36, _SENT),
    (14, replace(_SENT, followups=1)),
    (6, replace(_SENT, followups=2)),
    (12, replace(_SENT, answer=OutreachStatus.REPLIED)),
    (7, replace(_SENT, followups=1, answer=OutreachStatus.ACCEPTED)),
    (4, replace(_SENT, answer=OutreachStatus.REJECTED)),
)
# Social profiles, per platform.
SOCIAL = (
    (9, Fate()),
    (4, Fate(approval=ApprovalStatus.REJECTED)),
    (4, Fate(approval=_APPROVED)),
    (2, Fate(approval=_APPROVED, scrape=ScrapeStatus.NO_EMAIL_FOUND)),
    (5, _LEAD),
    (3, _DRAFTED),
    (3, _SENT),
    (1, replace(_SENT, followups=1)),
)
