from django.apps import AppConfig


class SchemaConfig(AppConfig):
    name = "config.schema"
    label = "schema"
    verbose_name = "Schema guard"
    default_auto_field = "django.db.models.BigAutoField"
