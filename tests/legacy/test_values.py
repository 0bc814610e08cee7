"""Values of other types than the new columns': converted where they fit, kept aside where not, lost nowhere."""

import logging

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.schema.adoption import plans
from config.schema.adoption.conversions import functions
from config.schema.adoption.report import recorded
from prospects.migrations._adoption import PROSPECTS
from tests.legacy.content import number
from tests.legacy.oracle import FALSE, TRUE, repeats_a_key
from tests.legacy.states import older_tree, run, stuck

OTHER_TYPES = (
    "CREATE TYPE zz_source AS ENUM ('website', 'social', 'Social', 'letter')",
    "ALTER TABLE prospects DROP CONSTRAINT check_source_type, DROP CONSTRAINT check_source_platform",
    """ALTER TABLE prospects ALTER source_type DROP DEFAULT, ALTER is_manual DROP DEFAULT, ALTER score DROP DEFAULT,
    ALTER sequence_index DROP DEFAULT, ALTER sequence_index DROP NOT NULL, ALTER source_type DROP NOT NULL""",
    """ALTER TABLE prospects ALTER source_type TYPE zz_source USING source_type::zz_source,
    ALTER is_manual TYPE varchar, ALTER score TYPE double precision, ALTER da_est TYPE text,
    ALTER contact_method TYPE varchar(50), ALTER scraped_at TYPE timestamp, ALTER last_sent TYPE date,
    ALTER follower_count TYPE bigint, ALTER sequence_index TYPE varchar, ALTER thread_id TYPE varchar,
    ALTER serp_signals TYPE text, ALTER created_at TYPE timestamp, ALTER updated_at TYPE text""",
)


def insert(**columns: str | None) -> str:
    """A prospect more with these values; its id."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO prospects (id, domain, {names}) "
            f"VALUES (gen_random_uuid(), 'more.example', {', '.join(['%s'] * len(columns))}) RETURNING id::text",
            list(columns.values()),
        )
        return str(cursor.fetchone()[0])


def now(row_id: str, column: str) -> tuple[str | None, str | None]:
    """The column's value and what was kept aside of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}::text, legacy_values ->> %s FROM prospects WHERE id = %s", [column, row_id])
        return cursor.fetchone()


@pytest.mark.slow
def test_columns_of_other_types_are_converted_and_what_does_not_fit_is_kept_aside(legacy, proof, chain):
    with legacy("older_tree", older_tree):
        run(*OTHER_TYPES)
        fits = {("score", "12.5"): "12.50", ("da_est", " 4.5 "): "4.50", ("sequence_index", "12"): "12"} | {
            ("is_manual", spelling): "true" if spelling in TRUE else "false" for spelling in TRUE | FALSE
        }
        rounded = {("score", "12.3456"): "12.35", ("da_est", "0.005"): "0.01"}
        refused = {
            **{("score", text): None for text in ("NaN", "Infinity", "1e+300", "1000")},
            ("da_est", "much"): None,
            ("follower_count", "1099511627776"): None,
            ("follower_count", "-7"): None,
            ("sequence_index", "-7"): "0",
            ("thread_id", "mine"): None,
            ("serp_signals", "{broken"): None,
            ("serp_signals", '["\\u0000"]'): None,
            ("source_type", "letter"): "website",
            ("is_manual", "maybe"): "false",
        }
        ids = {key: insert(**{key[0]: key[1]}) for key in (*fits, *rounded, *refused)}
        before = proof()
        chain.adopt()
        before.check()
        for (column, text), value in fits.items():
            assert now(ids[column, text], column) == (value, None), f"{column} {text!r}"
        for (column, text), value in (rounded | refused).items():
            new, kept = now(ids[column, text], column)
            assert (new, number(kept) or kept) == (value, number(text) or text), f"{column} {text!r}"


def test_no_spelling_of_true_is_lost(legacy, chain):
    with legacy("stuck", stuck):
        run("ALTER TABLE prospects ADD is_manual varchar")
        spellings = [spelling for word in TRUE for spelling in (word, word.upper(), f" {word.title()} ")]
        ids = {spelling: insert(is_manual=spelling) for spelling in spellings}
        chain.adopt()
        assert {spelling: now(row_id, "is_manual")[0] for spelling, row_id in ids.items()} == dict.fromkeys(ids, "true")


def test_who_waits_for_a_large_table_is_told_how_far_it_is(legacy, chain, monkeypatch, caplog):
    monkeypatch.setattr(plans, "PATIENCE", -1)
    caplog.set_level(logging.INFO)
    with legacy("stuck", stuck), transaction.atomic():
        model = chain.final.apps.get_model("prospects", "Prospect")
        run("ALTER TABLE prospects ADD legacy_values jsonb")
        plans.TablePlanner(connection, model, PROSPECTS).plan()
        columns = len(model._meta.local_concrete_fields)
        told = [record.getMessage() for record in caplog.records]
        assert told == [f"prospects: {number} of {columns} columns looked at" for number in range(columns)]


PIECES = st.sampled_from(('"a"', '"b"', '"\\u0061"', '"\\""', '":"', '"\\\\"', '"\\u003a"', '" : "'))
DOCUMENTS = st.recursive(
    PIECES | st.sampled_from(("1", "null", "1.50", "true")),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(PIECES, inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f"{key} :{value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(documents=st.lists(DOCUMENTS, min_size=20, max_size=60))
def test_documents_that_repeat_a_key_are_those_that_python_finds(documents):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(functions("jsonb"))
        cursor.execute(
            "SELECT pg_temp.json_repeats_a_key(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n",
            [documents],
        )
        found = [row[0] for row in cursor.fetchall()]
        transaction.set_rollback(True)
    assert found == [repeats_a_key(document) for document in documents]


@pytest.mark.slow
def test_secrets_stay_byte_for_byte(legacy, chain):
    secrets = "SELECT id, access_token, refresh_token, smtp_password FROM social_integrations ORDER BY id"
    with legacy("older_tree", older_tree), connection.cursor() as cursor:
        cursor.execute("UPDATE social_integrations SET access_token = %s", [" gAAAA/+=\n\tünïcode\U0001f511 "])
        cursor.execute(secrets)
        before = cursor.fetchall()
        chain.adopt()
        with connection.cursor() as after:
            after.execute(secrets)
            assert after.fetchall() == before


def test_the_report_names_every_reference_to_a_row_that_does_not_exist(legacy, chain):
    with legacy("stuck", stuck):
        run(
            "ALTER TABLE email_logs DROP CONSTRAINT email_logs_prospect_id_fkey",
            "INSERT INTO email_logs (id, prospect_id, subject) "
            "SELECT gen_random_uuid(), gen_random_uuid(), 'orphan' FROM generate_series(1, 150)",
        )
        chain.adopt()
        (entry,) = [entry for entry in recorded("default") if entry.action == "orphaned"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT id::text FROM email_logs WHERE subject = 'orphan' ORDER BY 1")
            assert (entry.rows, entry.data) == (150, [row[0] for row in cursor.fetchall()])
