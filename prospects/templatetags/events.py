"""How a change is shown."""

from django import template

from prospects.words import field_name, value_in_words

register = template.Library()
register.filter("event_field", field_name)
register.filter("event_value", value_in_words)
