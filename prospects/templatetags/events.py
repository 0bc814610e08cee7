"""How a change's values are shown."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def event_value(value: Any) -> str:
    """A text as it is, anything else as JSON, NULL as a dash."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
