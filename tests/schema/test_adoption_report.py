"""The report of an adoption as a person reads it."""

from io import StringIO

import pytest
from django.core.management import call_command

from config.schema.adoption.report import Entry
from config.schema.subcommands.adopt import as_text
from tests.databases import connected

ENTRIES = [
    Entry("zoo", "", "found"),
    Entry("zoo", "keeper", "added"),
    Entry("cages", "", "added"),
    Entry("zoo", "food", "converted", "json to jsonb"),
    Entry("zoo", "water", "converted", "json to jsonb"),
    Entry("zoo", "", "constraint", "zz_food gives way: CHECK (food, water)"),
    Entry("zoo", "", "constraint", "zz_water gives way: UNIQUE (water)"),
    Entry("zoo", "mood", "folded", "'HAPPY' to 'happy'", 1_200),
    Entry("zoo", "mood", "kept", rows=9, data=[["hungry", 8], ["?", 1]]),
    Entry("zoo", "cage_id", "orphaned", rows=7, data=[f"id {number}" for number in range(7)]),
    Entry("zoo", "shelf", "leftover", "column, text"),
    Entry("zoo", "", "leftover", "index zz_shelf USING btree (shelf)"),
    Entry("quiet", "", "found"),
    Entry("old_tool", "", "leftover", "table"),
]
TEXT = """\
quiet
  was there, nothing to do
zoo
  added: keeper
  converted (json to jsonb): food, water
  constraint replaced: zz_food gives way: CHECK (food, water); zz_water gives way: UNIQUE (water)
  mood: folded to the vocabulary (1,200 rows): 'HAPPY' to 'happy'
  mood: kept aside in legacy_values (9 rows)
    'hungry' (8)
    '?' (1)
  cage_id: references to rows that do not exist, set to NULL and kept aside (7 rows)
    id 0
    id 1
    id 2
    id 3
    id 4
    … and 2 more, see --json
  left as they are; nothing here uses them: shelf (column, text); index zz_shelf USING btree (shelf)
Tables left as they are; nothing here uses them: old_tool
New tables: cages
In sum: 1,200 folded to the vocabulary; 0 filled where it was NULL; 9 kept aside in legacy_values; 7
    references to rows that do not exist, set to NULL and kept aside; 0 duplicates resolved; 0 ended, the
    process that worked on it is gone"""


def test_the_report_tells_what_becomes_of_each_table_and_the_sums():
    assert as_text(ENTRIES) == TEXT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--dry-run", "Every migration is applied: there is nothing to adopt.\n"),
        ("--report", "Nothing was adopted: this database was new, or is not migrated.\n"),
    ],
)
def test_where_nothing_is_to_tell_that_is_said(option, words):
    out = StringIO()
    call_command("schema", "adopt", option, stdout=out)
    assert out.getvalue() == words


def test_a_database_that_is_not_migrated_has_an_empty_report(new_database, django_db_blocker):
    with django_db_blocker.unblock(), connected(new_database(migrated=False)) as alias:
        out = StringIO()
        call_command("schema", "adopt", "--report", "--database", alias, stdout=out)
    assert "Nothing was adopted" in out.getvalue()


def test_the_values_that_are_not_shown_are_counted_by_their_rows():
    kept = Entry("zoo", "mood", "kept", rows=900, data=[[f"mood {n}", 2] for n in range(100)])
    assert "    … and other values in 890 rows, see legacy_values" in as_text([kept])
