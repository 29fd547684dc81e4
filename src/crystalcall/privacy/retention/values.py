"""What retention gives: frozen values."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """How many rows of a kind a class gave up in a day."""

    day: date
    retention: str
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Night:
    """A pass through the schedule; `ended_at` is None where it was cut short, and the next pass does the rest."""

    day: date
    began_at: datetime
    ended_at: datetime | None
    failed: tuple[str, ...]
