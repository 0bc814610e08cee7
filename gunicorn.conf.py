"""Read by gunicorn from the folder it is started in. The options themselves are given on the command line."""

import os
import subprocess
import sys
from typing import Any


def on_starting(server: Any) -> None:
    """Refuse before the first worker exists: one report, however many workers there would be.

    In a process of its own, so that a reload (HUP) finds no old code in gunicorn's. Each worker verifies again.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    probe = subprocess.run([sys.executable, "-c", "import config.wsgi"], env=environment, check=False)
    if probe.returncode:
        sys.exit(probe.returncode)
