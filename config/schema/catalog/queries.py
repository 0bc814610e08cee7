"""The questions put to pg_catalog. PostgreSQL 13 to 18; newer columns only where the server has them.

`%s` stands for the oids of the relations, as an array. Columns are meant by number: Python has their names.
"""

# The first oid that is not the server's own.
_NORMAL = 16384
# Schemas of the server itself and other sessions' temporary ones are nobody's drift.
_OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND NOT pg_is_other_temp_schema(n.oid)"
_NOT_OF_AN_EXTENSION = """NOT EXISTS (
    SELECT 1 FROM pg_depend e WHERE e.classid = '{catalog}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"""

RELATIONS = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, row_security_active(c.oid),
       pg_table_is_visible(c.oid), n.nspname = ANY (current_schemas(true)), c.relispartition,
       ARRAY(SELECT a.attname FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid
             WHERE p.partrelid = c.oid AND a.attnum = ANY (p.partattrs)),
       pg_get_expr(c.relpartbound, c.oid), quote_ident(n.nspname), quote_ident(c.relname),
       {_NOT_OF_AN_EXTENSION.format(catalog="pg_class", oid="c.oid")}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= {_NORMAL} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}
ORDER BY n.nspname, c.relname
"""

# Of all relations, indexes included: Python picks those it knows.
INHERITANCE = "SELECT inhparent, inhrelid FROM pg_inherits ORDER BY inhparent, inhseqno, inhrelid"

TYPES = f"""
SELECT t.typname, n.nspname, t.typtype
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.oid >= {_NORMAL} AND t.typtype IN ('e', 'd', 'r', 'c') AND (t.typtype <> 'c' OR c.relkind = 'c')
  AND n.nspname = ANY (current_schemas(false)) AND {_OURS}
  AND {_NOT_OF_AN_EXTENSION.format(catalog="pg_type", oid="t.oid")}
ORDER BY n.nspname, t.typname
"""

COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname, quote_ident(a.attname), a.attcollation,
       format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       coalesce(pg_get_expr(d.adbin, d.adrelid), CASE WHEN t.typtype = 'd' THEN t.typdefault END),
       d.oid IS NOT NULL, a.attidentity, a.attgenerated,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT o.collname FROM pg_collation o WHERE o.oid = a.attcollation) END,
       CASE WHEN t.typtype = 'd' THEN t.oid END, has_column_privilege(a.attrelid, a.attnum, 'SELECT')
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""

# What tables that nobody owns look like; asked where one of them may be a partition that was detached.
SHAPES = """
SELECT attrelid, attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = ANY (%s) AND attnum > 0 AND NOT attisdropped
"""

# Of the given domains those that refuse NULL, by themselves or by the one they are made of; asked where there are any.
STRICT_DOMAINS = """
WITH RECURSIVE base AS (
    SELECT t.oid AS domain, t.oid, t.typnotnull, t.typbasetype FROM pg_type t WHERE t.oid = ANY (%s)
    UNION ALL SELECT base.domain, t.oid, t.typnotnull, t.typbasetype
    FROM base JOIN pg_type t ON t.oid = base.typbasetype AND t.typtype = 'd')
SELECT domain FROM base
WHERE typnotnull OR EXISTS (SELECT 1 FROM pg_constraint k
                            WHERE k.contypid = base.oid AND pg_get_constraintdef(k.oid) LIKE '%VALUE IS NOT NULL%')
"""

# A column draws from a sequence by identity, or by a default that uses it (serial of Django before 4.1). Compared
# with the rows is what can be read and has any (or has a limit of its own, which a first key can break): not even its
# length is known of a partitioned table.
SEQUENCES = """
SELECT w.relid, w.attnum, s.relnamespace::regnamespace || '.' || quote_ident(s.relname),
       q.seqincrement > 0 AND has_sequence_privilege(s.oid, 'SELECT')
           AND has_column_privilege(w.relid, w.attnum, 'SELECT')
           AND NOT (pg_is_in_recovery() AND 'u' IN (s.relpersistence, t.relpersistence))
           AND (t.relkind <> 'r' OR pg_relation_size(t.oid) > 0
                OR q.seqmax NOT IN (32767, 2147483647, 9223372036854775807)),
       q.seqincrement, q.seqmin, q.seqmax, q.seqcycle
