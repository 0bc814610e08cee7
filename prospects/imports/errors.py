"""A file that cannot be imported."""


class ImportRefused(Exception):
    """The file or what was asked of it is refused; the message says why and what to do. Nothing was written.

    `asks_for` names the parameter that would settle it (`encoding`, `separator`, `sheet`, `mapping`), if one does.
    """

    def __init__(self, message: str, *, asks_for: str = "") -> None:
        super().__init__(message)
        self.asks_for = asks_for


class ImportConflict(ImportRefused):
    """What was asked does not go with what the import is doing, or has done; the API answers 409."""
