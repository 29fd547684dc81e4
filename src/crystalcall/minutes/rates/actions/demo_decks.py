"""The real decks that come with the program, so that a fresh machine sells at real prices."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from crystalcall.minutes.rates.actions.importing import ImportDeck, ImportRefusal, ImportRefused, import_deck
from crystalcall.minutes.rates.actions.publishing import PublishDeck, Published, publish_deck
from crystalcall.minutes.rates.deck_cells import Stated
from crystalcall.minutes.rates.models import RateDeck

DEMO_MARGIN_BASIS_POINTS: Final = 2500

# Told: what is being done (a carrier's name, or "publish"), rows done, rows in all.
StepProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _ShippedDeck:
    """A shipped price list, with what its source does not state."""

    carrier: str
    file: str
    effective_at: datetime
    stated: Stated


# Neither source states a connection fee, nor Azure its increments (data/SOURCES.md): here the demo states them.
SHIPPED: Final = (
    _ShippedDeck(
        carrier="twilio",
        file="twilio_sip_trunk_2026-01-07.csv",
        effective_at=datetime(2026, 1, 7, tzinfo=UTC),
        stated=Stated(connect_fee_micros=0),
    ),
    _ShippedDeck(
        carrier="azure",
        file="azure_acs_2025-10-15.csv",
        effective_at=datetime(2025, 10, 15, tzinfo=UTC),
        stated=Stated(first_increment_seconds=60, next_increment_seconds=60, connect_fee_micros=0),
    ),
)


class DemoDecksError(Exception):
    """A shipped deck cannot be loaded: the program's own files are damaged."""


@dataclass(frozen=True, slots=True)
class DemoDecks:
    """What was done; nothing the second time."""

    imported: tuple[str, ...]
    published: Published | None


def load_demo_decks(*, now: datetime, progress: StepProgress | None = None) -> DemoDecks:
    """Load the shipped decks that are not there yet, and publish version 1 unless a deck was ever published.

    A second start changes nothing. The decks take effect on the day of their source, so a clock before 2026 finds
    only those that were in force then.

    Raises:
        DemoDecksError: a shipped file is damaged.
    """
    imported = tuple(deck.carrier for deck in SHIPPED if _import_shipped(deck, now, progress))
    if RateDeck.objects.exists():
        return DemoDecks(imported, None)
    published = publish_deck(
        PublishDeck(margin_basis_points=DEMO_MARGIN_BASIS_POINTS), now=now, progress=_step("publish", progress)
    )
    if not isinstance(published, Published):
        raise DemoDecksError(f"The demo's prices could not be published: {published.reason.value}.")
    return DemoDecks(imported, published)


def _import_shipped(deck: _ShippedDeck, now: datetime, progress: StepProgress | None) -> bool:
    """Load one shipped deck; gives whether it was new."""
    content = files("crystalcall.minutes.rates").joinpath("data", deck.file).read_bytes()
    request = ImportDeck(
        carrier=deck.carrier, content=content, source=deck.file, effective_at=deck.effective_at, stated=deck.stated
    )
    outcome = import_deck(request, now=now, progress=_step(deck.carrier, progress))
    if isinstance(outcome, ImportRefused):
        if outcome.reason is ImportRefusal.ALREADY_IMPORTED:
            return False
        raise DemoDecksError(f"{deck.file} is damaged: {outcome.reason.value}.")
    return True


def _step(name: str, progress: StepProgress | None) -> Callable[[int, int], None] | None:
    """Progress of one step, told under its name."""
    return None if progress is None else lambda done, total: progress(name, done, total)
