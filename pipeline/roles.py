"""The roles people have, as groups: what each may do, in the admin and the API alike.

A migration grants them. A migration that adds a model ends with
`migrations.RunPython(roles.grant, migrations.RunPython.noop)` and depends on `pipeline.0009_roles`;
tests/test_roles.py fails until it does.
"""

from collections.abc import Iterator

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

VIEWER, OPERATOR, ADMINISTRATOR = ROLES = ("viewer", "operator", "administrator")

OUTREACH = ("prospects", "pipeline")
# Accounts with credentials, and who hears of every change: not for everyone who runs steps.
ADMINISTRATED = ("pipeline.socialintegration", "pipeline.webhook", "pipeline.webhookdelivery")
# Taking these away is a decision like any other; other rows are history.
OPERATORS_DELETE = ("prospects.prospect", "pipeline.emailattachment")
ACCOUNTS = ("auth.user", "auth.group")
# A token acts as its user. Its user makes it by logging in, and nobody for anybody else.
MADE_BY_LOGGING_IN = ("knox.authtoken",)


def permissions(role: str, label: str) -> tuple[str, ...]:
    """The actions on a model (`app_label.model_name`) that a role permits."""
    app = label.partition(".")[0]
    if app == "schema":
        return () if role == VIEWER else ("view",)
    if label in MADE_BY_LOGGING_IN:
        return ("view", "delete") if role == ADMINISTRATOR else ()
    if label in ACCOUNTS or label in ADMINISTRATED:
        return ("view", "add", "change", "delete") if role == ADMINISTRATOR else ()
    if app not in OUTREACH:
        return ()
    return {
        VIEWER: ("view",),
        OPERATOR: ("view", "add", "change", "delete") if label in OPERATORS_DELETE else ("view", "add", "change"),
        ADMINISTRATOR: ("view", "add", "change", "delete"),
    }[role]


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the groups and give them their permissions; for RunPython. What a group has beyond that stays."""
    using = schema_editor.connection.alias
    _make_permissions(apps, using)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for role in ROLES:
        group, _ = Group._default_manager.using(using).get_or_create(name=role)
        granted = [
            Permission._default_manager.using(using).get(content_type__app_label=app, codename=codename)
            for app, codename in codenames(apps, role)
        ]
        group.permissions.add(*granted)


def codenames(apps: Apps, role: str) -> Iterator[tuple[str, str]]:
    """App label and codename of every permission of a role."""
    for model in _models(apps):
        for action in permissions(role, model._meta.label_lower):
            yield model._meta.app_label, f"{action}_{model._meta.model_name}"


def _models(apps: Apps) -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if permissions(ADMINISTRATOR, model._meta.label_lower))


def _make_permissions(apps: Apps, using: str) -> None:
    """Django makes them after the last migration, which is too late for a group made by one."""
    for label in sorted({model._meta.app_label for model in _models(apps)}):
        config = apps.get_app_config(label)
        # A migration's state has no models modules, and Django takes an app without one for an app without models.
        config.models_module = getattr(config, "models_module", models)
        create_permissions(config, verbosity=0, using=using, apps=apps)
