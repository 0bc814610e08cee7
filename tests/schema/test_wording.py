"""Which wordings of a rule PostgreSQL gives to one meaning, and which are two rules."""

import pytest

from config.schema.compare.wording import meaning


@pytest.mark.parametrize(
    ("before", "fresh"),
    [
        ("(s = ANY (ARRAY[('a'::character varying)::text, ('b'::text)]))", "(s = ANY (ARRAY['a'::text, ('b'::text)]))"),
        ("(s = ANY ((ARRAY['a'::character varying])::text[]))", "(s = ANY (ARRAY['a'::text]))"),
        ("(n = ANY (ARRAY['-1'::integer, 5]))", "(n = ANY (ARRAY[('-1'::integer)::bigint, (5)::bigint]))"),
        ("(n = ANY ((ARRAY[1, 5])::numeric[]))", "(n = ANY (ARRAY[(1)::numeric, (5)::numeric]))"),
        (
            "(n = ANY ((ARRAY[(1)::numeric, 5.5])::double precision[]))",
            "(n = ANY (ARRAY[(1)::double precision, (5.5)::double precision]))",
        ),
        ("(COALESCE(s, (''::character varying)::text) <> 'x'::text)", "(COALESCE(s, ''::text) <> 'x'::text)"),
        ("'{ab,cd}'::character varying(5)[]", "'{ab,cd}'::character varying(50)[]"),
    ],
)
def test_a_cast_that_changes_no_value_changes_no_meaning(before, fresh):
    assert before != fresh
    assert meaning(before) == meaning(fresh)


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("(s = 'a'::text)", "(s = 'b'::text)"),
        ("'abcdef'::character varying(3)", "'abcdef'::text"),
        ("'{abcdef}'::character varying(3)[]", "'{abcdef}'::text[]"),
        ("(s = 'a'::citext)", "(s = 'a'::text)"),
        ("(n = 1)", "(n = '1'::text)"),
        ("(x > (0.1)::double precision)", "(x > (0.1)::real)"),
        ("((n)::text = '1'::text)", "(n = '1'::text)"),
        ("(s = '(5)::bigint'::text)", "(s = '5'::text)"),
        ("(lower(5)::bigint > 1)", "(lower5 > 1)"),
    ],
)
def test_what_is_another_rule_keeps_another_meaning(one, another):
    assert meaning(one) != meaning(another)
