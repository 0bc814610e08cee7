"""The migration history: what the files on disk say against what django_migrations has recorded."""

import sys
from types import ModuleType

import pytest
from django.apps import apps
from django.core.management import BaseCommand, call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections, models
from django.db.migrations import Migration
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext, isolate_apps, override_settings

from config.schema import guard, history
from config.schema.catalog import SnapshotError
from config.schema.entry import LostDatabaseMixin

AUTH_NAMES = "0001_initial", "0002_alter_permission_name_max_length"


def of_id(id):
    return [finding for finding in history.findings(connection) if finding.id == f"schema.{id}"]


def forget(app, *names):
    deleted, _ = MigrationRecorder(connection).migration_qs.filter(app=app, name__in=names).delete()
    assert deleted == len(names)


def record(app, *names):
    for name in names:
        MigrationRecorder(connection).record_applied(app, name)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """What a process remembers of its history holds for the migrations that are really on disk."""
    guard.forget()
    yield
    guard.forget()


@pytest.fixture
def rows_put_back(transactional_db):
    """The end of a test with real transactions empties the tables of models, which the history's is not."""
    yield
    MigrationRecorder(connection).migration_qs.filter(app="sessions").delete()
    record("sessions", "0001_initial")


@pytest.fixture
def disk(monkeypatch, settings):
    """Put made-up migrations of the app `sessions` on disk: `disk(first=[], second=["first"])`."""

    def put(replaces=None, **dependencies):
        package = ModuleType("made_up_migrations")
        package.__path__ = []
        package.__file__ = "made_up"
        modules = {package.__name__: package}
        for name, parents in dependencies.items():
            module = ModuleType(f"made_up_migrations.{name}")
            body = {
                "dependencies": [("sessions", parent) for parent in parents],
                "replaces": [("sessions", old) for old in (replaces or {}).get(name, [])],
                "initial": not parents,
            }
            module.Migration = type("Migration", (Migration,), body)
            modules[module.__name__] = module
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr("django.db.migrations.loader.reload", lambda module: module)
        monkeypatch.setattr(
            "django.db.migrations.loader.pkgutil.iter_modules",
            lambda path: [(None, name, False) for name in dependencies] if path == [] else real_modules(path),
        )
        settings.MIGRATION_MODULES = {"sessions": "made_up_migrations"}

    import pkgutil

    real_modules = pkgutil.iter_modules
    return put


@pytest.mark.django_db
def test_a_migrated_database_has_nothing_wrong_with_its_history():
    assert history.findings(connection) == []


@pytest.mark.django_db
def test_the_history_is_read_in_one_query_whatever_its_length():
    with CaptureQueriesContext(
        connection,
    ) as short:
        history.findings(connection)
    record("gone", *(f"{number:04}_x" for number in range(500)))
    with CaptureQueriesContext(connection) as long:
        history.findings(connection)
    asked = [query["sql"] for query in long if "SAVEPOINT" not in query["sql"]]
    assert len(long) == len(short)
    assert len(asked) == 1, asked


@pytest.mark.django_db
def test_a_lost_last_row_is_an_unapplied_migration():
    forget("sessions", "0001_initial")
    (finding,) = history.findings(connection)
    assert finding.id == "schema.E001"
    assert finding.place == "django_migrations (sessions.0001_initial)"
    assert finding.command == "manage.py migrate"


@pytest.mark.django_db
def test_a_lost_row_in_the_middle_is_unapplied_and_out_of_order():
    forget("auth", AUTH_NAMES[1])
    unapplied, out_of_order = history.findings(connection)
    assert (unapplied.id, unapplied.name) == ("schema.E001", f"auth.{AUTH_NAMES[1]}")
    assert out_of_order.id == "schema.E002"
    assert out_of_order.name == "auth.0003_alter_user_email_max_length"
    assert f"auth.{AUTH_NAMES[1]} is applied before it" in out_of_order.expected


