"""The project's settings with an app that has a model and no migration for it."""

from config.settings import *  # noqa: F403  settings are made to be taken over whole
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.schema.late_model"]
