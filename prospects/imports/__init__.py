"""Import of prospects from CSV and XLSX files. docs/importing.md tells how it is used.

    of = upload(filename, content, user)          # columns, suggested mapping
    configure(of, mapping, mode, overwrite)
    preview(of)                                   # of.planned: rows it would create, update, skip, refuse
    pipeline.imports.start(of, cause)             # the job
    revert(of, cause)

A row is one of four things in the end: created, updated, skipped (with a note), refused (with problems).
"""

from prospects.imports.errors import ImportRefused
from prospects.imports.fields import FIELDS, OVERWRITABLE
from prospects.imports.reporting import refused_rows
from prospects.imports.running import claim, finish, outcome_of, revert, run_batch
from prospects.imports.uploading import configure, content_of, forget_files, preview, unpacked_size, upload

__all__ = [
    "FIELDS",
    "OVERWRITABLE",
    "ImportRefused",
    "claim",
    "configure",
    "content_of",
    "finish",
    "forget_files",
    "outcome_of",
    "preview",
    "refused_rows",
    "revert",
    "run_batch",
    "unpacked_size",
    "upload",
]
