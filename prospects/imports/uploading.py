"""Taking a file in, and the preview of what it would do."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import reset_queries, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from prospects.choices import ImportFormat, ImportMode, ImportStatus, RowStatus
from prospects.imports import mapping as mappings
from prospects.imports import reading, workbook
from prospects.imports.deciding import decide
from prospects.imports.errors import ImportConflict, ImportRefused
from prospects.imports.fields import clean
from prospects.imports.other_rows import OtherRows
from prospects.imports.reading import FileRow, Source
from prospects.models import Import, ImportFile, ImportRow

BATCH = 500
#: A preview without a job that has written nothing for so long was killed.
LOST = timedelta(minutes=10)
REPLACED = "The columns were mapped anew, or another preview was begun since, which counts: load the import again."


def upload(
    filename: str,
    content: bytes,
    user: AbstractBaseUser | AnonymousUser | None = None,
    *,
    encoding: str = "",
    separator: str = "",
    sheet: str = "",
) -> Import:
    """Keep the file, with its columns and a suggested mapping. Raises ImportRefused, and then nothing is kept."""
    source = reading.open_source(filename, content, encoding=encoding, separator=separator, sheet=sheet)
    with transaction.atomic():
        made = Import.objects.create(
            filename=filename,
            format=source.format,
            encoding=source.encoding,
            separator=source.separator,
            sheet=source.sheet,
            columns=list(source.columns),
            mapping=mappings.suggest(source.columns),
            created_by_id=user.pk if user else None,
        )
        ImportFile.objects.create(of=made, content=content)
    return made


def content_of(of: Import) -> bytes:
    """The file as it was uploaded. Raises ImportRefused when it has been forgotten."""
    _require_file(of)
    return bytes(ImportFile.objects.get(of=of).content)


def unpacked_size(of: Import) -> int:
    """Bytes that reading the file takes, of a workbook unpacked. Raises ImportRefused when it has been forgotten."""
    content = content_of(of)
    return workbook.unpacked_size(content) if of.format == ImportFormat.XLSX else len(content)


def forget_files(age: timedelta) -> int:
    """Delete the files that are older; returns how many. What became of each row stays, and so does a revert."""
    old = ImportFile.objects.filter(of__created_at__lt=Now() - age).exclude(of__status=ImportStatus.PREVIEWING)
    return old.delete()[0]


def configure(of: Import, mapping: Mapping[str, str], mode: str, overwrite: Iterable[str]) -> None:
    """Say which column goes where and what may be written. Raises ImportRefused; a new preview is due afterwards."""
    _require_file(of)
    overwrite = sorted(set(overwrite))
    mappings.check(of.columns, mapping, overwrite)
    if mode not in ImportMode.values:
        raise ImportRefused(f"{mode!r} is no mode: {', '.join(ImportMode.values)}.", asks_for="mode")
    with _before_it_ran(of) as locked:
        locked.mapping, locked.mode, locked.overwrite = dict(mapping), mode, overwrite
        _begin(locked, ImportStatus.UPLOADED)
        of.refresh_from_db()


def _require_file(of: Import) -> None:
    if not ImportFile.objects.filter(of=of).exists():
        raise ImportRefused("The file was removed, as all are after some time. Upload it again.")


def await_preview(of: Import, job_id: uuid.UUID) -> None:
    """Say that this job is to make the preview; one that is still being made is given up. Raises ImportRefused."""
    with _before_it_ran(of) as locked:
        _require_same(of, locked)
        _begin(locked, ImportStatus.PREVIEWING, job_id)


def preview(
    of: Import,
    report: Callable[[int], None] = lambda rows: None,
    *,
    writing: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
    job_id: uuid.UUID | None = None,
) -> Import:
    """Read every row and say what would become of it; nothing but the preview is written.

    Of several previews of one import the last counts: the others can write no more. A job says its id, and `writing`
    is the transaction in which it may write. `report` is called in it, with the number of rows read so far.
    Raises ImportConflict when a later preview has begun, ImportRefused when the file turns out broken.
    """
    _require_file(of)
    mappings.check(of.columns, of.mapping, of.overwrite)
    claim = _Claim(of, writing, job_id)
    try:
        claim.finish(_stage(of, claim, report))
    except ImportRefused:
        with writing():
            release(claim.held)
        raise
    of.refresh_from_db()
    return of


def release(imports: QuerySet[Import]) -> int:
    """Take back the previews among these that nobody makes any more; returns how many. They can be made anew."""
    with transaction.atomic():
        previewing = imports.filter(status=ImportStatus.PREVIEWING).select_for_update()
        lost = list(previewing.values_list("pk", flat=True))
        if lost:
            ImportRow.objects.filter(of__in=lost).delete()
            Import.objects.filter(pk__in=lost).update(status=ImportStatus.UPLOADED, preview_token=None)
    return len(lost)


def release_lost() -> int:
    """Take back previews that were killed with the process that made them; a job's preview ends with its job."""
    lost = Import.objects.filter(status=ImportStatus.PREVIEWING, job=None, updated_at__lt=Now() - LOST)
    return release(lost) if lost.exists() else 0


