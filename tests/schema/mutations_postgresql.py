"""Ways to break the zoo's PostgreSQL schema: a name, the SQL, the id that has to be reported, and the oldest server.

`<fk zoo_cage keeper_id>` stands for the name that the live constraint or index on those columns has.
"""

TEMPLATE = "public.zoo_meal INCLUDING ALL"
ANIMAL, BOOKING, CAGE, MEAL = (f"ALTER TABLE zoo_{name}" for name in ("animal", "booking", "cage", "meal"))
NOOP = "CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"

TABLES = [
    ("table dropped", "DROP TABLE zoo_animal_foods", "schema.E010"),
    ("table renamed", f"{BOOKING} RENAME TO zoo_bookings", "schema.E010"),
    ("table moved to another schema", f"CREATE SCHEMA away; {BOOKING} SET SCHEMA away", "schema.E010"),
    (
        "same name earlier on the path",
        f"CREATE SCHEMA early; CREATE TABLE early.zoo_meal (LIKE {TEMPLATE}); SET LOCAL search_path = early, public",
        "schema.E019",
    ),
    ("temporary table in front", f"CREATE TEMP TABLE zoo_meal (LIKE {TEMPLATE})", "schema.E019"),
    ("view in its place", f"{BOOKING} RENAME TO b; CREATE VIEW zoo_booking AS SELECT * FROM b", "schema.E019"),
    (
        "materialized view in its place",
        f"{BOOKING} RENAME TO b; CREATE MATERIALIZED VIEW zoo_booking AS SELECT * FROM b",
        "schema.E019",
    ),
    (
        "row security hides rows from our role",
        f"{MEAL} ENABLE ROW LEVEL SECURITY; CREATE ROLE zoo_reader; GRANT USAGE ON SCHEMA public TO zoo_reader; "
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO zoo_reader; SET LOCAL ROLE zoo_reader",
        "schema.E019",
    ),
    ("row security for others", f"{MEAL} FORCE ROW LEVEL SECURITY; {MEAL} ENABLE ROW LEVEL SECURITY", "schema.W002"),
    (
        "no right to read a table",
        "CREATE ROLE zoo_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO zoo_reader; "
        "REVOKE SELECT ON zoo_meal FROM zoo_reader; SET LOCAL ROLE zoo_reader",
        "schema.E019",
    ),
    (
        "no right to read a column",
        "CREATE ROLE zoo_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO zoo_reader; "
        "REVOKE SELECT ON zoo_meal FROM zoo_reader; GRANT SELECT (id) ON zoo_meal TO zoo_reader; "
        "SET LOCAL ROLE zoo_reader",
        "schema.E019",
    ),
    ("table unlogged", f"{BOOKING} SET UNLOGGED", "schema.W003"),
    (
        "foreign trigger",
        f"{NOOP}; CREATE TRIGGER alien BEFORE INSERT ON zoo_meal FOR EACH ROW EXECUTE FUNCTION noop()",
        "schema.W002",
    ),
    ("rewrite rule", "CREATE RULE alien AS ON INSERT TO zoo_meal DO ALSO NOTIFY meals", "schema.W002"),
    ("inserts go nowhere", "CREATE RULE alien AS ON INSERT TO zoo_meal DO INSTEAD NOTHING", "schema.E019"),
    (
        "some deletes go nowhere",
        "CREATE RULE alien AS ON DELETE TO zoo_meal WHERE old.id > 5 DO INSTEAD NOTHING",
        "schema.E019",
    ),
    (
        "a rule that is disabled",
        "CREATE RULE alien AS ON INSERT TO zoo_meal DO INSTEAD NOTHING; ALTER TABLE zoo_meal DISABLE RULE alien",
        "schema.W002",
    ),
    ("another table inherits", "CREATE TABLE alien () INHERITS (zoo_meal)", "schema.E019"),
    ("another table is its parent", f"CREATE TABLE alien (title varchar(30)); {MEAL} INHERIT alien", "schema.W002"),
    (
        "attached as a partition",
        "CREATE TABLE alien (LIKE zoo_feeding) PARTITION BY RANGE (animal_id); "
        "ALTER TABLE alien ATTACH PARTITION zoo_feeding FOR VALUES FROM (1) TO (501)",
        "schema.E016",
    ),
    ("unknown table", "CREATE TABLE alien (id integer)", "schema.W002"),
    ("unknown partitioned table", "CREATE TABLE alien (id integer) PARTITION BY RANGE (id)", "schema.W002"),
    ("unknown view", "CREATE VIEW alien AS SELECT 1 AS x", "schema.W002"),
    ("unknown view whose name is part of a type's", "CREATE VIEW v AS SELECT 1 AS x", "schema.W002"),
    ("unknown table that is named like a type", 'CREATE TABLE "integer" (id integer)', "schema.W002"),
    ("unknown materialized view", "CREATE MATERIALIZED VIEW alien AS SELECT 1 AS x", "schema.W002"),
    ("unknown enum type", "CREATE TYPE alien AS ENUM ('a')", "schema.W002"),
    ("unknown domain", "CREATE DOMAIN alien AS integer CHECK (VALUE > 0)", "schema.W002"),
    ("unknown composite type", "CREATE TYPE alien AS (x integer)", "schema.W002"),
]
_NN = "CREATE DOMAIN nn AS integer NOT NULL"
COLUMNS = [
    ("column dropped", f"{ANIMAL} DROP COLUMN note", "schema.E011"),
    ("column renamed", f"{ANIMAL} RENAME COLUMN note TO notes", "schema.E011"),
    ("column renamed by case", f'{ANIMAL} RENAME COLUMN note TO "Note"', "schema.E011"),
    (
        "columns that swapped their names",
        f"{ANIMAL} RENAME small TO x; {ANIMAL} RENAME place TO small; {ANIMAL} RENAME x TO place",
        "schema.E016",
    ),
    ("key column dropped", f"{BOOKING} DROP COLUMN id", "schema.E011"),
    ("foreign key column dropped", f"{ANIMAL} DROP COLUMN cage_id", "schema.E011"),
    ("generated column dropped", f"{ANIMAL} DROP COLUMN double_legs", "schema.E011"),
    ("link column dropped", "ALTER TABLE zoo_animal_foods DROP COLUMN meal_id", "schema.E011"),
    ("several columns dropped", f"{ANIMAL} DROP COLUMN note, DROP COLUMN data, DROP COLUMN born", "schema.E011"),
    ("unknown nullable column", f"{ANIMAL} ADD COLUMN alien text", "schema.W002"),
    ("unknown column with default", f"{ANIMAL} ADD COLUMN alien text NOT NULL DEFAULT ''", "schema.W002"),
    ("unknown generated column", f"{ANIMAL} ADD COLUMN alien int GENERATED ALWAYS AS (legs) STORED", "schema.W002"),
    (
        "unknown generated text",
        f"{ANIMAL} ADD COLUMN alien text GENERATED ALWAYS AS (lower(name) || ' / ' || coalesce(note, '')) STORED",
        "schema.W002",
    ),
    (
        "unknown generated column that fails for 0",
        f"{BOOKING} ADD COLUMN alien int GENERATED ALWAYS AS (1 / place) STORED",
        "schema.E015",
    ),
    (
        "unknown generated column that is NOT NULL",
        f"{BOOKING} ADD COLUMN alien bigint GENERATED ALWAYS AS (big) STORED NOT NULL",
        "schema.E015",
    ),
    ("unknown column of a NOT NULL domain", f"{_NN}; {BOOKING} ADD COLUMN alien nn", "schema.E015"),
    (
        "unknown column of a domain of a NOT NULL domain",
        f"{_NN}; CREATE DOMAIN nnn AS nn; {BOOKING} ADD COLUMN alien nnn",
        "schema.E015",
    ),
    (
        "unknown column of a domain that checks for a value",
        f"CREATE DOMAIN nn AS integer CHECK (VALUE IS NOT NULL); {BOOKING} ADD COLUMN alien nn",
        "schema.E015",
    ),
    (
        "unknown column of a NOT NULL domain with a default",
        f"CREATE DOMAIN nn AS integer DEFAULT 1 NOT NULL; {BOOKING} ADD COLUMN alien nn",
        "schema.W002",
    ),
    (
        "unknown NOT NULL column with the default NULL",
        f"{BOOKING} ADD COLUMN alien varchar(9) NOT NULL DEFAULT NULL::varchar",
        "schema.E015",
    ),
    ("unknown NOT NULL column", f"{BOOKING} ADD COLUMN alien text NOT NULL", "schema.E015"),
    ("nullable became NOT NULL", f"{ANIMAL} ALTER COLUMN weight SET NOT NULL", "schema.E013"),
    ("NOT NULL lost", f"{ANIMAL} ALTER COLUMN name DROP NOT NULL", "schema.E014"),
    (
        "NOT NULL lost, and rows without value",
        f"{ANIMAL} ALTER COLUMN name DROP NOT NULL; UPDATE zoo_animal SET name = NULL WHERE place = 1",
        "schema.E018",
    ),
    (
        "NOT NULL not validated",
        f"{BOOKING} ALTER COLUMN note DROP NOT NULL; {BOOKING} ADD CONSTRAINT late NOT NULL note NOT VALID",
        "schema.E014",
        18,
    ),
    ("collation of a column", f'{ANIMAL} ALTER COLUMN note TYPE text COLLATE "C"', "schema.W003"),
    ("collation lost", f'{BOOKING} ALTER COLUMN note TYPE text COLLATE "default"', "schema.W003"),
]
TYPES = [
    (f"{name}", f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_}", "schema.E012")
    for name, table, column, type_ in (
        ("varchar shorter", "zoo_animal", "name", "varchar(10)"),
        ("varchar longer", "zoo_animal", "name", "varchar(90)"),
        ("varchar to text", "zoo_animal", "name", "text"),
        ("varchar to char", "zoo_cage", "wing", "char(3)"),
        ("text to varchar", "zoo_animal", "note", "varchar(100)"),
        ("integer to bigint", "staff", "age", "bigint"),
        ("integer to smallint", "staff", "age", "smallint"),
        ("bigint to integer", "zoo_animal", "big", "integer"),
        ("key bigint to integer", "zoo_booking", "id", "integer"),
        ("integer to numeric", "zoo_animal", "small", "numeric"),
        ("integer to text", "zoo_animal", "small", "text"),
        ("numeric less precise", "zoo_animal", "weight", "numeric(6, 2)"),
        ("numeric smaller scale", "zoo_animal", "weight", "numeric(8, 1)"),
        ("numeric wider", "zoo_animal", "weight", "numeric(10, 2)"),
        ("numeric without limit", "zoo_animal", "weight", "numeric"),
        ("numeric to double precision", "zoo_animal", "weight", "double precision"),
        ("double precision to real", "zoo_animal", "height", "real"),
        ("double precision to numeric", "zoo_animal", "height", "numeric(8, 2)"),
        ("zone lost", "zoo_animal", "born", "timestamp"),
        ("timestamp less precise", "zoo_animal", "born", "timestamptz(0)"),
        ("timestamp to date", "zoo_animal", "born", "date"),
        ("date to timestamp", "zoo_animal", "day", "timestamptz"),
        ("zone added to time", "zoo_animal", "hour", "timetz"),
        ("time less precise", "zoo_animal", "hour", "time(0)"),
        ("interval to text", "zoo_animal", "span", "text"),
        ("jsonb to json", "zoo_animal", "data", "json"),
        ("jsonb to text", "zoo_animal", "data", "text"),
        ("uuid to varchar", "zoo_animal", "code", "varchar(36)"),
        ("inet to varchar", "zoo_animal", "address", "varchar(39)"),
        ("bytea to text", "zoo_animal", "blob", "text USING encode(blob, 'hex')"),
        ("array to text", "zoo_booking", "tags", "text USING tags::text"),
        ("array of shorter", "zoo_booking", "tags", "varchar(5)[]"),
        ("array of longer", "zoo_booking", "tags", "text[]"),
    )
] + [
    (
        "boolean to text",
        f"DROP INDEX animal_tame_name_once; {ANIMAL} ALTER COLUMN tame TYPE varchar(5) USING tame::text",
        "schema.E012",
    ),
    (
        "varchar to enum",
        f"CREATE TYPE wing AS ENUM ('a', 'b'); {CAGE} ALTER COLUMN wing TYPE wing USING wing::wing",
        "schema.E012",
    ),
    (
        "varchar to domain",
        f"CREATE DOMAIN short AS varchar(3); {CAGE} ALTER COLUMN wing TYPE short",
        "schema.E012",
    ),
]
_SET = "SELECT setval('zoo_food_id_seq', 500)"
VALUES = [
    ("default dropped", f"{ANIMAL} ALTER COLUMN state DROP DEFAULT", "schema.E017"),
    ("default changed", f"{ANIMAL} ALTER COLUMN state SET DEFAULT 'active'", "schema.E017"),
    ("default is NULL", f"{ANIMAL} ALTER COLUMN state SET DEFAULT NULL", "schema.E017"),
    ("default of another moment", f"{ANIMAL} ALTER COLUMN seen_at SET DEFAULT clock_timestamp()", "schema.E017"),
    ("default added", f"{ANIMAL} ALTER COLUMN legs SET DEFAULT 4", "schema.W002"),
    ("identity dropped", f"{ANIMAL} ALTER COLUMN id DROP IDENTITY", "schema.E017"),
    ("identity ALWAYS", f"{ANIMAL} ALTER COLUMN id SET GENERATED ALWAYS", "schema.E017"),
    ("identity added", f"{BOOKING} ALTER COLUMN place ADD GENERATED BY DEFAULT AS IDENTITY", "schema.W002"),
    ("identity ALWAYS added", f"{BOOKING} ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY", "schema.E017"),
    ("sequence set back", "ALTER SEQUENCE zoo_animal_id_seq RESTART WITH 2", "schema.E017"),
    ("sequence restarted", f"{ANIMAL} ALTER COLUMN id RESTART", "schema.E017"),
    (
        "rows with keys of their own",
        "INSERT INTO zoo_meal (id, title) SELECT nextval('zoo_food_id_seq') + 10, 'x'",
        "schema.E017",
    ),
    ("sequence at its limit", f"{_SET}; ALTER SEQUENCE zoo_food_id_seq MAXVALUE 500", "schema.E017"),
    (
        "no key left above the highest",
        "INSERT INTO zoo_meal (id, title) VALUES (500, 'x'); ALTER SEQUENCE zoo_food_id_seq MAXVALUE 500",
        "schema.E017",
    ),
    (
        "sequence starts again",
        f"INSERT INTO zoo_meal (id, title) VALUES (1, 'x'); {_SET}; ALTER SEQUENCE zoo_food_id_seq MAXVALUE 500 CYCLE",
        "schema.E017",
    ),
    ("sequence counts down", "ALTER SEQUENCE zoo_food_id_seq INCREMENT BY -1", "schema.E017"),
    ("sequence of a smaller type", "ALTER SEQUENCE zoo_food_id_seq AS smallint", "schema.E017"),
    ("sequence that ends early", "ALTER SEQUENCE zoo_food_id_seq MAXVALUE 1000", "schema.E017"),
    ("no longer generated", f"{ANIMAL} ALTER COLUMN double_legs DROP EXPRESSION", "schema.E017"),
    (
        "generated by another expression",
        f"{ANIMAL} DROP COLUMN double_legs; {ANIMAL} ADD COLUMN double_legs int GENERATED ALWAYS AS (legs * 3) STORED",
        "schema.E017",
    ),
    (
        "generated where the model writes",
        f"{ANIMAL} DROP COLUMN big; {ANIMAL} ADD COLUMN big bigint GENERATED ALWAYS AS (legs * 2) STORED",
        "schema.E017",
    ),
]
KEYS = [
    ("primary key dropped", f"{BOOKING} DROP CONSTRAINT <primary zoo_booking>", "schema.E016"),
    ("composite key dropped", "ALTER TABLE zoo_feeding DROP CONSTRAINT <primary zoo_feeding>", "schema.E016"),
    (
        "primary key on more columns",
        f"{BOOKING} DROP CONSTRAINT <primary zoo_booking>; {BOOKING} ADD PRIMARY KEY (id, place)",
        "schema.E016",
    ),
    (
        "primary key is only unique",
        f"{BOOKING} DROP CONSTRAINT <primary zoo_booking>; {BOOKING} ADD UNIQUE (id)",
        "schema.E016",
    ),
    # Django makes a constraint that tells NULLs apart from nothing only where the server knows it.
    ("unique index dropped", "DROP INDEX booking_label_once", "schema.E016", 15),
    ("unique constraint dropped", f"{ANIMAL} DROP CONSTRAINT animal_label_rank_once", "schema.E016"),
    ("unique field dropped", f"{MEAL} DROP CONSTRAINT <unique zoo_meal title>", "schema.E016"),
    (
        "unique made an ordinary index",
        f"{MEAL} DROP CONSTRAINT <unique zoo_meal title>; CREATE INDEX alien ON zoo_meal (title)",
        "schema.E016",
    ),
    ("conditional unique dropped", "DROP INDEX animal_tame_name_once", "schema.E016"),
    (
        "conditional unique under another condition",
        "DROP INDEX animal_tame_name_once; "
        "CREATE UNIQUE INDEX animal_tame_name_once ON zoo_animal (name) WHERE NOT tame",
        "schema.E016",
    ),
    (
        "unique on fewer columns",
        f"{ANIMAL} DROP CONSTRAINT animal_label_rank_once; "
        f"{ANIMAL} ADD CONSTRAINT animal_label_rank_once UNIQUE (place)",
        "schema.E016",
    ),
    (
        "unique on more columns",
        f"{ANIMAL} DROP CONSTRAINT animal_label_rank_once; "
        f"{ANIMAL} ADD CONSTRAINT animal_label_rank_once UNIQUE (label, place, small)",
        "schema.E016",
    ),
    (
        "NULLs distinct",
        "DROP INDEX booking_label_once; "
        f"{BOOKING} ADD CONSTRAINT booking_label_once UNIQUE (label, big) INCLUDE (note)",
        "schema.E016",
        15,
    ),
    (
        "no longer deferrable",
        f"{BOOKING} DROP CONSTRAINT booking_place_late; {BOOKING} ADD CONSTRAINT booking_place_late UNIQUE (place)",
        "schema.E016",
    ),
    ("extra unique", f"{ANIMAL} ADD CONSTRAINT alien UNIQUE (name)", "schema.E016"),
    ("extra unique index", "CREATE UNIQUE INDEX alien ON zoo_animal (name)", "schema.E016"),
    ("extra unique expression", "CREATE UNIQUE INDEX alien ON zoo_animal (lower(name))", "schema.E016"),
    ("unique on an unknown column", f"{ANIMAL} ADD COLUMN alien int UNIQUE", "schema.W002"),
    ("unique on an unknown key", f"{ANIMAL} ADD COLUMN alien bigserial UNIQUE", "schema.W002"),
    ("unique on an unknown random value", f"{ANIMAL} ADD COLUMN alien float DEFAULT random() UNIQUE", "schema.W002"),
    ("unique on an unknown default", f"{BOOKING} ADD COLUMN alien int DEFAULT 5 UNIQUE", "schema.E015"),
    (
        "unknown column that may be NULL once",
        f"{BOOKING} ADD COLUMN alien int; {BOOKING} ADD UNIQUE NULLS NOT DISTINCT (alien)",
        "schema.E015",
        15,
    ),
    (
        "unique on an unknown default under a condition",
        f"{BOOKING} ADD COLUMN alien int DEFAULT 5; CREATE UNIQUE INDEX a ON zoo_booking (alien) WHERE place > 3",
        "schema.E016",
    ),
    (
        "exclusion on an unknown default",
        f"{BOOKING} ADD COLUMN alien int4range DEFAULT '[1,2)', ADD EXCLUDE USING gist (alien WITH &&)",
        "schema.E016",
    ),
    (
        "exclusion on an unknown column",
        f"{BOOKING} ADD alien int4range, ADD EXCLUDE USING gist (alien WITH &&)",
        "schema.W002",
    ),
    ("extra unique that another implies", f"{ANIMAL} ADD CONSTRAINT alien UNIQUE (id, name)", "schema.W002"),
    (
        "link rows may repeat",
        "ALTER TABLE zoo_animal_foods DROP CONSTRAINT <unique zoo_animal_foods animal_id meal_id>",
        "schema.E016",
    ),
    ("one-to-one lost", f"{ANIMAL} DROP CONSTRAINT <unique zoo_animal passport_id>", "schema.E016"),
    (
        "unique lost, and duplicates",
        f"{ANIMAL} DROP CONSTRAINT animal_label_rank_once; UPDATE zoo_animal SET label = 'same', place = 1",
        "schema.E018",
    ),
    (
        "unique lost that takes two NULLs for equal, and duplicates",
        "DROP INDEX booking_label_once; INSERT INTO zoo_booking (label, note, place, tags) "
        "VALUES ('same', '', 1, '{}'), ('same', '', 2, '{}')",
        "schema.E018",
        15,
    ),
    (
        "unique that takes no two NULLs for equal, and duplicates",
        "DROP INDEX booking_label_once; CREATE UNIQUE INDEX booking_label_once ON zoo_booking (label, big); "
        "INSERT INTO zoo_booking (label, note, place, tags) VALUES ('same', '', 1, '{}'), ('same', '', 2, '{}')",
        "schema.E018",
        15,
    ),
    (
        "unique became partial",
        f"{MEAL} DROP CONSTRAINT <unique zoo_meal title>; DROP INDEX animal_tame_name_once; "
        "CREATE UNIQUE INDEX animal_tame_name_once ON zoo_animal (name) WHERE tame AND legs > 2",
        "schema.E016",
    ),
    ("exclusion dropped", f"{BOOKING} DROP CONSTRAINT booking_once", "schema.E016"),
    (
        "exclusion by another operator",
        f"{BOOKING} DROP CONSTRAINT booking_once; "
        f"{BOOKING} ADD CONSTRAINT booking_once EXCLUDE USING gist (during WITH -|-)",
        "schema.E016",
    ),
    ("extra exclusion", f"{BOOKING} ADD CONSTRAINT alien EXCLUDE USING gist (during WITH -|-)", "schema.E016"),
    (
        "unique index invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'animal_tame_name_once'::regclass",
        "schema.E016",
    ),
    (
        "unique under another name",
        f"{ANIMAL} RENAME CONSTRAINT animal_label_rank_once TO alien",
        "schema.W003",
    ),
]
CHECKS = [
    ("check dropped", f"{ANIMAL} DROP CONSTRAINT animal_state_valid", "schema.E016"),
    (
        "check wider",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; "
        f"{ANIMAL} ADD CONSTRAINT animal_state_valid CHECK (state IN ('new', 'active', 'closed', 'odd'))",
        "schema.E016",
    ),
    (
        "check narrower",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; "
        f"{ANIMAL} ADD CONSTRAINT animal_state_valid CHECK (state IN ('new', 'active'))",
        "schema.E016",
    ),
    (
        "check not valid",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; "
        f"{ANIMAL} ADD CONSTRAINT animal_state_valid CHECK (state IN ('new', 'active', 'closed')) NOT VALID",
        "schema.E016",
    ),
    (
        "check not enforced",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; "
        f"{ANIMAL} ADD CONSTRAINT animal_state_valid CHECK (state IN ('new', 'active', 'closed')) NOT ENFORCED",
        "schema.E016",
        18,
    ),
    ("positive check dropped", "ALTER TABLE staff DROP CONSTRAINT <check staff age>", "schema.E016"),
    ("extra check", f"{ANIMAL} ADD CONSTRAINT alien CHECK (legs < 9)", "schema.E016"),
    ("extra check over two columns", f"{ANIMAL} ADD CONSTRAINT alien CHECK (legs < 9 OR tame)", "schema.E016"),
    (
        "check on an unknown column",
        f"{ANIMAL} ADD COLUMN alien integer; {ANIMAL} ADD CONSTRAINT alien CHECK (alien > 0)",
        "schema.W002",
    ),
    (
        "check of a length on an unknown column",
        f"{ANIMAL} ADD COLUMN alien text CHECK (length(alien) > 3 OR alien IS NULL)",
        "schema.W002",
    ),
    (
        "check that an unknown default meets",
        f"{ANIMAL} ADD COLUMN alien int DEFAULT 5 CHECK (alien > 0)",
        "schema.W002",
    ),
    (
        "check that an unknown column has a value",
        f"{BOOKING} ADD COLUMN alien int CHECK (alien IS NOT NULL)",
        "schema.E015",
    ),
    (
        "check that an unknown default does not meet",
        f"{BOOKING} ADD COLUMN alien int DEFAULT 7 CHECK (alien > 10)",
        "schema.E015",
    ),
    (
        "check that fails on an unknown default",
        f"{BOOKING} ADD COLUMN alien int DEFAULT 0 CHECK (1 / alien > 10)",
        "schema.E016",
    ),
    (
        "value outside the vocabulary",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; UPDATE zoo_animal SET state = 'odd'",
        "schema.E018",
    ),
    (
        "negative value",
        "ALTER TABLE staff DROP CONSTRAINT <check staff age>; UPDATE staff SET age = -1",
        "schema.E018",
    ),
    ("check under another name", f"{ANIMAL} RENAME CONSTRAINT animal_state_valid TO alien", "schema.W003"),
]
_KEY = "FOREIGN KEY (keeper_id) REFERENCES"
_DROP = f"{CAGE} DROP CONSTRAINT <foreign zoo_cage keeper_id>"
FOREIGN_KEYS = [
    ("foreign key dropped", _DROP, "schema.E016"),
    (
        "foreign key to another table",
        f"{_DROP}; {CAGE} ADD {_KEY} zoo_animal (id) DEFERRABLE INITIALLY DEFERRED",
        "schema.E016",
    ),
    (
        "foreign key to another column",
        f"ALTER TABLE staff ADD UNIQUE (age); {_DROP}; UPDATE zoo_cage SET keeper_id = 40; "
        f"{CAGE} ADD {_KEY} staff (age)",
        "schema.E016",
    ),
    (
        "deletes cascade",
        f"{_DROP}; {CAGE} ADD {_KEY} staff (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "schema.E016",
    ),
    (
        "deletes set NULL",
        f"{_DROP}; {CAGE} ADD {_KEY} staff (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED",
        "schema.E016",
    ),
    (
        "updates cascade",
        f"{_DROP}; {CAGE} ADD {_KEY} staff (id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "schema.E016",
    ),
    ("not deferrable", f"{_DROP}; {CAGE} ADD {_KEY} staff (id)", "schema.E016"),
    ("checked at once", f"{_DROP}; {CAGE} ADD {_KEY} staff (id) DEFERRABLE", "schema.E016"),
    (
        "foreign key not valid",
        f"{_DROP}; {CAGE} ADD {_KEY} staff (id) DEFERRABLE INITIALLY DEFERRED NOT VALID",
        "schema.E016",
    ),
    (
        "foreign key not enforced",
        f"{_DROP}; {CAGE} ADD {_KEY} staff (id) DEFERRABLE INITIALLY DEFERRED NOT ENFORCED",
        "schema.E016",
        18,
    ),
    ("triggers disabled", f"{CAGE} DISABLE TRIGGER ALL", "schema.E016"),
    ("triggers of the other side disabled", "ALTER TABLE staff DISABLE TRIGGER ALL", "schema.E016"),
    ("triggers fire on no session of ours", "SET LOCAL session_replication_role = replica", "schema.E016"),
    ("triggers fire on replicas only", f"{CAGE} ENABLE REPLICA TRIGGER <trigger zoo_cage>", "schema.E016"),
    ("foreign key twice", f"{CAGE} ADD {_KEY} staff (id) DEFERRABLE INITIALLY DEFERRED", "schema.W002"),
    ("foreign key twice, with another rule", f"{CAGE} ADD {_KEY} staff (id) ON DELETE CASCADE", "schema.E016"),
    (
        "foreign key where the model wants none",
        f"{CAGE} ADD FOREIGN KEY (loose_id) REFERENCES staff (id)",
        "schema.E016",
    ),
    ("foreign key of an unknown column", f"{CAGE} ADD COLUMN alien int REFERENCES zoo_animal", "schema.W002"),
    (
        "foreign key of an unknown default",
        f"{BOOKING} ADD COLUMN alien int DEFAULT 77 REFERENCES zoo_animal",
        "schema.E016",
    ),
    (
        "foreign key to an extension's table",
        "CREATE TABLE alien (id integer PRIMARY KEY); ALTER EXTENSION plpgsql ADD TABLE alien; "
        f"{CAGE} ADD FOREIGN KEY (number) REFERENCES alien NOT VALID",
        "schema.E016",
    ),
    (
        "foreign key of a link dropped",
        "ALTER TABLE zoo_animal_foods DROP CONSTRAINT <foreign zoo_animal_foods meal_id>",
        "schema.E016",
    ),
    (
        "foreign key of a child table dropped",
        "ALTER TABLE zoo_bird DROP CONSTRAINT <foreign zoo_bird animal_ptr_id>",
        "schema.E016",
    ),
    ("orphans", f"{_DROP}; UPDATE zoo_cage SET keeper_id = 77", "schema.E018"),
    (
        "orphans while triggers were off",
        f"{CAGE} DISABLE TRIGGER ALL; UPDATE zoo_cage SET keeper_id = 77",
        "schema.E018",
    ),
]
_OPEN = "DROP INDEX animal_open; CREATE INDEX animal_open ON zoo_animal"
_LEGS = "DROP INDEX animal_legs; CREATE INDEX animal_legs ON zoo_animal"
INDEXES = [
    ("index dropped", "DROP INDEX animal_day", "schema.W003"),
    ("foreign key index dropped", "DROP INDEX <index zoo_cage keeper_id>", "schema.W003"),
    ("LIKE index dropped", "DROP INDEX <like zoo_meal title>", "schema.W003"),
    ("expression index dropped", "DROP INDEX animal_lower_label", "schema.W003"),
    (
        "index over another expression",
        "DROP INDEX animal_lower_label; CREATE INDEX animal_lower_label ON zoo_animal (upper(label))",
        "schema.W003",
    ),
    ("condition lost", f"{_OPEN} (born)", "schema.W003"),
    ("another condition", f"{_OPEN} (born) WHERE state = 'closed'", "schema.W003"),
    ("another order", f"{_LEGS} (legs, weight)", "schema.W003"),
    ("another order of NULLs", f"{_LEGS} (legs, weight DESC NULLS LAST)", "schema.W003"),
    ("columns the other way round", f"{_LEGS} (weight DESC, legs)", "schema.W003"),
    ("another column", f"{_LEGS} (legs, small)", "schema.W003"),
    (
        "carries another column",
        "DROP INDEX animal_day; CREATE INDEX animal_day ON zoo_animal (day) INCLUDE (small)",
        "schema.W003",
    ),
    (
        "another operator class",
        "DROP INDEX booking_label_ops; CREATE INDEX booking_label_ops ON zoo_booking (label)",
        "schema.W003",
    ),
    ("another method", "DROP INDEX animal_day; CREATE INDEX animal_day ON zoo_animal USING hash (day)", "schema.W003"),
    ("GIN index dropped", "DROP INDEX booking_data", "schema.W003"),
    (
        "GIN operator class",
        "DROP INDEX booking_data; CREATE INDEX booking_data ON zoo_booking USING gin (data jsonb_path_ops)",
        "schema.W003",
    ),
    (
        "collation of an index",
        'DROP INDEX <index zoo_animal name>; CREATE INDEX alien ON zoo_animal (name COLLATE "C")',
        "schema.W003",
    ),
    (
        "index invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'animal_day'::regclass",
        "schema.W003",
    ),
    ("index made unique", "DROP INDEX animal_day; CREATE UNIQUE INDEX animal_day ON zoo_animal (day)", "schema.E016"),
    ("index under another name", "ALTER INDEX animal_day RENAME TO alien", "schema.W003"),
    ("extra index", "CREATE INDEX alien ON zoo_animal (height)", "schema.W002"),
    ("same index twice", "CREATE INDEX alien ON zoo_animal (day)", "schema.W002"),
]

