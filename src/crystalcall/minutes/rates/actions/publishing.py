"""Publishing a retail deck, and taking one back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Max

from crystalcall.minutes.rates import bulk
from crystalcall.minutes.rates.carrier_prices import decks_in_force, prices_of
from crystalcall.minutes.rates.deck_file import Progress
from crystalcall.minutes.rates.events import DeckPublished, DeckWithdrawn
from crystalcall.minutes.rates.locks import lock_standing_decks
from crystalcall.minutes.rates.models import (
    Carrier,
    CarrierDeck,
    Destination,
    Rate,
    RateDeck,
    RateDeckSource,
    Route,
    SavingClaim,
)
from crystalcall.minutes.rates.references import claim_of, dearest_prices
from crystalcall.minutes.rates.retail import PriceRule, RetailRate, compose
from crystalcall.minutes.rates.values import Deck, DestinationInfo
from crystalcall.plumbing.announcements import announce

TENTH_OF_A_CENT_MICROS: Final = 1000
# Ten times the cost: beyond that a margin is a slip of the keyboard.
MAX_MARGIN_BASIS_POINTS: Final = 90_000


@dataclass(frozen=True, slots=True)
class PublishDeck:
    """The rule of a retail deck: margin in hundredths of a percent, prices up to a whole step, none below the floor.

    ``effective_at`` None is now. ``signed_off`` names destinations (by key) whose outlying saving the operator
    vouches for.
    """

    margin_basis_points: int
    rounding_micros: int = TENTH_OF_A_CENT_MICROS
    floor_micros: int = TENTH_OF_A_CENT_MICROS
    effective_at: datetime | None = None
    signed_off: frozenset[str] = frozenset()


class PublicationRefusal(StrEnum):
    """Why nothing was published or withdrawn."""

    SENSELESS_RULE = "senseless_rule"
    EFFECTIVE_IN_THE_PAST = "effective_in_the_past"
    BEFORE_A_SCHEDULED_DECK = "before_a_scheduled_deck"
    NO_CARRIER_DECK = "no_carrier_deck"
    NOTHING_PUBLISHED = "nothing_published"
    NOTHING_BEFORE = "nothing_before"


@dataclass(frozen=True, slots=True)
class Published:
    """A retail deck stands; the saving is None where nothing is cheaper than its reference."""

    deck: Deck
    prefix_count: int
    carriers: tuple[str, ...]
    best_saving_percent: int | None


@dataclass(frozen=True, slots=True)
class PublicationRefused:
    """Nothing changed."""

    reason: PublicationRefusal


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The newest deck was withdrawn; `current` rates from now on (or from its own effective time)."""

    withdrawn: Deck
    current: Deck


def publish_deck(
    request: PublishDeck, *, now: datetime, progress: Progress | None = None
) -> Published | PublicationRefused:
    """Make a retail deck of the carriers' decks in force at its effective time, in one transaction.

    `progress` is told (prefixes written, prefixes in all).
    """
    effective_at = request.effective_at or now
    if effective_at < now:
        return PublicationRefused(PublicationRefusal.EFFECTIVE_IN_THE_PAST)
    if not _sensible(request):
        return PublicationRefused(PublicationRefusal.SENSELESS_RULE)
    with transaction.atomic():
        # A deck that starts before one already scheduled would come back into force nobody knows when.
        if any(deck.effective_at > effective_at for deck in lock_standing_decks()):
            return PublicationRefused(PublicationRefusal.BEFORE_A_SCHEDULED_DECK)
        sources = decks_in_force(effective_at)
        if not sources:
            return PublicationRefused(PublicationRefusal.NO_CARRIER_DECK)
        rule = PriceRule(request.margin_basis_points, request.rounding_micros, request.floor_micros)
        rates = list(compose({carrier: prices_of(deck.pk) for carrier, deck in sources.items()}, rule))
        deck = _write_deck(request, effective_at, now, list(sources.values()))
        destinations = _write_rates(deck, rates, progress)
        percent = _write_claim(deck, rates, destinations, (now, request.signed_off))
        announce(DeckPublished(deck_id=deck.pk))
    return Published(_value(deck), len(rates), tuple(sorted(sources)), percent)


def _sensible(request: PublishDeck) -> bool:
    """A margin that does not sell below cost, a step and a floor that are amounts."""
    return (
        0 <= request.margin_basis_points <= MAX_MARGIN_BASIS_POINTS
        and request.rounding_micros >= 1
        and request.floor_micros >= 0
    )


