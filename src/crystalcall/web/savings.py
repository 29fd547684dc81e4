"""The saving line of every page: computed from the published deck, never typed in."""

from dataclasses import dataclass
from datetime import datetime

from crystalcall.minutes.rates import queries as rates
from crystalcall.minutes.rates.geography import slugs


@dataclass(frozen=True, slots=True)
class SavingLine:
    """The largest saving among destinations on sale, with what it is compared to."""

    percent: int
    place: str
    slug: str
    our_minute_price_micros: int
    reference_micros: int
    carrier: str
    year: int


def saving_line(language: str, now: datetime) -> SavingLine | None:
    """The largest saving among destinations on sale, with its evidence; None where nothing can be compared."""
    deck = rates.current_deck(now)
    saving = rates.best_saving(deck.id, now) if deck else None
    if deck is None or saving is None:
        return None
    slug = slugs().get(saving.country_iso2)
    if slug is None:
        return None
    return SavingLine(
        percent=saving.percent,
        place=saving.destination.name(language),
        slug=slug,
        our_minute_price_micros=saving.our_minute_price_micros,
        reference_micros=saving.reference.minute_price_micros,
        carrier=saving.reference.carrier,
        year=saving.reference.year,
    )
