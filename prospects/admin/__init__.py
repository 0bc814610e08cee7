"""The admin pages of prospects."""

from prospects.admin.history import ProspectEventAdmin
from prospects.admin.imports import ImportFileAdmin, ImportMappingAdmin, ImportRowAdmin
from prospects.admin.merges import MergeAdmin
from prospects.admin.prospects import NAME_COLUMNS, ProspectAdmin
from prospects.admin.suppression import SuppressionAdmin

__all__ = [
    "NAME_COLUMNS",
    "ImportFileAdmin",
    "ImportMappingAdmin",
    "ImportRowAdmin",
    "MergeAdmin",
    "ProspectAdmin",
    "ProspectEventAdmin",
    "SuppressionAdmin",
]
