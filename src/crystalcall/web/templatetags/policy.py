"""Tags of the policy's pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template

from crystalcall.hall import format as figures
from crystalcall.hall.templatetags.figures import language
from crystalcall.web.policy_words import day_said

register = template.Library()


@register.filter
def store_day(moment: datetime) -> str:
    """The day of a moment in the store's zone, in full: versions come into force at its midnights."""
    return figures.date(day_said(moment), language())


@register.filter
def at(table: Mapping[str, Any], key: str) -> Any:
    """What stands in a table under a key; "" where nothing does."""
    return table.get(key, "")
