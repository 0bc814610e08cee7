"""Lists read while another connection inserts and deletes: the row-count rule raises no false alarm."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from rest_framework.test import APIClient

from prospects.models import Prospect
from tests.api.rows import prospect, save
from tests.api.test_lists import LISTS, flat


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several connections really share: for SQLite a file in place of the one in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    memory = connection.settings_dict["NAME"]
    keeper = sqlite3.connect(memory, uri=True)  # the database in memory lives as long as a connection to it
    file = tmp_path / "shared.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    connection.settings_dict["NAME"] = str(file)
    connection.close()
    yield
    connection.close()
    connection.settings_dict["NAME"] = memory
    connection.ensure_connection()
    keeper.close()


class Writer(threading.Thread):
    """Inserts and deletes rows of every list, each in a transaction of its own, until told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = threading.Event()
        self.rounds = 0

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                rows = Prospect.objects.bulk_create(
                    prospect(kind, 100 + number) for kind in ("website", "scraped", "lead") for number in range(5)
                )
                Prospect.objects.filter(pk__in=[row.pk for row in rows[::2]]).delete()
                Prospect.objects.filter(pk__in=[row.pk for row in rows[1::2]]).delete()
                self.rounds += 1
                self.stopped.wait(0.005)  # leaves the processor to the requests
        finally:
            connection.close()


@pytest.mark.usefixtures("shared_database")
def test_two_hundred_requests_beside_a_writer_raise_no_false_alarm(charlie: APIClient) -> None:
    for kind in ("website", "lead"):
        save(kind, 20)
    writer = Writer()
    writer.start()
    try:
        answers = [charlie.get(LISTS[number % len(LISTS)]) for number in range(200)]
    finally:
        writer.stopped.set()
        writer.join()
    assert [answer.json() for answer in answers if answer.status_code != 200] == []
    assert writer.rounds > 10
    assert len({flat(answer.json())["total"] for answer in answers}) > 4, "the writer was never seen"