@pytest.mark.django_db
def test_an_empty_history_leaves_every_app_unapplied():
    execute("DELETE FROM django_migrations")
    found = history.findings(connection)
    assert {finding.id for finding in found} == {"schema.E001"}
    assert {finding.name.split(".")[0] for finding in found} == history.HistoryLoader([]).migrated_apps & {
        app for app, _ in history.HistoryLoader([]).disk_migrations
    }


@pytest.mark.django_db
def test_a_missing_history_table_means_that_nothing_is_applied():
    execute("DROP TABLE django_migrations")
    assert {finding.id for finding in history.findings(connection)} == {"schema.E001"}
    execute("SELECT 1")  # the transaction has survived the failing query


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["app", "name", "applied"])
def test_a_history_table_without_one_of_its_columns_is_a_missing_column(column):
    execute(f"ALTER TABLE django_migrations RENAME COLUMN {column} TO mislaid")
    (finding,) = history.findings(connection)
    assert (finding.id, finding.table) == ("schema.E011", "django_migrations")
    assert column in finding.actual


@pytest.mark.django_db
def test_the_same_row_twice_is_an_inconsistent_history():
    record("auth", AUTH_NAMES[0])
    (finding,) = history.findings(connection)
    assert (finding.id, finding.name, finding.actual) == ("schema.E002", f"auth.{AUTH_NAMES[0]}", "2 rows")


@pytest.mark.django_db
def test_a_newer_row_that_this_code_does_not_have_is_only_a_warning():
    record("auth", "0099_from_the_next_release")
    (finding,) = history.findings(connection)
    assert (finding.id, finding.level, finding.name) == ("schema.W001", "warning", "auth.0099_from_the_next_release")


@pytest.mark.django_db
def test_an_older_row_of_an_unknown_name_is_what_squashing_left_and_says_nothing():
    row_id = MigrationRecorder(connection).migration_qs.order_by("id").values_list("id", flat=True)[0]
    MigrationRecorder(connection).migration_qs.create(id=row_id - 1, app="auth", name="0001_squashed_away")
    assert history.findings(connection) == []


@pytest.mark.django_db
def test_two_last_migrations_are_an_inconsistent_history(disk):
    disk(first=[], left=["first"], right=["first"])
    forget("sessions", "0001_initial")
    record("sessions", "first", "left", "right")
    (finding,) = history.findings(connection)
    assert (finding.id, finding.actual) == ("schema.E002", "2: left, right")
    assert finding.command == "manage.py makemigrations --merge"


@pytest.mark.django_db
def test_a_squashed_migration_is_applied_when_all_it_replaces_are(disk):
    disk(first=[], second=["first"], both=[], replaces={"both": ["first", "second"]})
    forget("sessions", "0001_initial")
    record("sessions", "first", "second")
    assert history.findings(connection) == []


@pytest.mark.django_db
def test_a_squashed_migration_stands_for_files_that_are_gone(disk):
    disk(both=[], third=["second"], replaces={"both": ["first", "second"]})
    forget("sessions", "0001_initial")
    record("sessions", "first", "second", "third")
    assert history.findings(connection) == []


@pytest.mark.django_db
def test_a_half_applied_squash_asks_for_the_rest_of_what_it_replaces(disk):
    disk(first=[], second=["first"], both=[], replaces={"both": ["first", "second"]})
    forget("sessions", "0001_initial")
    record("sessions", "first")
    (finding,) = history.findings(connection)
    assert (finding.id, finding.name) == ("schema.E001", "sessions.second")


@pytest.mark.django_db
def test_a_half_applied_squash_whose_files_are_gone_is_inconsistent(disk):
    disk(both=[], third=["second"], replaces={"both": ["first", "second"]})
    forget("sessions", "0001_initial")
    record("sessions", "first")
    (finding,) = history.findings(connection)
    assert (finding.id, finding.name) == ("schema.E002", "sessions.second")


def test_while_a_file_is_gone_that_others_need_the_history_is_left_as_it_is(rows_put_back, disk, capsys):
    disk(both=[], third=["second"], replaces={"both": ["first", "second"]})
    forget("sessions", "0001_initial")
    record("sessions", "first")
    recorded = history.recorded_rows(connection)
    with pytest.raises(SystemExit):
        call_command("schema", "history", "--repair")
    assert "sessions.second" in capsys.readouterr().out
    assert history.recorded_rows(connection) == recorded


