from django.apps import AppConfig

from config import database


class ApiConfig(AppConfig):
    name = "config.api"
    label = "api"
    verbose_name = "REST API"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        database.connect()
