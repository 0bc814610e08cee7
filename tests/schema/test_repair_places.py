"""Tables in a PostgreSQL schema that the search path does not lead to, and partitioned ones, are mended like others."""

from __future__ import annotations

import pytest
from django.db import connections, models
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState

from config.schema.repair.engine import execute, plan_for
from tests.schema import zoo
from tests.schema.mutable import Zoo
from tests.schema.test_mutations import texts

pytestmark = pytest.mark.skipif(connections["default"].vendor != "postgresql", reason="only PostgreSQL has them")

FAR, PART = "ALTER TABLE away.far_thing", "ALTER TABLE places_part"
FOREIGN = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = '{}'::regclass"
INVALID = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'away.{}'::regclass"
#: As PostgreSQL has it: the key of the partitions is in every unique constraint.
PARTITIONED = """
ALTER TABLE places_part RENAME TO plain;
CREATE TABLE places_part (LIKE plain INCLUDING CONSTRAINTS) PARTITION BY RANGE (day);
DROP TABLE plain;
ALTER TABLE places_part ADD PRIMARY KEY (id, day), ADD CONSTRAINT part_once UNIQUE (code, day),
    ADD FOREIGN KEY (owner_id) REFERENCES places_owner (id) DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX part_few ON places_part (grams, day) WHERE grams > 5;
CREATE SEQUENCE part_ids OWNED BY places_part.id;
ALTER TABLE places_part ALTER COLUMN id SET DEFAULT nextval('part_ids');
CREATE TABLE part_old PARTITION OF places_part FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE part_new PARTITION OF places_part FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
CREATE INDEX part_grams ON places_part (grams);
CREATE INDEX ON places_part (owner_id);
INSERT INTO places_owner (name) VALUES ('Alice');
INSERT INTO places_part (day, owner_id, code, grams, note) SELECT date '2024-12-30' + n, min(o.id), n, n, ''
    FROM generate_series(1, 5) n, places_owner o GROUP BY n
"""


def operations() -> list[CreateModel]:
    key = ("id", models.BigAutoField(primary_key=True))
    owner = ("owner", models.ForeignKey("places.Owner", models.CASCADE))
    code, grams = ("code", models.IntegerField()), ("grams", models.PositiveIntegerField())
    far = {
        "db_table": 'away"."far_thing',
        "indexes": [models.Index(fields=["code"], name="far_code")],
        "constraints": [models.UniqueConstraint(fields=["code", "grams"], name="far_once")],
    }
    part = {
        "indexes": [models.Index(fields=["grams"], name="part_grams")],
        "constraints": [
            models.UniqueConstraint(fields=["code"], name="part_once"),
            models.UniqueConstraint(fields=["grams"], condition=models.Q(grams__gt=5), name="part_few"),
            models.CheckConstraint(condition=models.Q(grams__lt=1000), name="part_light"),
        ],
    }
    note = ("note", models.CharField(max_length=20, default=""))
    return [
        CreateModel("Owner", [key, ("name", models.CharField(max_length=20, unique=True))]),
        CreateModel("Far", [key, code, owner, grams], options=far),
        CreateModel("Part", [key, ("day", models.DateField()), code, owner, grams, note], options=part),
    ]


@pytest.fixture
def places(scratch):
    """A database with both kinds of tables, and nothing to find in it."""
    connection, state = connections[scratch], ProjectState()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA away")
    for operation in operations():
        before = state.clone()
        operation.state_forwards("places", state)
        with connection.schema_editor() as editor:
            operation.database_forwards("places", editor, before, state)
    found = Zoo(connection, zoo.expectation(connection, state))
    for statement in PARTITIONED.split(";\n"):
        found.execute(statement)
    assert [f.id for f in ours(found)] == [], texts(ours(found))
    return found


def ours(places: Zoo) -> list:
    """The project's own tables are in this database as well, and no part of the expectation."""
    known = {*places.expected.tables, "alien"}
    return [f for f in places.findings() if f.table in known]


def drop_foreign_key(table: str, places: Zoo) -> None:
    places.execute(f"ALTER TABLE {table} DROP CONSTRAINT {places.rows(FOREIGN.format(table))[0][0]}")


ELSEWHERE = {
    "index dropped": "DROP INDEX away.far_code",
    "index invalid": INVALID.format("far_code"),
    "index under another name": "ALTER INDEX away.far_code RENAME TO other",
    "index dropped, its name taken elsewhere": "DROP INDEX away.far_code; CREATE INDEX far_code ON jobs (status)",
    "unique dropped": f"{FAR} DROP CONSTRAINT far_once",
    "unique invalid": INVALID.format("far_once"),
    "unique under another name": f"{FAR} RENAME CONSTRAINT far_once TO other",
    "column dropped": f"{FAR} DROP COLUMN grams",
    "NOT NULL lost": f"{FAR} ALTER COLUMN code DROP NOT NULL",
    "identity lost": f"{FAR} ALTER COLUMN id DROP IDENTITY",
    "table dropped": "DROP TABLE away.far_thing",
}
OF_PARTS = {
    "index dropped": "DROP INDEX part_grams",
    "unique dropped": f"{PART} DROP CONSTRAINT part_once",
    "conditional unique dropped": "DROP INDEX part_few",
    "primary key dropped": f"{PART} DROP CONSTRAINT places_part_pkey",
    "check dropped": f"{PART} DROP CONSTRAINT part_light",
    "column dropped": f"{PART} DROP COLUMN note",
    "NOT NULL lost": f"{PART} ALTER COLUMN grams DROP NOT NULL",
}


@pytest.mark.parametrize("change", [*ELSEWHERE.values(), *OF_PARTS.values()], ids=[*ELSEWHERE, *OF_PARTS])
def test_what_is_missing_is_made(change, places):
    places.execute(change)
    mended(places)


@pytest.mark.parametrize("table", ["away.far_thing", "places_part"])
def test_foreign_keys_are_made(table, places):
    drop_foreign_key(table, places)
    mended(places)


def mended(places: Zoo) -> None:
    assert ours(places)
    steps = plan_for(places.connection, places.expected, ours(places))
    _, failed = execute(places.connection, steps)
    assert not failed, failed
    assert not ours(places), texts(ours(places))


def run_in_shell(finding, places: Zoo) -> list[tuple]:
    statement = finding.command.partition("dbshell --database scratch: ")[2]
    with places.connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "change",
    [
        "CREATE INDEX zz ON away.far_thing (grams)",
        "CREATE UNIQUE INDEX zz ON away.far_thing (grams)",
        "ALTER INDEX away.far_code RENAME TO other",
        "CREATE SCHEMA other; CREATE VIEW other.alien AS SELECT 1; SET search_path = public, other",
    ],
)
def test_the_statement_of_a_finding_finds_its_object(change, places):
    places.execute(change)
    (finding,) = ours(places)
    run_in_shell(finding, places)
    assert not ours(places)


def test_the_rows_that_break_a_promise_are_found_by_the_statement_of_the_finding(places):
    drop_foreign_key("away.far_thing", places)
    places.execute("INSERT INTO away.far_thing (code, owner_id, grams) VALUES (1, 77, 1)")
    finding = next(f for f in ours(places) if f.id == "schema.E018")
    assert len(run_in_shell(finding, places)) == 1


def test_an_index_that_lacks_those_of_its_partitions_is_left_to_who_builds_it(places):
    places.execute("DROP INDEX part_grams; CREATE INDEX part_grams ON ONLY places_part (grams)")
    (finding,) = ours(places)
    assert "ATTACH PARTITION" in finding.command
    (step,) = plan_for(places.connection, places.expected, [finding])
    assert step.refused
