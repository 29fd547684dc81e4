"""Tags of the policy's pages."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(table: Mapping[str, Any], key: str) -> Any:
    """What stands in a table under a key; "" where nothing does."""
    return table.get(key, "")
