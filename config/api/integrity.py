"""What a read has to prove before it leaves the server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from config.api.problems import EVERYTHING, Problem
from config.schema import guard
from config.schema.findings import Finding


class DataIntegrityViolation(Problem):
    """The database returned other rows than it counted."""

    def __init__(self, total: int, returned: int, expected: int) -> None:
        detail = f"Data integrity violation: COUNT query returned {total} but SELECT query returned {returned} rows"
        super().__init__(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "data_integrity_violation",
            detail,
            total=total,
            returned=returned,
            expected=expected,
        )


@contextmanager
def snapshot(using: str) -> Iterator[None]:
    """A transaction in which every query sees the database as it was at the first one.

    PostgreSQL: REPEATABLE READ, which has to be set before any query. SQLite: a deferred transaction, which reads from
    one state of the file without queueing behind writers as the project's default, an immediate one, would.
    Raises RuntimeError inside another transaction, whose snapshot is older than the request's questions.
    """
    connection = connections[using]
    nested = connection.in_atomic_block
    mode = getattr(connection, "transaction_mode", None)
    if connection.vendor == "sqlite":
        connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]  # SQLite's wrapper has it
    try:
        with transaction.atomic(using=using, durable=True):
            # Nested only in tests that run in a transaction: durable refuses it everywhere else.
            if connection.vendor == "postgresql" and not nested:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if connection.vendor == "sqlite":
            connection.transaction_mode = mode  # type: ignore[attr-defined]


class Proof:
    """Whether what was read while it was empty could be believed.

    Row security or another table first on the search path make COUNT and SELECT agree on nothing, so an answer without
    rows is only given when the schema's fingerprint, read in the same snapshot, is one that was verified.
    """

    def __init__(self, using: str) -> None:
        self.using = using
        self.given = True

    def of_emptiness(self) -> None:
        """Look at the fingerprint; to be called inside the snapshot."""
        self.given = guard.verified(self.using)

    def require(self) -> None:
        """Raise the schema_mismatch problem if a full comparison finds errors; to be called outside the snapshot.

        The comparison builds a shadow schema, which a read-only transaction cannot do. It decides only when the
        fingerprint is unknown, as after a warning that came since the last `migrate`.
        """
        if self.given:
            return
        report = guard.verify(self.using)
        if not report.ok:
            raise mismatch_of(report.errors)


@contextmanager
def proven(using: str) -> Iterator[Proof]:
    """A snapshot with a proof: call its `of_emptiness()` inside for whatever was not found; it is decided at the end.

    Raises the schema_mismatch problem.
    """
    proof = Proof(using)
    with snapshot(using):
        yield proof
    proof.require()


def prove_absence(using: str = DEFAULT_DB_ALIAS) -> None:
    """For a row that was not found, before anybody is told so. Raises the schema_mismatch problem."""
    proof = Proof(using)
    proof.of_emptiness()
    proof.require()


def mismatch_of(errors: Sequence[Finding]) -> Problem:
    """The problem of a schema with these errors, at least one: the objects, and what mends them."""
    places = ", ".join(dict.fromkeys(finding.place for finding in errors))
    commands = "; ".join(dict.fromkeys(finding.command for finding in errors if finding.command))
    mending = f"What mends it: {commands.rstrip(';.')}. " if commands else ""
    detail = f"The database does not match this code: look at {places}. {mending}{EVERYTHING}"
    findings = [{"id": f.id, "place": f.place, "command": f.command} for f in errors]
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "schema_mismatch", detail, object=errors[0].place, findings=findings
    )
