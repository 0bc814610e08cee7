"""An adoption that is killed at any point goes on where it stopped, and comes to the same end."""

import os
import random
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from tests.legacy import seeds, states

# Runs `migrate` and kills itself a moment after it has sent its n-th statement: before, while or after the server
# works on it.
KILLED = """
import os, signal, sys, threading, django
django.setup()
from django.core.management import call_command
from django.db import connection
left, seconds = int(sys.argv[1]), float(sys.argv[2])
def count(execute, sql, params, many, context):
    global left
    left -= 1
    if left == 0:
        threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return execute(sql, params, many, context)
with connection.execute_wrapper(count):
    call_command("migrate", verbosity=0)
"""
# A migrate of this database sends some 1,800 statements.
STATEMENTS = 1700
CHOICE = random.Random(2026)
POINTS = [CHOICE.randrange(number * STATEMENTS // 22, (number + 1) * STATEMENTS // 22) + 1 for number in range(22)]
QUICK = (POINTS[9], POINTS[17])


def killed_at(database: str, statement: int) -> int:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    delay = random.Random(statement).uniform(0, 0.01)
    command = [sys.executable, "-c", KILLED, str(statement), str(delay)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


def older_tree() -> None:
    states.older_tree()
    seeds.seed(connection)


def check_interrupted(databases, proof, statement: int) -> None:
    with databases.copy(databases.template("raw older_tree", older_tree)) as database:
        before = proof()
        connection.close()
        assert killed_at(database, statement) == -signal.SIGKILL, "it ended before it was killed"
        call_command("migrate", verbosity=0)
        before.check()


@pytest.mark.parametrize("statement", QUICK)
def test_an_adoption_that_was_killed_comes_to_the_same_end(databases, proof, statement):
    check_interrupted(databases, proof, statement)


@pytest.mark.slow
@pytest.mark.parametrize("statement", sorted(set(POINTS) - set(QUICK)))
def test_an_adoption_killed_at_any_point_comes_to_the_same_end(databases, proof, statement):
    check_interrupted(databases, proof, statement)
