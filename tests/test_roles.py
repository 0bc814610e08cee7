"""The roles are groups made by a migration, and hold what the rules say."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from pipeline import roles


def held(role: str) -> set[tuple[str, str]]:
    return set(Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename"))


@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_holds_its_permissions_on_a_fresh_database(db: None, role: str) -> None:
    missing = set(roles.codenames(apps, role)) - held(role)
    assert not missing, "a model was added: end its migration with RunPython(pipeline.roles.grant)"


def test_a_viewer_only_views(db: None) -> None:
    assert {codename.partition("_")[0] for _, codename in held(roles.VIEWER)} == {"view"}


def test_an_operator_decides_and_runs_steps_but_sees_no_accounts(db: None) -> None:
    operator = held(roles.OPERATOR)
    assert {("prospects", "change_prospect"), ("prospects", "delete_prospect"), ("pipeline", "add_job")} <= operator
    assert not operator & {("pipeline", "change_socialintegration"), ("auth", "view_user")}


def test_no_role_makes_or_changes_tokens(db: None) -> None:
    of_tokens = {codename for role in roles.ROLES for app, codename in held(role) if app == "knox"}
    assert of_tokens == {"view_authtoken", "delete_authtoken"}


def test_what_made_tokens_is_taken_from_roles_that_have_it(db: None) -> None:
    administrators = Group.objects.get(name=roles.ADMINISTRATOR)
    administrators.permissions.add(*Permission.objects.filter(content_type__app_label="knox"))
    migration = import_module("pipeline.migrations.0013_nobody_makes_tokens_for_others")
    migration.take_away(apps, connection.schema_editor())
    assert {codename for app, codename in held(roles.ADMINISTRATOR) if app == "knox"} == {
        "view_authtoken",
        "delete_authtoken",
    }


def test_granting_again_restores_what_is_missing_and_keeps_what_was_added(db: None) -> None:
    group = Group.objects.get(name=roles.VIEWER)
    extra = Group.objects.get(name=roles.ADMINISTRATOR).permissions.get(codename="add_user")
    before = held(roles.VIEWER)
    group.permissions.set([extra])
    roles.grant(apps, connection.schema_editor())
    assert held(roles.VIEWER) == before | {("auth", "add_user")}
