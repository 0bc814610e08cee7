from django.apps import AppConfig
from django.db.backends.signals import connection_created

from config import database, sqlite


class ApiConfig(AppConfig):
    name = "config.api"
    label = "api"
    verbose_name = "REST API"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        database.connect()
        connection_created.connect(sqlite.fold_like, dispatch_uid="config.sqlite")
