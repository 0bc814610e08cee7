"""Whoever is suppressed is not written to, however the address is spelled and whatever else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prospects import suppression
from prospects.keys import email_key
from prospects.models import Prospect, Suppression
from prospects.suppression import Entry, NotSuppressible

pytestmark = pytest.mark.django_db


def ready(domain: str, email: str) -> Prospect:
    return Prospect.objects.create(
        domain=domain,
        contact_email=email,
        scrape_status="SCRAPED",
        verification_status="verified",
        draft_status="drafted",
        draft_subject="s",
        draft_body="b",
    )


@pytest.mark.parametrize(
    ("value", "domain", "email"),
    [
        ("Ann@A.example", "site.example", "ann@a.example"),
        ("a.example", "site.example", "ann@a.example"),
        ("@a.example", "site.example", "ann@a.example"),
        ("www.Site.example", "site.example", "ann@a.example"),
        ("a.example", "site.example", "ann@mail.eu.a.example"),
        ("bücher.example", "site.example", "ann@xn--bcher-kva.example"),
        ("mailto:Ann@a.example", "site.example", "ann@a.example"),
        ("ann@a.example", "site.example", "MAILTO:ann@a.example"),
        ("o'neil/sales+x=1@a.example", "site.example", "O'Neil/Sales+x=1@a.example"),
        ("müller@a.example", "site.example", "MÜLLER@A.example"),
        ("{a|b}..c.@a.example", "site.example", "{a|b}..c.@a.example"),
        ('"ann lee"@a.example', "site.example", '"Ann Lee"@a.example'),
        ("ann@www.a.example", "site.example", "ann@WWW.a.example"),
    ],
)
def test_a_suppressed_prospect_is_in_no_list_of_those_to_write_to(value: str, domain: str, email: str) -> None:
    row = ready(domain, email)
    assert [*Prospect.objects.may_be_written_to()] == [*Prospect.objects.to_send()] == [row]
    suppression.add([Entry(value)])
    assert not Prospect.objects.may_be_written_to().exists()
    assert not Prospect.objects.to_send().exists()
    assert [*Prospect.objects.suppressed()] == [row]
    Prospect.objects.update(draft_subject=None)
    assert not Prospect.objects.to_draft().exists()


@pytest.mark.parametrize("value", ["ann@b.example", "b.example", "sub.a.example", "xa.example"])
def test_others_are_not_suppressed(value: str) -> None:
    row = ready("site.example", "ann@a.example")
    suppression.add([Entry(value)])
    assert [*Prospect.objects.may_be_written_to()] == [row]


def test_counts_know_of_suppression_too() -> None:
    ready("site.example", "ann@a.example")
    suppression.add([Entry("a.example")])
    assert Prospect.objects.all().count_each({"to_send": Prospect.objects.to_send()}) == {"to_send": 0}


def test_python_and_the_database_agree_on_who_is_suppressed() -> None:
    suppression.add(map(Entry, ["a.example", "x@b.example", "three.c.example", "d.e.f.g.h.d.example"]))
    below = [
        f"q@{'.'.join('abcdefgh'[-depth:])}.{domain}"
        for depth in range(1, 9)
        for domain in ("a.example", "three.c.example")
    ]
    below += ["q@three.c.example", "q@d.e.f.g.h.d.example", "q@b.c.d.e.f.g.h.d.example"]
    others = ["y@b.example", "q@aa.example", "q@1.2.3.4.5.6.aa.example", "q@a.example.1.2.3.4.5.example"]
    others += ["q@c.example", "q@3.c.example", "q@e.f.g.h.d.example", "q@e.e.f.g.h.d.example"]
    emails = ["q@a.example", "x@b.example", "mailto:x@b.example", *below, *others]
    for number, email in enumerate(emails):
        Prospect.objects.create(domain=f"s{number}.example", contact_email=email)
    listed = Prospect.objects.suppressed().values_list("email_key", flat=True)
    assert set(listed) == suppression.suppressed_emails(emails) == set(emails) - set(others)


def test_what_is_on_the_list_stays_as_it_was_first_given() -> None:
    assert suppression.add([Entry("a@b.example", "complaint", "by phone")]) == 1
    assert suppression.add([Entry("A@B.example", "other"), Entry("c.example")]) == 1
    row = Suppression.objects.get(kind="email")
    assert (row.value, row.reason, row.note) == ("a@b.example", "complaint", "by phone")


@pytest.mark.parametrize(
    "value",
    [
        "a@b.example;c@d.example",
        "a@b.example, c@d.example",
        "a@b.example c@d.example",
        "e@f.example/g@h.example",
        "mailto:a@b.example,mailto:c@d.example",
        "a@b.example,c.example",
        "b.example | d.example",
    ],
)
def test_several_addresses_in_one_value_are_refused_as_several(value: str) -> None:
    """They would be one entry that no prospect has, and both could still be written to."""
    with pytest.raises(NotSuppressible, match="more than one address or domain"):
        suppression.add([Entry(value)])
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    "value",
    [
        *("", "com", "a b@c.example", "@", "x@", "x@y", "http://a.example/", "http://a.example/index.html"),
        *("a;b@c.example", "Ann <ann@a.example>", "<ann@a.example>", "http:ann@a.example", "a@b@c.example"),
        *("mailto:", "mailto:a.example", "\u200bann@a.example", '"ann@a.example', "ann@a.example?subject=stop"),
    ],
)
def test_what_is_neither_an_address_nor_a_domain_is_refused(value: str) -> None:
    with pytest.raises(NotSuppressible):
        suppression.add([Entry(value)])
    assert not Suppression.objects.exists()


@given(st.emails())
def test_whatever_legal_address_a_prospect_has_can_be_suppressed(email: str) -> None:
    """With the very key that the prospect is found by."""
    assert suppression.parse(email) == suppression.parse(f" mailto:{email.upper()} ") == ("email", email_key(email))


def test_all_or_none_are_added() -> None:
    with pytest.raises(NotSuppressible):
        suppression.add([Entry(f"{n}@a.example") for n in range(600)] + [Entry("wrong")])
    assert not Suppression.objects.exists()
