"""What the warden can tell: which disclosures were made about a subject."""

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


def disclosures_about(subject: str) -> tuple[DisclosureView, ...]:
    """Every disclosure about a subject (an opaque id), oldest first."""
    rows = Disclosure.objects.filter(subject=subject).order_by("pk")
    return tuple(DisclosureView(row.provider, row.purpose, tuple(row.fields), row.disclosed_at) for row in rows)
