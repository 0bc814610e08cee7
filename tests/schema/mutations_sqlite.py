"""Ways to break the zoo's SQLite schema: a name, a change, the id that has to be reported.

A change is SQL, or a table with a piece of its CREATE TABLE and what stands in its place: the table is then made anew.
"""

FOREIGN = "DEFERRABLE INITIALLY DEFERRED"
KEEPER = f'"keeper_id" bigint NOT NULL REFERENCES "staff" ("id") {FOREIGN}'
STATE = """CONSTRAINT "animal_state_valid" CHECK ("state" IN ('new', 'active', 'closed'))"""
RANK = 'CONSTRAINT "animal_label_rank_once" UNIQUE ("label", "place")'

TABLES = [
    ("table dropped", "DROP TABLE zoo_animal_foods", "schema.E010"),
    ("table renamed", "ALTER TABLE zoo_feeding RENAME TO zoo_feedings", "schema.E010"),
    (
        "view in its place",
        "ALTER TABLE zoo_feeding RENAME TO f;\nCREATE VIEW zoo_feeding AS SELECT * FROM f",
        "schema.E019",
    ),
    ("temporary table in front", "CREATE TEMP TABLE zoo_meal (id integer, title text)", "schema.E019"),
    ("temporary view in front", "CREATE TEMP VIEW zoo_meal AS SELECT 1 AS id, '' AS title", "schema.E019"),
    ("foreign trigger", "CREATE TRIGGER alien AFTER INSERT ON zoo_meal BEGIN SELECT 1; END", "schema.W002"),
    ("unknown table", "CREATE TABLE alien (id integer)", "schema.W002"),
    ("unknown view", "CREATE VIEW alien AS SELECT 1 AS x", "schema.W002"),
]
COLUMNS = [
    ("column dropped", "ALTER TABLE zoo_animal DROP COLUMN note", "schema.E011"),
    ("column renamed", "ALTER TABLE zoo_animal RENAME COLUMN note TO notes", "schema.E011"),
    (
        "columns that swapped their names",
        "ALTER TABLE zoo_animal RENAME COLUMN small TO x;\nALTER TABLE zoo_animal RENAME COLUMN place TO small;\n"
        "ALTER TABLE zoo_animal RENAME COLUMN x TO place",
        "schema.E016",
    ),
    ("foreign key column dropped", ("zoo_cage", f"{KEEPER}, ", ""), "schema.E011"),
    ("column dropped with its check", ("staff", ', "age" integer unsigned NULL CHECK ("age" >= 0)', ""), "schema.E011"),
    ("generated column dropped", "ALTER TABLE zoo_animal DROP COLUMN double_legs", "schema.E011"),
    ("unknown nullable column", "ALTER TABLE zoo_animal ADD COLUMN alien text", "schema.W002"),
    ("unknown column with default", "ALTER TABLE zoo_animal ADD COLUMN alien text NOT NULL DEFAULT ''", "schema.W002"),
    ("unknown generated column", "ALTER TABLE zoo_animal ADD COLUMN alien AS (legs)", "schema.W002"),
    (
        "unknown column that has to have a value",
        ("zoo_meal", '"title"', '"alien" text NULL CHECK ("alien" IS NOT NULL), "title"'),
        "schema.E015",
    ),
    (
        "check that an unknown default meets",
        ("zoo_meal", '"title"', '"alien" integer DEFAULT 5 CHECK ("alien" > 0), "title"'),
        "schema.W002",
    ),
    (
        "check that an unknown default does not meet",
        ("zoo_meal", '"title"', '"alien" integer DEFAULT 7 CHECK ("alien" > 10), "title"'),
        "schema.E015",
    ),
    ("unique on an unknown column", ("zoo_meal", '"title"', '"alien" integer UNIQUE, "title"'), "schema.W002"),
    (
        "unique on an unknown default",
        ("zoo_meal", '"title"', '"alien" integer DEFAULT 5 UNIQUE, "title"'),
        "schema.E015",
    ),
    (
        "foreign key of an unknown default",
        ("zoo_meal", '"title"', '"alien" integer DEFAULT 77 REFERENCES "staff" ("id"), "title"'),
        "schema.E016",
    ),
    ("unknown NOT NULL column", ("zoo_meal", '"title"', '"alien" text NOT NULL, "title"'), "schema.E015"),
    ("nullable became NOT NULL", ("zoo_animal", '"weight" decimal NULL', '"weight" decimal NOT NULL'), "schema.E013"),
    ("NOT NULL lost", ("zoo_animal", '"name" varchar(60) NOT NULL', '"name" varchar(60)'), "schema.E014"),
    ("collation of a column", ("zoo_animal", '"note" text', '"note" text COLLATE NOCASE'), "schema.W003"),
]
TYPES = [
    (name, ("zoo_animal", f'"{column}" {old}', f'"{column}" {new}'), "schema.E012")
    for name, column, old, new in (
        ("varchar shorter", "name", "varchar(60)", "varchar(10)"),
        ("varchar longer", "name", "varchar(60)", "varchar(90)"),
        ("varchar to text", "name", "varchar(60)", "text"),
        ("varchar to integer", "name", "varchar(60)", "integer"),
        ("text to blob", "note", "text", "blob"),
        ("bigint to integer", "big", "bigint", "integer"),
        ("bigint to text", "big", "bigint", "text"),
        ("decimal to real", "weight", "decimal", "real"),
        ("decimal to text", "weight", "decimal", "text"),
        ("real to integer", "height", "real", "integer"),
        ("datetime to text", "born", "datetime", "text"),
        ("datetime to date", "born", "datetime", "date"),
        ("date to datetime", "day", "date", "datetime"),
        ("time to text", "hour", "time", "text"),
        ("boolean to text", "tame", "bool", "text"),
        ("boolean to integer", "tame", "bool", "integer"),
        ("uuid to blob", "code", "char(32)", "blob"),
        ("blob to text", "blob", "BLOB", "text"),
    )
]
VALUES = [
    ("default dropped", ("zoo_animal", " DEFAULT 'new'", ""), "schema.E017"),
    ("default changed", ("zoo_animal", "DEFAULT 'new'", "DEFAULT 'active'"), "schema.E017"),
    (
        "default of a moment dropped",
        ("zoo_animal", " DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))", ""),
        "schema.E017",
    ),
    ("default added", ("zoo_animal", '"legs" integer NOT NULL', '"legs" integer NOT NULL DEFAULT 4'), "schema.W002"),
    ("keys are handed out again", ("zoo_animal", " AUTOINCREMENT", ""), "schema.E017"),
    (
        "key no longer given",
        ("zoo_meal", '"id" integer NOT NULL PRIMARY KEY AUTOINCREMENT', '"id" bigint NOT NULL PRIMARY KEY'),
        "schema.E017",
    ),
    ("no longer generated", ("zoo_animal", ' GENERATED ALWAYS AS (("legs" * 2)) STORED', ""), "schema.E017"),
    ("generated by another expression", ("zoo_animal", '"legs" * 2', '"legs" * 3'), "schema.E017"),
    (
        "generated where the model writes",
        ("zoo_animal", '"big" bigint NULL', '"big" bigint AS ("legs") STORED'),
        "schema.E017",
    ),
]
KEYS = [
    (
        "primary key dropped",
        ("zoo_meal", '"id" integer NOT NULL PRIMARY KEY AUTOINCREMENT', '"id" integer NOT NULL'),
        "schema.E016",
    ),
    ("composite key dropped", ("zoo_feeding", ', PRIMARY KEY ("animal_id", "day")', ""), "schema.E016"),
    ("composite key on fewer columns", ("zoo_feeding", '("animal_id", "day")', '("animal_id")'), "schema.E016"),
    ("unique dropped", ("zoo_animal", f", {RANK}", ""), "schema.E016"),
    ("unique field dropped", ("zoo_meal", " UNIQUE", ""), "schema.E016"),
    (
        "unique field dropped between comments",
        (
            "zoo_meal",
            ', "title" varchar(30) NOT NULL UNIQUE',
            ' -- the key, (not "title"\n, "title" varchar(30) NOT NULL /* what is eaten */ -- in \'short\n',
        ),
        "schema.E016",
    ),
    ("one-to-one lost", ("zoo_animal", '"passport_id" bigint NULL UNIQUE', '"passport_id" bigint NULL'), "schema.E016"),
    ("conditional unique dropped", "DROP INDEX animal_tame_name_once", "schema.E016"),
    (
        "conditional unique under another condition",
        "DROP INDEX animal_tame_name_once;\n"
        'CREATE UNIQUE INDEX animal_tame_name_once ON zoo_animal (name) WHERE NOT "tame"',
        "schema.E016",
    ),
    (
        "unique made an ordinary index",
        "DROP INDEX zoo_cage_number_keeper_id_313d8c8e_uniq;\nCREATE INDEX alien ON zoo_cage (number, keeper_id)",
        "schema.E016",
    ),
    ("unique on fewer columns", ("zoo_animal", '("label", "place")', '("place")'), "schema.E016"),
    ("unique on more columns", ("zoo_animal", '("label", "place")', '("label", "place", "small")'), "schema.E016"),
    ("extra unique", "CREATE UNIQUE INDEX alien ON zoo_animal (name)", "schema.E016"),
    ("extra unique that another implies", "CREATE UNIQUE INDEX alien ON zoo_animal (id, name)", "schema.W002"),
    (
        "unique lost, and duplicates",
        "DROP INDEX zoo_cage_number_keeper_id_313d8c8e_uniq;\n"
        "INSERT INTO zoo_cage (number, wing, keeper_id, area) SELECT number, wing, keeper_id, area FROM zoo_cage",
        "schema.E018",
    ),
]
KEYS += [
    ("duplicates are left out", ("zoo_meal", " UNIQUE", " UNIQUE ON CONFLICT IGNORE"), "schema.E019"),
    ("duplicates replace rows", ("zoo_animal", RANK, f"{RANK} ON CONFLICT REPLACE"), "schema.E019"),
    (
        "keys replace rows",
        ("zoo_feeding", '("animal_id", "day")', '("animal_id", "day") ON CONFLICT REPLACE'),
        "schema.E019",
    ),
    ("key of one column replaces rows", ("zoo_meal", "PRIMARY KEY", "PRIMARY KEY ON CONFLICT REPLACE"), "schema.E019"),
    ("duplicates undo the transaction", ("zoo_meal", " UNIQUE", " UNIQUE ON CONFLICT ROLLBACK"), "schema.E016"),
    ("duplicates keep half a statement", ("zoo_meal", " UNIQUE", " UNIQUE ON CONFLICT FAIL"), "schema.E016"),
    (
        "rows without a value are left out",
        ("zoo_animal", '"name" varchar(60) NOT NULL', '"name" varchar(60) NOT NULL ON CONFLICT IGNORE'),
        "schema.E019",
    ),
]
CHECKS = [
    ("check dropped", ("zoo_animal", f", {STATE}", ""), "schema.E016"),
    ("check wider", ("zoo_animal", "'closed')", "'closed', 'odd')"), "schema.E016"),
    ("check narrower", ("zoo_animal", "'new', 'active', 'closed'", "'new', 'active'"), "schema.E016"),
    ("positive check dropped", ("staff", ' CHECK ("age" >= 0)', ""), "schema.E016"),
    ("JSON check dropped", ("zoo_animal", ' CHECK ((JSON_VALID("data") OR "data" IS NULL))', ""), "schema.E016"),
    ("extra check", ("zoo_animal", f"{STATE}", f'{STATE}, CHECK ("legs" < 9)'), "schema.E016"),
]
FOREIGN_KEYS = [
    ("foreign key dropped", ("zoo_cage", f' REFERENCES "staff" ("id") {FOREIGN}', ""), "schema.E016"),
    ("foreign key to another table", ("zoo_cage", 'REFERENCES "staff"', 'REFERENCES "zoo_meal"'), "schema.E016"),
    ("deletes cascade", ("zoo_cage", '"staff" ("id")', '"staff" ("id") ON DELETE CASCADE'), "schema.E016"),
    ("updates set NULL", ("zoo_cage", '"staff" ("id")', '"staff" ("id") ON UPDATE SET NULL'), "schema.E016"),
    ("checked at once", ("zoo_cage", f" {FOREIGN}", ""), "schema.E016"),
    (
        "foreign key where the model wants none",
        ("zoo_cage", '"loose_id" bigint NULL', '"loose_id" bigint NULL REFERENCES "staff" ("id")'),
        "schema.E016",
    ),
    (
        "foreign key twice",
        ("zoo_cage", '("area" >= 0)', f'("area" >= 0), FOREIGN KEY ("keeper_id") REFERENCES "staff" ("id") {FOREIGN}'),
        "schema.W002",
    ),
    (
        "foreign key of a link dropped",
        ("zoo_animal_foods", f' REFERENCES "zoo_meal" ("id") {FOREIGN}', ""),
        "schema.E016",
    ),
    ("orphans", "PRAGMA foreign_keys = OFF;\nUPDATE zoo_cage SET keeper_id = 77", "schema.E018"),
]
INDEXES = [
    ("index dropped", "DROP INDEX animal_day", "schema.W003"),
    ("foreign key index dropped", "DROP INDEX zoo_cage_keeper_id_8939700e", "schema.W003"),
    ("expression index dropped", "DROP INDEX animal_lower_label", "schema.W003"),
    (
        "index over another expression",
        "DROP INDEX animal_lower_label;\nCREATE INDEX animal_lower_label ON zoo_animal (upper(label))",
        "schema.W003",
    ),
    ("condition lost", "DROP INDEX animal_open;\nCREATE INDEX animal_open ON zoo_animal (born)", "schema.W003"),
    (
        "another condition",
        "DROP INDEX animal_open;\nCREATE INDEX animal_open ON zoo_animal (born) WHERE \"state\" = 'closed'",
        "schema.W003",
    ),
    ("another order", "DROP INDEX animal_legs;\nCREATE INDEX animal_legs ON zoo_animal (legs, weight)", "schema.W003"),
    ("another column", "DROP INDEX animal_legs;\nCREATE INDEX animal_legs ON zoo_animal (legs, small)", "schema.W003"),
    (
        "collation of an index",
        "DROP INDEX animal_day;\nCREATE INDEX animal_day ON zoo_animal (day COLLATE NOCASE)",
        "schema.W003",
    ),
    ("index made unique", "DROP INDEX animal_day;\nCREATE UNIQUE INDEX animal_day ON zoo_animal (day)", "schema.E016"),
    ("index under another name", "DROP INDEX animal_day;\nCREATE INDEX alien ON zoo_animal (day)", "schema.W003"),
    ("extra index", "CREATE INDEX alien ON zoo_animal (height)", "schema.W002"),
    ("same index twice", "CREATE INDEX alien ON zoo_animal (day)", "schema.W002"),
]

MUTATIONS = [*TABLES, *COLUMNS, *TYPES, *VALUES, *KEYS, *CHECKS, *FOREIGN_KEYS, *INDEXES]

#: Differences that are none: nothing may be reported.
HARMLESS = [
    (
        "columns in another order",
        (
            "zoo_meal",
            '"id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(30) NOT NULL UNIQUE',
            '"title" varchar(30) NOT NULL UNIQUE, "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT',
        ),
    ),
    (
        "spaces, case and quotes",
        ("staff", '"age" integer unsigned NULL CHECK ("age" >= 0)', "[age]  INTEGER  UNSIGNED null check(age>=0)"),
    ),
    ("a constraint for the table", ("zoo_meal", " UNIQUE", ", UNIQUE (title)")),
    ("what SQLite does anyway", ("zoo_meal", " UNIQUE", " UNIQUE ON CONFLICT ABORT")),
    ("statistics", "ANALYZE"),
    ("a temporary table of our session", "CREATE TEMP TABLE scratch (id integer)"),
]