class _Claim:
    """A preview that is being made: what it writes is committed only while no later one has taken its place."""

    def __init__(
        self, of: Import, writing: Callable[[], AbstractContextManager[Any]], job_id: uuid.UUID | None
    ) -> None:
        token = uuid.uuid4()
        self.held = Import.objects.filter(pk=of.pk, status=ImportStatus.PREVIEWING, preview_token=token)
        self.transaction = writing
        with writing(), _before_it_ran(of) as locked:
            _require_same(of, locked)
            if job_id and locked.job_id != job_id:
                raise ImportConflict(REPLACED)
            _begin(locked, ImportStatus.PREVIEWING, job_id, token)
            locked.rows.all().delete()

    @contextmanager
    def writing(self, **values: Any) -> Iterator[None]:
        """A transaction that holds the import's row. Raises ImportConflict, and then nothing was written."""
        with self.transaction():
            if not self.held.update(updated_at=Now(), **values):
                raise ImportConflict(REPLACED)
            yield

    def finish(self, planned: Counter[str]) -> None:
        counts = {str(status): planned[status] for status in RowStatus.values if status != RowStatus.PENDING}
        with self.writing(
            status=ImportStatus.PREVIEWED, planned=counts, rows_total=planned.total(), preview_token=None
        ):
            pass


def _begin(
    locked: Import, status: ImportStatus, job_id: uuid.UUID | None = None, token: uuid.UUID | None = None
) -> None:
    """Forget what an earlier preview said. Whoever still makes it has the wrong token from here on."""
    locked.status, locked.planned, locked.rows_total = status, {}, 0
    locked.job_id, locked.preview_token = job_id, token
    locked.save()


def _require_same(of: Import, locked: Import) -> None:
    """Somebody else may have configured it since the caller did, and would be shown a preview of what is no more."""
    if (of.mapping, of.mode, of.overwrite) != (locked.mapping, locked.mode, locked.overwrite):
        raise ImportConflict(REPLACED)


@contextmanager
def _before_it_ran(of: Import) -> Iterator[Import]:
    """The import's row, locked. Raises ImportConflict when it has been run."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=of.pk)
        if locked.status not in (ImportStatus.UPLOADED, ImportStatus.PREVIEWING, ImportStatus.PREVIEWED):
            raise ImportConflict(f"The import is {locked.get_status_display()}; upload the file again.")
        yield locked


def _stage(of: Import, claim: _Claim, report: Callable[[int], None]) -> Counter[str]:
    planned: Counter[str] = Counter()
    others = _announced(of, claim)
    rows = _rows(of)
    while batch := list(islice(rows, BATCH)):
        for row, decision in zip(batch, decide(of, batch), strict=True):
            decision = others.settle(row, decision)
            row.planned, row.note, row.problems = decision.status, decision.note, decision.problems
            row.prospect_id = decision.prospect_id
            planned[row.planned] += 1
        with claim.writing():
            ImportRow.objects.bulk_create(batch)
            report(batch[-1].number)
        reset_queries()  # with DEBUG Django keeps the text of every query
    return planned


def _rows(of: Import) -> Iterator[ImportRow]:
    rows = reading.read(source_of(of), content_of(of))
    return (_row(of, number, row) for number, row in enumerate(rows, 1))


def _announced(of: Import, claim: _Claim) -> OtherRows:
    """What the file's rows have to know of each other before the first is decided."""
    others = OtherRows()
    if "contact_email" in of.overwrite:
        rows = _rows(of)
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                others.announce(row)
            with claim.writing():  # a sign of life
                pass
    return others


def source_of(of: Import) -> Source:
    return Source(ImportFormat(of.format), of.encoding, of.separator, of.sheet, tuple(of.columns))


def _row(of: Import, number: int, row: FileRow) -> ImportRow:
    values: dict[str, Any] = {}
    problems = [
        {"column": _column(of, at), "value": _shown(row.cells[at : at + 1]), "reason": reason}
        for at, reason in row.problems.items()
        if at >= len(of.columns) or of.columns[at] in of.mapping or not row.cells[at].strip()
    ]
    for at, column in enumerate(of.columns):
        field, text = of.mapping.get(column), row.cells[at]
        if field and text.strip() and at not in row.problems:
            try:
                values[field] = clean(field, text)
            except ValueError as error:
                problems.append({"column": column, "value": _shown([text]), "reason": str(error)})
    return ImportRow(of=of, number=number, line=row.line, cells=row.cells, values=values, problems=problems)


def _column(of: Import, at: int) -> str:
    return str(of.columns[at]) if at < len(of.columns) else ""


def _shown(cells: list[str]) -> str:
    return "".join(cells)[:200]
