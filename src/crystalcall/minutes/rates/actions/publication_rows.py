"""The rows of a retail deck that is being published; everything here runs in the publisher's transaction."""

from collections.abc import Iterator
from datetime import datetime

from crystalcall.minutes.rates import bulk
from crystalcall.minutes.rates.comparing import dearest_minute
from crystalcall.minutes.rates.deck_file import Progress
from crystalcall.minutes.rates.margins import DestinationMargin
from crystalcall.minutes.rates.models import (
    Carrier,
    CostException,
    Destination,
    Margin,
    Rate,
    RateDeck,
    Route,
    SavingClaim,
)
from crystalcall.minutes.rates.references import claim_of, dearest_prices
from crystalcall.minutes.rates.retail import RetailRate
from crystalcall.minutes.rates.term_columns import TERM_FIELDS, figures_of
from crystalcall.minutes.rates.values import DestinationInfo

RATE_FIELDS = ("deck_id", "prefix", "destination_id", *TERM_FIELDS, "cost_micros", "cost_exception_id")
ROUTE_FIELDS = ("deck_id", "prefix", "rank", "carrier_id", "cost_micros", *TERM_FIELDS[1:])
MARGIN_FIELDS = (
    "deck_id",
    "destination_id",
    "prefix_count",
    "least_price_micros",
    "most_price_micros",
    "least_cost_micros",
    "most_cost_micros",
    "margin_basis_points",
    "free_up_to_seconds",
    "worst_seconds",
    "worst_paid_micros",
    "worst_cost_micros",
    "cost_exception_id",
)


def write_destinations(needed: set[DestinationInfo]) -> dict[str, int]:
    """The rows of destinations by key, made where a deck brings new ones."""
    Destination.objects.bulk_create(
        (
            Destination(key=each.key, country_iso2=each.country_iso2, line_type=each.line_type.value, area=each.area)
            for each in sorted(needed, key=lambda destination: destination.key)
        ),
        ignore_conflicts=True,
    )
    return dict(Destination.objects.filter(key__in=[each.key for each in needed]).values_list("key", "pk"))


def write_exceptions(
    deck: RateDeck, margins: tuple[DestinationMargin, ...], destinations: dict[str, int]
) -> dict[str, int]:
    """What is sold under cost, with who answers for it; gives the rows by destination key."""
    signed = [(each.destination.key, each.exception) for each in margins if each.exception is not None]
    for key, exception in signed:
        CostException.objects.create(
            deck=deck,
            destination_id=destinations[key],
            reason=exception.reason,
            signed_by=exception.signed_by,
            signed_at=exception.signed_at,
        )
    return dict(CostException.objects.filter(deck=deck).values_list("destination__key", "pk"))


def write_rates(
    deck: RateDeck,
    rates: list[RetailRate],
    destinations: dict[str, int],
    exceptions: dict[str, int],
    progress: Progress | None,
) -> None:
    """Every rate and its routes."""

    def rows() -> Iterator[tuple[object, ...]]:
        for rate in rates:
            key = rate.destination.key
            figures = figures_of(rate.terms)
            yield (deck.pk, rate.prefix, destinations[key], *figures, rate.cost_micros, exceptions.get(key))

    bulk.insert(Rate, RATE_FIELDS, rows(), len(rates), progress)
    carriers = dict(Carrier.objects.values_list("code", "pk"))
    ways = (
        (deck.pk, rate.prefix, rank, carriers[carrier], *figures_of(cost))
        for rate in rates
        for rank, ((carrier, _), cost) in enumerate(zip(rate.routes, rate.costs, strict=True))
    )
    bulk.insert(Route, ROUTE_FIELDS, ways, 0)


def write_margins(
    deck: RateDeck, margins: tuple[DestinationMargin, ...], destinations: dict[str, int], exceptions: dict[str, int]
) -> None:
    """What each destination leaves us."""
    rows = [
        (
            deck.pk,
            destinations[each.destination.key],
            each.prefix_count,
            each.least_price_micros,
            each.most_price_micros,
            each.least_cost_micros,
            each.most_cost_micros,
            each.margin_basis_points,
            each.free_up_to_seconds,
            *(each.worst or (0, 0, 0)),
            exceptions.get(each.destination.key),
        )
        for each in margins
    ]
    bulk.insert(Margin, MARGIN_FIELDS, rows, len(rows))


def write_claim(
    deck: RateDeck,
    rates: list[RetailRate],
    destinations: dict[str, int],
    circumstances: tuple[datetime, frozenset[str]],
) -> int | None:
    """The "save up to" figure with its evidence; gives the percentage."""
    now, signed_off = circumstances
    dearest = dearest_prices((rate.destination, dearest_minute(rate.terms)) for rate in rates)
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
