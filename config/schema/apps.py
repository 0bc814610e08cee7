from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class SchemaConfig(AppConfig):
    name = "config.schema"
    label = "schema"
    verbose_name = "Schema guard"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from config.schema.adoption.recognise import check_before_migrate

        pre_migrate.connect(check_before_migrate, sender=self)
