"""The keys that the migrations make in the database are those that the application makes in Python."""

import logging
from importlib import import_module

from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.schema.operations import FillColumn
from prospects.keys import domain_key, email_key, profile_key
from tests.legacy import states
from tests.legacy.databases import connected_to

FILLS = [
    import_module(f"prospects.migrations.{name}").FILL_ASCII for name in ("0009_normalised_keys", "0014_profile_key")
]
PIECES = st.sampled_from(("www.", "WWW.", "http://", "https://", "@", ".", "/", "a", "B.example", "~x", "-_", " ", "ü"))
TEXTS = st.lists(PIECES | st.characters(min_codepoint=33, max_codepoint=126), max_size=8).map("".join)
ADDRESSES = st.tuples(st.sampled_from(("http://", "https://", "")), TEXTS, st.sampled_from(("", "/", "/In/U"))).map(
    "".join
)
ROWS = st.lists(st.tuples(TEXTS, TEXTS | st.none(), ADDRESSES | st.none()), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
@example(rows=[("www.", "a@www.", "http://www./"), ("..", "@", "https://.")])
def test_keys_made_in_one_statement_are_those_made_in_python(databases, rows):
    template = databases.template("prospects alone", _make_table)
    with connected_to(template), connection.cursor() as cursor:
        cursor.execute("TRUNCATE prospects")
        cursor.executemany("INSERT INTO prospects (domain, contact_email, profile_url) VALUES (%s, %s, %s)", rows)
        for statement in FILLS:
            cursor.execute(statement)
        cursor.execute("SELECT domain, contact_email, profile_url, domain_key, email_key, profile_key FROM prospects")
        for domain, email, url, *keys in cursor.fetchall():
            wanted = (domain_key(domain), email_key(email), profile_key(url))
            for source, made, key in zip((domain, email, url), keys, wanted, strict=True):
                # What the statement leaves empty is filled in afterwards, in Python.
                assert made in ("", key), f"{source!r}: the database says {made!r}, Python {key!r}"


def test_most_keys_are_made_in_one_statement(databases):
    template = databases.template("prospects alone", _make_table)
    with connected_to(template), connection.cursor() as cursor:
        cursor.execute("TRUNCATE prospects")
        cursor.execute(
            "INSERT INTO prospects (domain, contact_email, profile_url) "
            "VALUES ('www.A.example', 'Jo@A.example', 'https://www.instagram.com/Jo/')"
        )
        for statement in FILLS:
            cursor.execute(statement)
        cursor.execute("SELECT domain_key, email_key, profile_key FROM prospects")
        assert cursor.fetchone() == ("a.example", "jo@a.example", "instagram.com/jo")


def test_the_keys_of_a_large_table_are_written_by_one_rewrite(legacy, proof, chain, monkeypatch, caplog):
    monkeypatch.setattr(FillColumn, "MANY", 1)
    caplog.set_level(logging.INFO)
    with legacy("stuck", states.stuck):
        before = proof()
        chain.adopt()
        before.check()
    rewritten = [record.args[1] for record in caplog.records if "rewriting the table" in record.getMessage()]
    assert rewritten == ["domain_key", "email_key", "profile_key"]


def _make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE prospects (domain varchar, contact_email varchar, profile_url text, "
            "domain_key varchar, email_key varchar, profile_key varchar)"
        )
