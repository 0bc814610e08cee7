"""Which live types hold and return what the expected ones do."""

import pytest
from django.db import connection

from config.schema.catalog import snapshot
from config.schema.compare.types import fit


@pytest.mark.parametrize(
    ("expected", "actual", "answer"),
    [
        ("text", "text", "same"),
        ("character varying(60)", "character varying(10)", "narrower"),
        ("character varying(60)", "character varying(90)", "wider"),
        ("character varying(60)", "character varying", "wider"),
        ("character varying(60)", "text", "wider"),
        ("text", "character varying(60)", "narrower"),
        ("text", "character varying", "same"),
        ("timestamp with time zone", "timestamp(6) with time zone", "same"),
        ("character varying(3)", "character(3)", "other"),
        ("integer", "bigint", "wider"),
        ("bigint", "integer", "narrower"),
        ("real", "double precision", "wider"),
        ("double precision", "real", "narrower"),
        ("double precision", "numeric", "other"),
        ("numeric(8,2)", "numeric(10,2)", "wider"),
        ("numeric(8,2)", "numeric", "wider"),
        ("numeric", "numeric(8,2)", "narrower"),
        ("numeric(8,2)", "numeric(10,4)", "wider"),
        ("numeric(8,2)", "numeric(8,4)", "narrower"),
        ("numeric(8,2)", "numeric(8)", "narrower"),
        ("timestamp with time zone", "timestamp without time zone", "other"),
        ("timestamp with time zone", "timestamp(3) with time zone", "narrower"),
        ("timestamp(3) with time zone", "timestamp with time zone", "wider"),
        ("jsonb", "json", "other"),
        ("uuid", "character varying(36)", "other"),
        ("character varying(10)[]", "text[]", "wider"),
        ("character varying(10)[]", "character varying(5)[]", "narrower"),
        ("integer", "integer[]", "other"),
        ("character varying(10)", "mood", "other"),
    ],
)
def test_postgresql(expected, actual, answer):
    assert fit(expected, actual, "postgresql") == answer


@pytest.mark.parametrize(
    ("expected", "actual", "answer"),
    [
        ("varchar(60)", "varchar(10)", "wider"),
        ("varchar(60)", "text", "wider"),
        ("integer", "bigint", "wider"),
        ("decimal", "real", "other"),
        ("bool", "integer", "other"),
        ("datetime", "text", "other"),
    ],
)
def test_sqlite_enforces_neither_length_nor_range(expected, actual, answer):
    assert fit(expected, actual, "sqlite") == answer


@pytest.mark.django_db
def test_collations_and_columns_that_only_the_server_declares_are_read():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE odd (gone int, "a b" text COLLATE "C", t text); ALTER TABLE odd DROP COLUMN gone;'
            'CREATE INDEX odd_1 ON odd ("a b" COLLATE "default", t COLLATE "C", t, lower(t));'
            "ALTER TABLE odd ADD CONSTRAINT odd_2 CHECK (tableoid <> 0 AND t <> ''),"
            "ADD CONSTRAINT odd_3 CHECK (odd IS DISTINCT FROM NULL)"
        )
    odd = snapshot(connection, ["odd"]).tables["odd"]
    assert [(key.expression, key.options) for key in odd.indexes[0].keys] == [
        ('"a b"', 'COLLATE "default"'),
        ("t", 'COLLATE "C"'),
        ("t", ""),
        ("lower(t)", ""),
    ]
    assert [set(check.columns) for check in odd.checks] == [{"tableoid", "t"}, set()]
