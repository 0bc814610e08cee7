"""Keys tell apart what is two things and join what is one, and no writer can leave one that is not its text's."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from config.schema import guard
from prospects import suppression
from prospects.keys import domain_key, email_key, profile_key
from prospects.models import Prospect, Suppression
from prospects.suppression import Entry
from tests.databases import connected

DOMAINS = [
    ("straße.example", "xn--strae-oqa.example"),
    ("STRAẞE.example", "xn--strae-oqa.example"),
    ("xn--strae-oqa.example", "xn--strae-oqa.example"),
    ("strasse.example", "strasse.example"),
    ("βόλος.example", "xn--nxasmm1c.example"),
    ("www.Bücher.example.", "xn--bcher-kva.example"),
    ("ｗｗｗ.a.example。", "a.example"),
    ("www.www.example", "www.example"),
    ("Exa_mple.ü", "exa_mple.ü"),
    ("https://straße.example/", "https://strasse.example/"),
]


@pytest.mark.parametrize(("text", "key"), DOMAINS)
def test_a_domain_is_known_by_the_name_that_browsers_look_up(text: str, key: str) -> None:
    assert domain_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ann@Straße.example", "ann@xn--strae-oqa.example"),
        ("mu\u0308ller@a.example.", "müller@a.example"),
        ("a@WWW.b.example", "a@www.b.example"),
        ("a@ B.example", "a@b.example"),
        (" no address. ", "no address"),
        (None, ""),
    ],
)
def test_an_address_is_known_by_its_host_as_well(text: str | None, key: str) -> None:
    assert email_key(text) == key


def test_a_profile_is_known_by_the_number_in_its_query() -> None:
    numbered = "https://www.facebook.com/profile.php?id={}&ref=x"
    assert profile_key(numbered.format(1)) == "facebook.com/profile.php?id=1" != profile_key(numbered.format(2))
    assert profile_key("https://www.instagram.com/Ann/?hl=en&id=1") == "instagram.com/ann"


TEXTS = st.text(max_size=12) | st.lists(
    st.sampled_from(("www.", "WWW.", "https://", "http://", "@", ".", "/", "a", "B.c", " ", "\t", "ß", "?id=1", "\\")),
    max_size=8,
).map("".join)


@pytest.mark.django_db
@given(rows=st.lists(st.tuples(TEXTS, TEXTS | st.none(), TEXTS | st.none()), min_size=1, max_size=60))
@example(
    rows=[("..", "@.", "https://a./B"), ("www.", "x.", "https://www./"), ("\\", "'", "https:///"), (" ", " ", " ")]
)
def test_the_database_takes_every_text_with_the_key_that_python_makes(rows: list[tuple[str, str | None, str]]) -> None:
    texts = [[text and text.replace("\0", "") for text in row] for row in rows]
    with transaction.atomic():
        Prospect.objects.bulk_create(
            Prospect(domain=domain, contact_email=email, profile_url=url) for domain, email, url in texts
        )
        transaction.set_rollback(True)


PLAIN = {
    "domain": "www.A.example",
    "domain_key": "a.example",
    "contact_email": "Ann@A.example",
    "email_key": "ann@a.example",
    "profile_url": "https://www.instagram.com/Ann/",
    "profile_key": "instagram.com/ann",
}
FORGOTTEN = [
    ({"email_key": ""}, "email_key"),
    ({"contact_email": "other@a.example"}, "email_key"),
    ({"contact_email": None}, "email_key"),
    ({"contact_email": "  "}, "email_key"),
    ({"email_key": "Ann@A.example"}, "email_key"),
    ({"contact_email": "mailto:other@a.example"}, "email_key"),
    ({"contact_email": "bücher@a.example", "email_key": ""}, "email_key"),
    ({"domain_key": ""}, "domain_key"),
    ({"domain": "b.example"}, "domain_key"),
    ({"domain_key": "www.a.example"}, "domain_key"),
    ({"domain": "bücher.example", "domain_key": ""}, "domain_key"),
    ({"profile_key": ""}, "profile_key"),
    ({"profile_url": "https://instagram.com/Bob"}, "profile_key"),
    ({"profile_url": None}, "profile_key"),
]


def insert(alias: str, values: Mapping[str, Any]) -> str:
    """A prospect written by another program; its id."""
    made = uuid.uuid4()
    row = {"id": made if connections[alias].vendor == "postgresql" else made.hex, **values}
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO prospects ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values())
        )
    return str(made)


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "key"), FORGOTTEN)
def test_a_program_that_forgets_a_key_or_leaves_the_old_one_is_refused(values: dict[str, Any], key: str) -> None:
    insert("default", PLAIN)
    Prospect.objects.all().delete()
    with pytest.raises(IntegrityError, match=f"prospects_{key}_derived"), transaction.atomic():
        insert("default", PLAIN | values)


@pytest.mark.django_db
def test_a_program_that_writes_another_address_is_refused() -> None:
    row = Prospect.objects.create(domain="a.example", contact_email="ann@a.example")
    with (
        pytest.raises(IntegrityError, match="prospects_email_key_derived"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE prospects SET contact_email = 'bob@b.example'")
    row.refresh_from_db()
    assert (row.contact_email, row.email_key) == ("ann@a.example", "ann@a.example")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "domain", "email"),
    [
        ("straße.example", "xn--strae-oqa.example", None),
        ("xn--strae-oqa.example", "straße.example", None),
        ("ann@straße.example", "b.example", "Ann@xn--strae-oqa.example"),
        ("straße.example", "b.example", "ann@mail.STRAẞE.example"),
        ("βόλος.example", "xn--nxasmm1c.example", None),
        ("müller@a.example", "b.example", "mu\u0308ller@a.example"),
    ],
)
def test_a_domain_is_suppressed_in_either_of_its_spellings(value: str, domain: str, email: str | None) -> None:
    Prospect.objects.create(domain=domain, contact_email=email)
    suppression.add([Entry(value)])
    assert not Prospect.objects.may_be_written_to().exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["straße.example", "ann@straße.example", "STRASSE.example", "xn--strae"])
def test_a_search_finds_the_domain_that_was_typed(text: str) -> None:
    Prospect.objects.create(domain="straße.example", contact_email="Ann@straße.example")
    Prospect.objects.create(domain="strasse.example")
    assert Prospect.objects.search(text).count() == 1


BEFORE = {  # domain, address and their keys as they were made before
    "site": ("straße.example", "strasse.example", "jo@straße.example", "jo@strasse.example"),
    "other": ("strasse.example", "strasse.example", "jo@strasse.example", "jo@strasse.example"),
    "ascii": ("xn--strae-oqa.example", "xn--strae-oqa.example", None, ""),
    "mailed": ("m.example", "m.example", "MAILTO:Ann@mail.faß.example", "mailto:ann@mail.fass.example"),
    "forgotten": ("f.example", "", "Forgotten@f.example", ""),
    "left": ("l.example", "l.example", "new@l.example", "old@l.example"),
    "right": ("r.example", "r.example", "ann@r.example", "ann@r.example"),
}


def old_entry(alias: str, kind: str, key: str, value: str) -> None:
    Suppression.objects.using(alias).create(kind=kind, key=key, value=value, reason="legal", note="by phone")


def upgraded(alias: str, *entries: tuple[str, str, str]) -> dict[str, tuple[str, str, bool]]:
    """After the migrations: of each prospect its keys, and whether it is suppressed."""
    call_command("migrate", "prospects", "0017", database=alias, verbosity=0)
    ids = {
        name: insert(alias, dict(zip(("domain", "domain_key", "contact_email", "email_key"), row, strict=True)))
        for name, row in BEFORE.items()
    }
    for entry in entries:
        old_entry(alias, *entry)
    call_command("migrate", database=alias, verbosity=0)
    assert not guard.compare(alias).errors
    rows = Prospect.objects.using(alias)
    suppressed = {str(pk) for pk in rows.suppressed().values_list("pk", flat=True)}
    keys = {str(pk): found for pk, *found in rows.values_list("pk", "domain_key", "email_key")}
    return {name: (*keys[pk], pk in suppressed) for name, pk in ids.items()}


def test_keys_from_before_are_made_anew(scratch: str) -> None:
    assert upgraded(scratch) == {
        "site": ("xn--strae-oqa.example", "jo@xn--strae-oqa.example", False),
        "other": ("strasse.example", "jo@strasse.example", False),
        "ascii": ("xn--strae-oqa.example", "", False),
        "mailed": ("m.example", "mailto:ann@mail.xn--fa-hia.example", False),
        "forgotten": ("f.example", "forgotten@f.example", False),
        "left": ("l.example", "new@l.example", False),
        "right": ("r.example", "ann@r.example", False),
    }


SUPPRESSED = [
    (("domain", "strasse.example", "straße.example"), {"site", "other", "ascii"}),
    (("domain", "strasse.example", "strasse.example"), {"site", "other", "ascii"}),
    (("domain", "xn--strae-oqa.example", "xn--strae-oqa.example"), {"site", "ascii"}),
    (("email", "jo@strasse.example", "jo@straße.example"), {"site", "other"}),
    (("email", "jo@strasse.example", "jo@strasse.example"), {"site", "other"}),
    (("domain", "fass.example", "fass.example"), {"mailed"}),
    (("email", "ann@mail.fass.example", "ann@mail.fass.example"), {"mailed"}),
    (("email", "forgotten@f.example", "forgotten@f.example"), {"forgotten"}),
    (("email", "old@l.example", "old@l.example"), set()),
]


@pytest.mark.parametrize(("entry", "names"), SUPPRESSED, ids=[" ".join(entry) for entry, _ in SUPPRESSED])
def test_whoever_was_suppressed_stays_so_whatever_becomes_of_the_keys(
    scratch: str, entry: tuple[str, str, str], names: set[str]
) -> None:
    found = upgraded(scratch, entry)
    assert {name for name, (*_, suppressed) in found.items() if suppressed} == names
    rows = Suppression.objects.using(scratch)
    assert rows.filter(kind=entry[0], key=entry[1]).exists()
    assert set(rows.values_list("value", "reason", "note")) == {(entry[2], "legal", "by phone")}


def test_an_entry_that_another_one_stands_for_by_now_is_made_once(scratch: str) -> None:
    upgraded(
        scratch,
        ("domain", "strasse.example", "straße.example"),
        ("domain", "xn--strae-oqa.example", "xn--strae-oqa.example"),
    )
    keys = Suppression.objects.using(scratch).values_list("key", "value").order_by("key")
    assert [*keys] == [("strasse.example", "straße.example"), ("xn--strae-oqa.example", "xn--strae-oqa.example")]


def test_a_key_that_is_wrong_between_two_of_the_migrations_is_mended_by_the_last(
    new_database: Any, settings: Any, django_db_blocker: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the constraints hold for every row at once")
    with django_db_blocker.unblock(), connected(new_database()) as alias:
        settings.SCHEMA = {**settings.SCHEMA, "DATABASES": [alias]}
        call_command("migrate", "prospects", "0018", database=alias, verbosity=0)
        insert(alias, {"domain": "f.example", "contact_email": "f@f.example"})
        call_command("migrate", "prospects", "0019", database=alias, verbosity=0)
        call_command("migrate", database=alias, verbosity=0)
        row = Prospect.objects.using(alias).get()
        assert (row.domain_key, row.email_key) == ("f.example", "f@f.example")
        assert not guard.compare(alias).errors