FROM (
    SELECT p.refobjid AS relid, p.refobjsubid::int2 AS attnum, p.objid AS seqid
    FROM pg_depend p
    WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.deptype = 'i'
      AND p.refobjid = ANY (%s)
    UNION
    SELECT d.adrelid, d.adnum, p.refobjid
    FROM pg_attrdef d JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
     AND p.refclassid = 'pg_class'::regclass
    WHERE d.adrelid = ANY (%s) AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'
) w
JOIN pg_class s ON s.oid = w.seqid AND s.relkind = 'S'
JOIN pg_sequence q ON q.seqrelid = s.oid
JOIN pg_class t ON t.oid = w.relid
"""

# Constraint triggers are internal: they are counted with their foreign key. One that a partition has from its table
# is that table's.
TRIGGERS = """
SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled <> 'D', false
FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgrelid = ANY (%s)
UNION ALL
SELECT r.ev_class, r.rulename, pg_get_ruledef(r.oid), r.ev_enabled <> 'D',
       r.is_instead AND r.ev_enabled IN ('O', 'A')
FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.ev_class = ANY (%s)
ORDER BY 2
"""

# The columns of a table that is not among the given ones have no number that anybody else knows: they are named.
_CONSTRAINTS = """
SELECT c.conrelid, c.conname, c.contype, pg_get_expr(c.conbin, c.conrelid), c.convalidated, {enforced},
       c.confrelid, c.confdeltype, c.confupdtype, c.condeferrable, c.condeferred,
       c.contype = 'f' AND EXISTS (
           SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled NOT IN ('O', 'A')),
       c.conkey, c.confkey,
       CASE WHEN c.confrelid <> 0 AND c.confrelid <> ALL (%s)
            THEN ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY k(attnum, place)
                       JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.place) END
FROM pg_constraint c
WHERE c.conrelid = ANY (%s)
  -- A key that refers to a partitioned table has one more row for each partition of that table.
  AND (c.conparentid = 0
       OR NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.oid = c.conparentid AND o.conrelid = c.conrelid))
  AND (c.contype IN ('c', 'f') OR (c.contype = 'n' AND NOT c.convalidated))
ORDER BY c.conname
"""

# One row for each column or expression of an index: gathering them here would be a subquery for each index.
_INDEXES = """
SELECT i.indexrelid, i.indrelid, x.relname, m.amname, i.indisunique,
       i.indisvalid AND i.indisready AND i.indislive, {nulls_distinct}, pg_get_expr(i.indpred, i.indrelid),
       i.indpred IS NOT NULL,
       c.contype, c.condeferrable, c.condeferred,
       CASE WHEN c.contype = 'x' THEN ARRAY(SELECT r.oprname FROM unnest(c.conexclop) WITH ORDINALITY e(oid, place)
                                            JOIN pg_operator r ON r.oid = e.oid ORDER BY e.place) END,
       k > i.indnkeyatts, i.indkey[k - 1],
       CASE WHEN i.indkey[k - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k, false) END,
       CASE WHEN NOT p.opcdefault THEN p.opcname END, i.indcollation[k - 1],
       CASE WHEN i.indcollation[k - 1] NOT IN (0, 100)
            THEN (SELECT 'COLLATE ' || quote_ident(o.collname) FROM pg_collation o
                  WHERE o.oid = i.indcollation[k - 1]) END,
       i.indoption[k - 1]
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
CROSS JOIN LATERAL generate_series(1, i.indnatts) k
LEFT JOIN pg_opclass p ON p.oid = i.indclass[k - 1]
WHERE i.indrelid = ANY (%s)
ORDER BY i.indexrelid, k
"""


def constraints(version: int) -> str:
    """Checks, foreign keys and NOT NULLs that are not validated; the last two exist from PostgreSQL 18 on."""
    return _CONSTRAINTS.format(enforced="c.conenforced" if version >= 180000 else "true")


def indexes(version: int) -> str:
    """Indexes with the constraint they carry; NULLS NOT DISTINCT exists from PostgreSQL 15 on."""
    return _INDEXES.format(nulls_distinct="NOT i.indnullsnotdistinct" if version >= 150000 else "true")