@pytest.mark.django_db
@pytest.mark.parametrize("look", [guard.verify, guard.compare, guard.store_verified])
def test_every_verdict_tells_of_a_file_that_is_gone(look, disk):
    disk(first=[], third=["second"])
    (finding,) = look().findings
    assert (finding.id, finding.name) == ("schema.E002", "sessions.second")
    assert finding.command == "put the missing migration file back"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", ["diff", "repair --plan", "snapshot --expected", "history"])
def test_a_file_that_is_gone_lets_no_command_verify(command, disk, capsys):
    disk(first=[], third=["second"])
    with pytest.raises(SystemExit) as ended:
        call_command("schema", *command.split())
    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert "schema.E002 error: django_migrations (sessions.second)" in printed.out + printed.err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NodeNotFoundError("nobody knows it", ("sessions", "second")), r"schema\.E002.*sessions\.second"),
        (SnapshotError("it was changed while it was read"), r"(?s)schema\.E000.*changed while it was read"),
    ],
    ids=["a missing file", "a changing schema"],
)
def test_a_command_that_runs_on_any_schema_tells_what_it_cannot_work_with_without_a_traceback(error, told):
    class Planning(LostDatabaseMixin, BaseCommand):
        def handle(self, *args, **options):
            raise error

    with pytest.raises(SystemCheckError, match=told):
        call_command(Planning())


def test_a_database_that_cannot_be_reached_is_never_called_drift(django_db_blocker):
    connections["elsewhere"] = connection.copy("elsewhere")
    try:
        lost = connections["elsewhere"]
        lost.settings_dict["NAME"] = "/no/such/database"
        with django_db_blocker.unblock():
            (finding,) = history.findings(lost)
    finally:
        del connections["elsewhere"]
    assert (finding.id, finding.database) == ("schema.E000", "elsewhere")
    assert finding.actual


class NothingOnDefault:
    def allow_migrate(self, db, app_label, **hints):
        return False


class SessionsOnly:
    def allow_migrate(self, db, app_label, **hints):
        return app_label == "sessions"


@pytest.mark.django_db
def test_a_database_no_router_migrates_to_has_no_history_to_be_wrong(django_assert_num_queries):
    execute("DELETE FROM django_migrations")
    with override_settings(DATABASE_ROUTERS=[NothingOnDefault()]), django_assert_num_queries(0):
        assert history.findings(connection) == []


@pytest.mark.django_db
def test_only_the_apps_a_router_lets_in_are_missed():
    execute("DELETE FROM django_migrations")
    with override_settings(DATABASE_ROUTERS=[SessionsOnly()]):
        assert [finding.name for finding in history.findings(connection)] == ["sessions.0001_initial"]


def test_the_models_have_no_change_without_a_migration():
    assert history.model_changes() == []


@isolate_apps("django.contrib.sessions", attr_name="made_up")
def test_a_field_no_migration_makes_is_found_without_asking_a_database(monkeypatch):
    nickname = models.CharField(max_length=9)
    session = apps.get_model("sessions", "Session")
    monkeypatch.setattr(session._meta, "local_fields", list(session._meta.local_fields))
    nickname.contribute_to_class(session, "nickname")
    session._meta._expire_cache()
    try:
        (finding,) = history.model_changes()
    finally:
        monkeypatch.undo()
        del session.nickname
        session._meta._expire_cache()
    assert (finding.id, finding.name) == ("schema.E003", "sessions")
    assert "Add field nickname to session" in finding.actual
    assert finding.command == "manage.py makemigrations sessions"


def test_models_that_are_not_imported_are_found_and_not_taken_for_no_difference():
    imported = apps.all_models["pipeline"]
    lost = {name: imported.pop(name) for name in ("webhook", "webhookdelivery")}
    apps.clear_cache()
    try:
        (finding,) = history.model_changes()
    finally:
        imported.update(lost)
        apps.clear_cache()
    assert (finding.id, finding.name) == ("schema.E003", "pipeline")
    assert "Delete model Webhook" in finding.actual