#: The zoo's cages in a partitioned table: by itself no difference.
PARTITIONED = (
    "ALTER TABLE zoo_animal DROP CONSTRAINT <foreign zoo_animal cage_id>; ALTER TABLE zoo_cage RENAME TO cage_before; "
    "CREATE TABLE zoo_cage (LIKE cage_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (id), "
    "UNIQUE (number, keeper_id, id), FOREIGN KEY (keeper_id) REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED) "
    "PARTITION BY RANGE (id); ALTER TABLE zoo_cage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY; "
    "CREATE TABLE cage_1 PARTITION OF zoo_cage FOR VALUES FROM (1) TO (1000); "
    "CREATE TABLE cage_rest PARTITION OF zoo_cage DEFAULT; "
    "INSERT INTO zoo_cage (number, wing, keeper_id, loose_id, area) "
    "SELECT number, wing, keeper_id, loose_id, area FROM cage_before; SET CONSTRAINTS ALL IMMEDIATE; "
    "DROP TABLE cage_before; "
    "CREATE INDEX ON zoo_cage (keeper_id); CREATE INDEX ON zoo_cage (loose_id); "
    "ALTER TABLE zoo_animal ADD FOREIGN KEY (cage_id) REFERENCES zoo_cage (id) DEFERRABLE INITIALLY DEFERRED"
)
PARTITIONS = [
    (name, f"{PARTITIONED}; {change}", wanted)
    for name, change, wanted in (
        (
            "no partition left",
            "DELETE FROM zoo_animal; DELETE FROM zoo_cage; "
            "ALTER TABLE zoo_cage DETACH PARTITION cage_1; ALTER TABLE zoo_cage DETACH PARTITION cage_rest",
            "schema.E019",
        ),
        ("one partition detached", "ALTER TABLE zoo_cage DETACH PARTITION cage_rest", "schema.E019"),
        ("partition with a rule of its own", "ALTER TABLE cage_1 ADD CHECK (area < 9)", "schema.E016"),
        ("partition with a unique key of its own", "ALTER TABLE cage_rest ADD UNIQUE (wing)", "schema.E016"),
        ("partition without NULL", "ALTER TABLE cage_rest ALTER COLUMN loose_id SET NOT NULL", "schema.E013"),
        ("partition whose triggers are disabled", "ALTER TABLE cage_1 DISABLE TRIGGER ALL", "schema.E016"),
        (
            "partition with a trigger of its own",
            f"{NOOP}; CREATE TRIGGER alien BEFORE INSERT ON cage_1 FOR EACH ROW EXECUTE FUNCTION noop()",
            "schema.W002",
        ),
        (
            "partition unlogged",
            f"{ANIMAL} DROP CONSTRAINT zoo_animal_cage_id_fkey; ALTER TABLE cage_rest SET UNLOGGED",
            "schema.W003",
        ),
        (
            "partition of a partition without any",
            "ALTER TABLE zoo_cage DETACH PARTITION cage_rest; DROP TABLE cage_rest; "
            "CREATE TABLE cage_rest PARTITION OF zoo_cage DEFAULT PARTITION BY LIST (id)",
            "schema.E019",
        ),
    )
]

