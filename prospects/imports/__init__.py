"""Import of prospects from CSV and XLSX files. docs/importing.md tells how it is used.

    of = upload(filename, content, user)          # columns, suggested mapping
    configure(of, mapping, mode, overwrite)
    preview(of)                                   # of.planned: rows it would create, update, skip, refuse
    pipeline.imports.start(of, cause)             # the job
    revert(of, cause)

A row is one of four things in the end: created, updated, skipped (with a note), refused (with problems).
"""

from prospects.imports.errors import ImportConflict, ImportRefused
from prospects.imports.fields import FIELDS, OVERWRITABLE
from prospects.imports.other_rows import others_of
from prospects.imports.reporting import refused_rows
from prospects.imports.running import claim, finish, go_on, outcome_of, revert, run_batch, stop, stopped
from prospects.imports.uploading import (
    await_preview,
    configure,
    content_of,
    forget_files,
    preview,
    release,
    release_lost,
    unpacked_size,
    upload,
)

__all__ = [
    "FIELDS",
    "OVERWRITABLE",
    "ImportConflict",
    "ImportRefused",
    "await_preview",
    "claim",
    "configure",
    "content_of",
    "finish",
    "forget_files",
    "go_on",
    "others_of",
    "outcome_of",
    "preview",
    "refused_rows",
    "release",
    "release_lost",
    "revert",
    "run_batch",
    "stop",
    "stopped",
    "unpacked_size",
    "upload",
]
