"""Read by gunicorn from the folder it is started in. The options themselves are given on the command line."""

import os
import subprocess
import sys
from typing import Any


def on_starting(server: Any) -> None:
    """Refuse before the first worker exists: one report, however many workers there would be.

    In a process of its own, so that a reload (HUP) finds no old code in gunicorn's. Each worker verifies again.
    """
    if os.environ.get("SCHEMA_VERIFIED_BY") == str(os.getpid()):
        return  # `manage.py serve` has just verified, and then become this process
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # It is no server: the page about the schema would show a process that has ended.
    script = "from config.schema import processes; processes.stay_silent(); import config.wsgi"
    probe = subprocess.run([sys.executable, "-c", script], env=environment, check=False)  # noqa: S603  our own text
    if probe.returncode:
        sys.exit(probe.returncode)
