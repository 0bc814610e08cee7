"""A database that went through pg_dump and came back is no drift, though the server words some of it anew."""

import subprocess
from urllib.parse import urlunsplit

import pytest
from django.core.management import call_command
from django.db import connections

from config.schema import guard, shadow
from tests.databases import connected
from tests.legacy.dumps import program
from tests.schema.mutable import Zoo


@pytest.fixture
def restored(database_server, django_db_blocker):
    """Call it with a database's URL for that of a copy by dump and restore."""
    if not database_server.is_postgresql:
        pytest.skip("a copy of an SQLite file is the same to the last byte")

    def restored(url):
        copy = database_server.create()
        dump = subprocess.run([program("pg_dump"), url], check=True, capture_output=True)
        # A server older than pg_dump does not know each setting; what failed beside that, the comparison finds.
        psql = [program("psql"), "--quiet", "--no-psqlrc", copy]
        subprocess.run(psql, input=dump.stdout, check=True, capture_output=True)
        return copy

    with django_db_blocker.unblock():
        yield restored


def test_a_restored_database_is_in_line_and_starts_cheaply_after_the_next_migrate(
    restored, migrated_template, settings, monkeypatch
):
    with connected(restored(migrated_template)) as alias:
        settings.SCHEMA = {**settings.SCHEMA, "DATABASES": [alias]}
        guard.forget()
        assert guard.verify(alias).findings == ()
        assert guard.compare(alias).findings == ()
        call_command("migrate", database=alias, verbosity=0)
        guard.forget()
        monkeypatch.setattr(shadow, "build", lambda *args: pytest.fail("a start has built the expectation"))
        assert guard.verify(alias).findings == ()


def test_every_kind_of_object_comes_back_in_line(restored, zoo_home, database_server):
    _, expected, _ = zoo_home
    with connected(restored(urlunsplit(database_server.base._replace(path="/plumbline_zoo")))) as alias:
        assert Zoo(connections[alias], expected).findings() == []
