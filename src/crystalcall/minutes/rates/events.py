"""Facts of the room, told in the transaction that made them true."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class DeckPublished(Event):
    """A retail deck was published (it may take effect later)."""

    NAME: ClassVar[str] = "minutes.rates.deck_published"
    deck_id: int


@dataclass(frozen=True)
class DeckWithdrawn(Event):
    """A retail deck was withdrawn; the one before it rates again."""

    NAME: ClassVar[str] = "minutes.rates.deck_withdrawn"
    deck_id: int


@dataclass(frozen=True)
class RatesRaised(Event):
    """A retail deck was published under which some destination is dearer than before (`queries.price_changes`)."""

    NAME: ClassVar[str] = "minutes.rates.raised"
    deck_id: int
