"""How log lines are written."""

import logging


def without_traceback(record: logging.LogRecord) -> bool:
    """A filter for expected trouble: keeps the line, which says all, and drops how we came to it."""
    record.exc_info = None
    return True
