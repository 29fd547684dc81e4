"""What the warden can tell: which disclosures were made about a subject."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from crystalcall.privacy.models import Disclosure


@dataclass(frozen=True, slots=True)
class DisclosureView:
    """Who got which fields about a subject, why and when; never the data itself."""

    provider: str
    purpose: str
    fields: tuple[str, ...]
    disclosed_at: datetime
    company: str = ""
    """Companies by their own names, where the provider stands for several."""


def disclosures_about(subject: str) -> tuple[DisclosureView, ...]:
    """Every disclosure about a subject (an opaque id), oldest first."""
    rows = Disclosure.objects.filter(subject=subject).order_by("pk")
    return tuple(_view(row) for row in rows)


def disclosures_about_any(subjects: Collection[str]) -> tuple[tuple[str, DisclosureView], ...]:
    """Every disclosure about any of these names, each with the name it was about, oldest first."""
    rows = Disclosure.objects.filter(subject__in=subjects).order_by("pk")
    return tuple((row.subject, _view(row)) for row in rows)


def providers_of_subjects(subjects: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Which providers got something about these names, each with the names it got it under, sorted."""
    pairs = Disclosure.objects.filter(subject__in=subjects).values_list("provider", "subject").distinct()
    told: dict[str, list[str]] = {}
    for provider, subject in sorted(pairs):
        told.setdefault(provider, []).append(subject)
    return {provider: tuple(names) for provider, names in told.items()}


def _view(row: Disclosure) -> DisclosureView:
    return DisclosureView(row.provider, row.purpose, field_names(row.fields), row.disclosed_at, row.company)


def field_names(kept: list[str] | str) -> tuple[str, ...]:
    """The names of the fields of a disclosure, as they are kept: a list, or its JSON."""
    return tuple(json.loads(kept) if isinstance(kept, str) else kept)