MUTATIONS = [*TABLES, *COLUMNS, *TYPES, *VALUES, *KEYS, *CHECKS, *FOREIGN_KEYS, *INDEXES, *PARTITIONS]

#: Differences that are none: nothing may be reported.
HARMLESS = [
    (
        "serial key of an older Django",
        f"{BOOKING} ALTER COLUMN id DROP IDENTITY; CREATE SEQUENCE booking_seq OWNED BY zoo_booking.id; "
        f"{BOOKING} ALTER COLUMN id SET DEFAULT nextval('booking_seq')",
    ),
    (
        "columns in another order",
        f"{BOOKING} DROP COLUMN data CASCADE; {BOOKING} ADD COLUMN data jsonb; "
        "CREATE INDEX booking_data ON zoo_booking USING gin (data)",
    ),
    ("constraint names that nobody declares", f"{CAGE} RENAME CONSTRAINT <foreign zoo_cage keeper_id> TO alien"),
    ("index names that nobody declares", "ALTER INDEX <index zoo_cage keeper_id> RENAME TO alien"),
    ("sequence names", "ALTER SEQUENCE zoo_booking_id_seq RENAME TO alien"),
    ("comments", "COMMENT ON TABLE zoo_meal IS 'x'; COMMENT ON COLUMN zoo_meal.title IS 'y'"),
    ("storage parameters", f"{MEAL} SET (fillfactor = 70); {MEAL} ALTER COLUMN title SET STATISTICS 500"),
    ("another owner", f"CREATE ROLE zoo_owner; {MEAL} OWNER TO zoo_owner"),
    (
        "unique carried by an index",
        f"{MEAL} DROP CONSTRAINT <unique zoo_meal title>; CREATE UNIQUE INDEX t ON zoo_meal (title)",
    ),
    (
        "unique columns the other way round",
        "ALTER TABLE zoo_feeding DROP CONSTRAINT <primary zoo_feeding>; "
        "ALTER TABLE zoo_feeding ADD PRIMARY KEY (day, animal_id)",
    ),
    (
        "a check in the words of a restore",
        f"{ANIMAL} DROP CONSTRAINT animal_state_valid; {ANIMAL} ADD CONSTRAINT animal_state_valid CHECK "
        "((state)::text = ANY ((ARRAY['new'::character varying, 'active'::character varying, "
        "'closed'::character varying])::text[]))",
    ),
    (
        "a table of another application in a schema that is not ours",
        "CREATE SCHEMA away; CREATE TABLE away.alien (id integer)",
    ),
    (
        "a partitioned table",
        "ALTER TABLE zoo_animal_foods DROP CONSTRAINT <foreign zoo_animal_foods meal_id>; DROP TABLE zoo_meal; "
        "CREATE TABLE zoo_meal (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, title varchar(30) NOT NULL, "
        "UNIQUE (title, id)) PARTITION BY HASH (id); "
        "CREATE TABLE zoo_meal_0 PARTITION OF zoo_meal FOR VALUES WITH (MODULUS 1, REMAINDER 0); "
        "CREATE INDEX ON zoo_meal (title varchar_pattern_ops); ALTER TABLE zoo_animal_foods ADD FOREIGN KEY (meal_id) "
        "REFERENCES zoo_meal (id) DEFERRABLE INITIALLY DEFERRED",
    ),
    ("a temporary table of our session", "CREATE TEMP TABLE scratch (id integer)"),
    ("a partitioned table with several partitions", PARTITIONED),
    (
        "an extension's table",
        "CREATE TABLE alien (id integer PRIMARY KEY); ALTER EXTENSION plpgsql ADD TABLE alien",
    ),
    ("a table of ours that an extension owns", "ALTER EXTENSION plpgsql ADD TABLE zoo_meal"),
]
