"""The admin pages of prospects."""

from prospects.admin.merges import MergeAdmin
from prospects.admin.prospects import NAME_COLUMNS, ProspectAdmin
from prospects.admin.suppression import SuppressionAdmin

__all__ = ["NAME_COLUMNS", "MergeAdmin", "ProspectAdmin", "SuppressionAdmin"]
