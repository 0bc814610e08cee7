"""The rows that break a promise are named, and only those."""

from __future__ import annotations

from dataclasses import replace

from config.schema.catalog import Index, Key
from config.schema.findings import Finding
from tests.schema.mutable import Zoo

SAME_NAME = "UPDATE zoo_animal SET name = 'same', tame = (place < 3)"


def of_rows(zoo_db: Zoo) -> list[Finding]:
    return [finding for finding in zoo_db.findings() if finding.id == "schema.E018"]


def test_a_row_that_the_condition_leaves_out_breaks_nothing(zoo_db):
    zoo_db.execute("DROP INDEX animal_tame_name_once")
    zoo_db.execute(SAME_NAME)
    (finding,) = of_rows(zoo_db)
    tame = [str(key) for (key,) in zoo_db.rows("SELECT id FROM zoo_animal WHERE place < 3 ORDER BY id")]
    assert finding.actual == f"rows {', '.join(tame)}"


def test_an_expression_with_a_comma_is_one_key(zoo_db):
    key = Index("once", "unique", (Key("COALESCE(label, name)"), Key("legs")))
    animal = zoo_db.expected.tables["zoo_animal"]
    wanted = {**zoo_db.expected.tables, "zoo_animal": replace(animal, indexes=(*animal.indexes, key))}
    strict = Zoo(zoo_db.connection, replace(zoo_db.expected, tables=wanted))
    assert not of_rows(strict)
    # Not by the label alone, which another constraint keeps apart by the place.
    strict.execute("UPDATE zoo_animal SET label = 'same'")
    assert [finding.name for finding in of_rows(strict)] == ["once"]
