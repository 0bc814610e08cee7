"""Makes the prospects of the sample: names, addresses and what is written to them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import product
from random import Random

from pipeline.models import DiscoveryQuery
from pipeline.sample import texts
from pipeline.sample.fates import Fate
from prospects.choices import SourcePlatform, SourceType
from prospects.models import Prospect


@dataclass(frozen=True)
class Member:
    """A prospect of the sample, what becomes of it and the words for the letters to it."""

    prospect: Prospect
    fate: Fate
    email: str
    words: dict[str, str]

    def text(self, template: str, **more: str) -> str:
        return template.format(**self.words, **more)


def names(random: Random, category: str) -> Iterator[str]:
    """Names for a category's prospects, each once, in random order."""
    pairs = [f"{adjective}-{noun}" for adjective, noun in product(texts.ADJECTIVES, texts.CATEGORIES[category][0])]
    random.shuffle(pairs)
    return iter(pairs)


def member(random: Random, name: str, fate: Fate, query: DiscoveryQuery, found_at: datetime) -> Member:
    """A prospect as discovery would have found it by this query: a profile where the query names a platform."""
    words = _words(random, name, query)
    platform: str | None = (query.query_metadata or {}).get("platform")
    prospect = Prospect(
        id=_uuid(random),
        discovery_status=fate.discovery.value,
        discovery_query=query,
        discovery_category=query.category,
        discovery_location=query.location,
        discovery_keywords=query.keyword,
        score=Decimal(random.randint(1500, 9800)) / 100,
        created_at=found_at,
        **(_profile(random, words, SourcePlatform(platform)) if platform else _website(random, words)),
    )
    host = words["host"]
    return Member(prospect, fate, f"{random.choice(texts.MAILBOXES)}@{host}", words)


def _words(random: Random, name: str, query: DiscoveryQuery) -> dict[str, str]:
    topic = texts.CATEGORIES[query.category or ""][1]
    return {
        "name": name.replace("-", " ").title(),
        "host": f"{name}.example.{random.choice(('com', 'org'))}",
        "category": (query.category or "").lower(),
        "location": query.location,
        "topic": topic,
        "topic_capital": topic[0].upper() + topic[1:],
        "given": (given := random.choice(texts.GIVEN_NAMES)),
        "greeting": random.choice((given, "there", f"team of {name.replace('-', ' ').title()}")),
    }


def _website(random: Random, words: dict[str, str]) -> dict[str, object]:
    intent = random.choice(texts.INTENTS)
    return {
        "domain": random.choice(("", "", "", "www.")) + words["host"],
        "page_url": f"https://{words['host']}/",
        "page_title": random.choice(texts.TITLES).format(**words),
        "contact_method": "pending_scrape",
        "da_est": Decimal(random.randint(500, 9000)) / 100,
        "serp_intent": intent,
        "serp_confidence": Decimal(random.randint(40, 99)) / 100,
        "serp_signals": [f"title:{intent}"],
        "dataforseo_payload": {"rank": random.randint(1, 50), "title": words["name"], "domain": words["host"]},
    }


def _profile(random: Random, words: dict[str, str], platform: SourcePlatform) -> dict[str, object]:
    username = words["name"].lower().replace(" ", random.choice(("", ".", "_")))
    domain = f"{platform.value}.example.com"
    return {
        "source_type": SourceType.SOCIAL.value,
        "source_platform": platform.value,
        "domain": domain,
        "profile_url": f"https://{domain}/{username}",
        "page_url": f"https://{domain}/{username}",
        "page_title": f"{words['name']} on {platform.label}",
        "username": username,
        "display_name": words["name"],
        "follower_count": random.randint(180, 90_000),
        "engagement_rate": Decimal(random.randint(30, 950)) / 100,
    }


def _uuid(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)
