"""Columns are known by their usual names, and as the last file with the same ones was mapped."""

from collections.abc import Sequence

import pytest

from config.api.exports import Column
from pipeline import imports as import_jobs
from pipeline import jobs
from prospects import exports, imports
from prospects.imports.mapping import suggest
from prospects.models import Import
from tests.imports.files import CAUSE, csv_file

pytestmark = pytest.mark.django_db

SITE = {"Domain": "domain", "Contact Email": "contact_email", "Category": "discovery_category"}
PLACE = {"Location": "discovery_location", "Score": "score"}
PAGE = {"Page URL": "page_url", "Page Title": "page_title"}
REST = {
    "Source Type": "source_type",
    "Bio": "bio_text",
    "Domain Authority": "da_est",
    "Keywords": "discovery_keywords",
}
PROFILE = {
    "Platform": "source_platform",
    "Username": "username",
    "Full Name": "display_name",
    "Profile URL": "profile_url",
    "Contact Email": "contact_email",
    "Followers": "follower_count",
    "Engagement": "engagement_rate",
    "Category": "discovery_category",
    "Location": "discovery_location",
}


@pytest.mark.parametrize(
    ("columns", "mapping"),
    [
        (exports.PROSPECTS, SITE | PLACE | PAGE | PROFILE | REST),
        (exports.LEADS, SITE | PLACE),
        (exports.SCRAPED_EMAILS, SITE),  # its Source is the page the address was found on
        (exports.PROFILES, PROFILE),
    ],
)
def test_the_columns_of_an_export_are_known(columns: Sequence[Column], mapping: dict[str, str]) -> None:
    assert suggest([heading for heading, _ in columns]) == mapping


@pytest.mark.parametrize(
    "column", ["contact_email", "Contact Email", "CONTACT  EMAIL", "E-Mail Address", "email_address"]
)
def test_blanks_underscores_and_case_make_no_difference(column: str) -> None:
    assert suggest([column]) == {column: "contact_email"}


def mapped_by_hand() -> Import:
    of = imports.upload("list.csv", csv_file(["Web", "Post"], ["a.example", "x@a.example"], ["wrong", ""]))
    imports.configure(of, {"Web": "domain", "Post": "contact_email"}, "both", [])
    imports.preview(of)
    jobs.run(import_jobs.start(of, CAUSE).pk)
    return of


def test_a_remembered_mapping_is_suggested_for_the_columns_as_they_are_written_now() -> None:
    mapped_by_hand()
    of = imports.upload("list.csv", csv_file(["POST", "WEB"], ["x@b.example", "b.example"]))
    assert of.mapping == {"WEB": "domain", "POST": "contact_email"}
    imports.configure(of, of.mapping, "both", [])


def test_the_mapping_made_by_hand_is_suggested_for_the_refused_rows() -> None:
    text = "".join(imports.refused_rows(mapped_by_hand()))
    assert imports.upload("refused.csv", text.encode()).mapping == {"Web": "domain", "Post": "contact_email"}
