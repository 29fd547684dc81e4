"""What the customers' door can show for the clauses of the policy."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.clauses.figures import Line, exact, supply


def supply_all() -> None:
    """Supply the figures of this door."""
    supply("addresses_in_both_languages", _("Addresses that answer in English and in Russian"), _addresses)


def _addresses(_now: datetime) -> Iterable[Line]:
    return [exact(_counted())]


@cache
def _counted() -> int:
    """How many addresses stand in both languages."""
    from crystalcall.web.urls import localized_patterns

    return sum(_leaves(entry) for entry in localized_patterns)


def _leaves(entry: URLPattern | URLResolver) -> int:
    return sum(_leaves(inner) for inner in entry.url_patterns) if isinstance(entry, URLResolver) else 1
