from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from pipeline.roles import ROLES


def take_away(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take what makes and changes tokens from the roles: it was enough to become a superuser."""
    using = schema_editor.connection.alias
    held = apps.get_model("auth", "Group").permissions.through._default_manager.using(using)
    held.filter(
        group__name__in=ROLES,
        permission__content_type__app_label="knox",
        permission__codename__in=("add_authtoken", "change_authtoken"),
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("pipeline", "0012_who_sees_verifications"),
    ]

    operations = [migrations.RunPython(take_away, migrations.RunPython.noop, elidable=False)]
