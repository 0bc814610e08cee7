"""Words of messages to people."""


def counted(count: int, noun: str) -> str:
    """`1 prospect`, `2 prospects`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
