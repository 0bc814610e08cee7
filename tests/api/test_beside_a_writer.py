"""Lists read while another connection inserts and deletes: the row-count rule raises no false alarm."""

import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from prospects.models import Prospect
from tests.api.rows import prospect, save
from tests.api.test_lists import LISTS, flat


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
