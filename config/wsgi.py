"""The WSGI entry point. It refuses to make an application on a database that is not in line with the code."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.database import limit_statements  # noqa: E402  after the setup it needs
from config.schema.entry import require_schema_in_line  # noqa: E402

limit_statements()
require_schema_in_line("wsgi")
application = get_wsgi_application()
