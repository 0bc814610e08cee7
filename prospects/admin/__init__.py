"""The admin pages of prospects."""

from prospects.admin.prospects import NAME_COLUMNS, ProspectAdmin

__all__ = ["NAME_COLUMNS", "ProspectAdmin"]
