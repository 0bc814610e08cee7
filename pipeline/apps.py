import atexit
import gc

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline import scheduler
        from pipeline.imports import handlers
        from pipeline.webhooks import outbox

        handlers.register_all()
        outbox.connect()
        scheduler.connect()
        # As it ends Python looks for garbage in all that was loaded: a quarter of the time of a short command.
        atexit.register(gc.freeze)
