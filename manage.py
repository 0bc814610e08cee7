#!/usr/bin/env python
"""Django's command line for Plumbline."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.schema.entry import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018  # reads the settings, before a command could wrap an error in a traceback
    except ImproperlyConfigured as error:
        sys.exit(f"Settings: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
