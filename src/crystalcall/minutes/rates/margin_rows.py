"""Margins of a published deck as they lie in the database."""

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Min, Q

from crystalcall.minutes.rates.comparing import WorstCall
from crystalcall.minutes.rates.margins import DestinationMargin, SignedException
from crystalcall.minutes.rates.models import CostException, Destination, Margin, Rate
from crystalcall.minutes.rates.price_rules import BASIS_POINTS
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.rules.numbering import LineType


def margins_of_deck(deck_id: int) -> tuple[DestinationMargin, ...]:
    """By the keys of destinations; empty if there is no such deck."""
    rows = Margin.objects.filter(deck_id=deck_id).select_related("destination", "cost_exception")
    kept = tuple(_value(row) for row in rows.order_by("destination__key"))
    return kept or _by_minute_prices(deck_id)


def _value(row: Margin) -> DestinationMargin:
    lost = WorstCall(row.worst_seconds, row.worst_paid_micros, row.worst_cost_micros)
    return DestinationMargin(
        destination=_destination(row.destination),
        prefix_count=row.prefix_count,
        least_price_micros=row.least_price_micros,
        most_price_micros=row.most_price_micros,
        least_cost_micros=row.least_cost_micros,
        most_cost_micros=row.most_cost_micros,
        margin_basis_points=row.margin_basis_points,
        worst=lost if lost.seconds else None,
        free_up_to_seconds=row.free_up_to_seconds,
        exception=_exception(row.cost_exception),
    )


def _exception(row: CostException | None) -> SignedException | None:
    return None if row is None else SignedException(row.reason, row.signed_by, row.signed_at)


def _destination(row: Destination) -> DestinationInfo:
    return DestinationInfo(row.key, row.country_iso2, LineType(row.line_type), row.area)


def _by_minute_prices(deck_id: int) -> tuple[DestinationMargin, ...]:
    """For decks older than the table of margins: such a deck never sells a minute under its cost."""
    left = ExpressionWrapper(
        (F("minute_price_micros") - F("cost_micros")) * BASIS_POINTS / F("cost_micros"), output_field=BigIntegerField()
    )
    rows = (
        Rate.objects.filter(deck_id=deck_id)
        .values("destination_id")
        .annotate(
            prefixes=Count("pk"),
            least_price=Min("minute_price_micros"),
            most_price=Max("minute_price_micros"),
            least_cost=Min("cost_micros"),
            most_cost=Max("cost_micros"),
            margin=Min(left, filter=Q(cost_micros__gt=0)),
        )
    )
    destinations = {row.pk: row for row in Destination.objects.all()}
    found = [
        DestinationMargin(
            destination=_destination(destinations[row["destination_id"]]),
            prefix_count=row["prefixes"],
            least_price_micros=row["least_price"],
            most_price_micros=row["most_price"],
            least_cost_micros=row["least_cost"],
            most_cost_micros=row["most_cost"],
            margin_basis_points=row["margin"],
            worst=None,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: each.destination.key))