def _write_deck(request: PublishDeck, effective_at: datetime, now: datetime, sources: list[CarrierDeck]) -> RateDeck:
    """The deck's own row, under the next version, and what it was made of."""
    newest: int = RateDeck.objects.aggregate(newest=Max("version"))["newest"] or 0
    deck = RateDeck.objects.create(
        version=newest + 1,
        effective_at=effective_at,
        published_at=now,
        margin_basis_points=request.margin_basis_points,
        rounding_micros=request.rounding_micros,
        floor_micros=request.floor_micros,
    )
    RateDeckSource.objects.bulk_create(RateDeckSource(deck=deck, carrier_deck=source) for source in sources)
    return deck


def _write_rates(deck: RateDeck, rates: list[RetailRate], progress: Progress | None) -> dict[str, int]:
    """Every rate and its routes; gives the row of each destination by key."""
    destinations = _write_destinations({rate.destination for rate in rates})
    rows = (
        Rate(
            deck_id=deck.pk,
            prefix=rate.prefix,
            destination_id=destinations[rate.destination.key],
            minute_price_micros=rate.terms.minute_price_micros,
            connect_fee_micros=rate.terms.connect_fee_micros,
            first_increment_seconds=rate.terms.first_increment_seconds,
            next_increment_seconds=rate.terms.next_increment_seconds,
            cost_micros=rate.cost_micros,
        )
        for rate in rates
    )
    bulk.insert(Rate, rows, len(rates), progress)
    carriers = dict(Carrier.objects.values_list("code", "pk"))
    routes = (
        Route(deck_id=deck.pk, prefix=rate.prefix, rank=rank, carrier_id=carriers[carrier], cost_micros=cost)
        for rate in rates
        for rank, (carrier, cost) in enumerate(rate.routes)
    )
    bulk.insert(Route, routes, 0)
    return destinations


def _write_destinations(needed: set[DestinationInfo]) -> dict[str, int]:
    """The rows of destinations, made where a deck brings new ones."""
    Destination.objects.bulk_create(
        (
            Destination(key=each.key, country_iso2=each.country_iso2, line_type=each.line_type.value, area=each.area)
            for each in sorted(needed, key=lambda destination: destination.key)
        ),
        ignore_conflicts=True,
    )
    return dict(Destination.objects.filter(key__in=[each.key for each in needed]).values_list("key", "pk"))


def _write_claim(
    deck: RateDeck,
    rates: list[RetailRate],
    destinations: dict[str, int],
    circumstances: tuple[datetime, frozenset[str]],
) -> int | None:
    """The "save up to" figure with its evidence; gives the percentage."""
    now, signed_off = circumstances
    dearest = dearest_prices((rate.destination, rate.terms.minute_price_micros) for rate in rates)
    claim = claim_of(dearest, now, signed_off)
    if claim is None:
        return None
    best = claim.best
    SavingClaim.objects.create(
        deck=deck,
        destination_id=destinations[best.destination.key],
        percent=best.percent,
        our_minute_price_micros=best.our_minute_price_micros,
        reference_minute_price_micros=best.reference.minute_price_micros,
        reference_carrier=best.reference.carrier,
        reference_year=best.reference.year,
        reference_source=best.reference.source,
        evidence=claim.evidence,
        computed_at=now,
    )
    return best.percent


def roll_back(*, now: datetime) -> RolledBack | PublicationRefused:
    """Withdraw the newest standing deck, so that the one before it is current again.

    The rows stay: cards bought under the withdrawn deck keep its prices for thirty days. The last deck cannot be
    withdrawn, since then nothing could be sold or called; publish a better one instead.
    """
    with transaction.atomic():
        standing = lock_standing_decks()
        if not standing:
            return PublicationRefused(PublicationRefusal.NOTHING_PUBLISHED)
        if len(standing) == 1:
            return PublicationRefused(PublicationRefusal.NOTHING_BEFORE)
        *_, former, newest = standing
        newest.withdrawn_at = max(now, newest.published_at)
        newest.save(update_fields=["withdrawn_at"])
        announce(DeckWithdrawn(deck_id=newest.pk))
    return RolledBack(withdrawn=_value(newest), current=_value(former))


def _value(deck: RateDeck) -> Deck:
    return Deck(id=deck.pk, version=deck.version, effective_at=deck.effective_at)
