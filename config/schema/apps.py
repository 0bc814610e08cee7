from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import pre_migrate


class SchemaConfig(AppConfig):
    name = "config.schema"
    label = "schema"
    verbose_name = "Schema guard"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Connects and registers only: nothing here may ask a database.
        from config.schema.adoption.recognise import check_before_migrate
        from config.schema.checks import check_schema

        pre_migrate.connect(check_before_migrate, sender=self)
        register(check_schema, Tags.database)
