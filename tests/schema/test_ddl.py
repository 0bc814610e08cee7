"""SQLite's CREATE statements are read by their tokens: strings, quotes and nested parentheses cannot mislead."""

from config.schema.catalog.ddl import parse_index, parse_table, raw_items

TABLE = """CREATE TABLE "odd ""name" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, -- the key, (really)
    [group] varchar(10) DEFAULT 'a, (b' NOT NULL CHECK ("group" IN ('x)', 'y,')),
    `other_id` bigint NULL CONSTRAINT "fk" REFERENCES "other" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    "twice" integer GENERATED ALWAYS AS (("n" * 2)) STORED,
    "n" integer COLLATE NOCASE,
    CONSTRAINT "once" UNIQUE ("n", "group"), /* , */
    FOREIGN KEY ("n", "group") REFERENCES "third" ("a", "b") ON UPDATE CASCADE
)"""


def test_every_definition_is_found_as_it_is_written():
    items = raw_items(TABLE)
    assert len(items) == 7
    assert items[1].endswith("""[group] varchar(10) DEFAULT 'a, (b' NOT NULL CHECK ("group" IN ('x)', 'y,'))""")


def test_what_the_pragmas_do_not_tell_is_read():
    found = parse_table(TABLE)
    assert found.autoincrement
    assert found.checks == [("", """"group" in ('x)', 'y,')""")]
    assert found.generated == {"twice": '"n" * 2'}
    assert found.collations == {"n": "nocase"}
    assert found.uniques == {("n", "group"): "once"}


def test_foreign_keys_are_read_with_their_rules():
    (name, first), (_, second) = parse_table(TABLE).references
    assert (name, first.columns, first.target, first.target_columns) == ("fk", ("other_id",), "other", ("id",))
    assert (first.on_delete, first.on_update, first.deferrable) == ("SET NULL", "NO ACTION", "initially deferred")
    assert (second.columns, second.target, second.target_columns) == (("n", "group"), "third", ("a", "b"))
    assert (second.on_delete, second.on_update, second.deferrable) == ("NO ACTION", "CASCADE", "")


def test_an_index_gives_its_keys_and_its_condition():
    keys, condition = parse_index('CREATE UNIQUE INDEX i ON t (lower("a"), [b] DESC) WHERE ("c" = \'x, y\')')
    assert keys == ['lower("a")', '"b"']
    assert condition == "\"c\" = 'x, y'"
