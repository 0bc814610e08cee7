"""People and sites we may write to. Table and column names are those of the adopted database."""

from prospects.models.event import ProspectEvent
from prospects.models.fields import one_of, status_field
from prospects.models.imports import Import, ImportFile, ImportMapping, ImportRow
from prospects.models.merge import Merge
from prospects.models.prospect import Prospect
from prospects.models.suppression import Suppression

__all__ = [
    "Import",
    "ImportFile",
    "ImportMapping",
    "ImportRow",
    "Merge",
    "Prospect",
    "ProspectEvent",
    "Suppression",
    "one_of",
    "status_field",
]
