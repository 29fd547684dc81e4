"""The room's nouns: which deck is current, what a number costs, where calls go, what is saved."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from crystalcall.minutes.rates import margin_rows, references
from crystalcall.minutes.rates.comparing import dearest_minute
from crystalcall.minutes.rates.geography import country_name, folded, slugs
from crystalcall.minutes.rates.margins import DestinationMargin
from crystalcall.minutes.rates.models import CarrierDeck, RateDeck, SavingClaim
from crystalcall.minutes.rates.prefix_index import PrefixIndex, index_of
from crystalcall.minutes.rates.price_changes import PriceChanges, compare
from crystalcall.minutes.rates.search import search_for
from crystalcall.minutes.rates.values import (
    CarrierDeckInfo,
    CountryAnswer,
    CountryLine,
    CountrySummary,
    Deck,
    DeckInfo,
    DestinationInfo,
    NoRate,
    NumberAnswer,
    RatedPrefix,
    ReferencePrice,
    Route,
    Saving,
    Suggestions,
)
from crystalcall.plumbing.arrays import moment
from crystalcall.plumbing.embedded import ask_sqlite, moments_of
from crystalcall.plumbing.together import ask, on_postgresql
from crystalcall.rules.numbering import LineType, Unclear

_CURRENT_POSTGRESQL: Final = b"""
SELECT id, version, effective_at FROM rates_ratedeck
WHERE effective_at <= $1::timestamptz AND (withdrawn_at IS NULL OR withdrawn_at > $1::timestamptz)
ORDER BY effective_at DESC, version DESC LIMIT 1
"""
_CURRENT_SQLITE: Final = """
SELECT id, version, +effective_at FROM rates_ratedeck
WHERE effective_at <= ?1 AND (withdrawn_at IS NULL OR withdrawn_at > ?1)
ORDER BY effective_at DESC, version DESC LIMIT 1
"""


def current_deck(now: datetime) -> Deck | None:
    """The retail deck that rates calls now; None before the first publication. One small query, never cached."""
    return ask_current_deck(now)()


def ask_current_deck(now: datetime) -> Callable[[], Deck | None]:
    """Ask for the same among the statements of `together`; what is given reads the answer."""
    # Asked for every batch of calls: the ORM takes a millisecond to put the same words together.
    if on_postgresql():
        answer = ask(_CURRENT_POSTGRESQL, [moment(now)])
        return lambda: next((Deck(*row) for row in answer.rows()), None)
    rows = ask_sqlite(_CURRENT_SQLITE, now)
    deck = next((Deck(deck_id, version, *moments_of([at])) for deck_id, version, at in rows), None)
    return lambda: deck


def scheduled_deck(now: datetime) -> Deck | None:
    """The deck that will take effect last, if one waits; announced before it comes."""
    return _deck(Q(effective_at__gt=now, withdrawn_at__isnull=True))


def _deck(condition: Q) -> Deck | None:
    row = (
        RateDeck.objects.filter(condition)
        .order_by("-effective_at", "-version")
        .values_list("pk", "version", "effective_at")
        .first()
    )
    return None if row is None else Deck(*row)


def rating_index(deck_id: int) -> PrefixIndex | None:
    """The deck in memory, for those who rate by the thousand: `longest(digits)` gives prefix and cell.

    A cell holds destination, terms, routes and the carriers' own terms. None if there is no such deck.
    """
    return index_of(deck_id)


def deck_by_version(version: int) -> Deck | None:
    """The retail deck of this version, withdrawn or not."""
    return _deck(Q(version=version))


def decks() -> tuple[DeckInfo, ...]:
    """Every retail deck with what became of it, the newest first."""
    rows = RateDeck.objects.order_by("-version").values_list(
        "pk", "version", "effective_at", "published_at", "withdrawn_at", "margin_basis_points", "rules"
    )
    return tuple(
        DeckInfo(Deck(pk, version, effective_at), published_at, withdrawn_at, margin, rules)
        for pk, version, effective_at, published_at, withdrawn_at, margin, rules in rows
    )


def carrier_decks() -> tuple[CarrierDeckInfo, ...]:
    """Every carrier's price list that was loaded, by carrier, the newest first."""
    rows = CarrierDeck.objects.order_by("carrier__code", "-effective_at", "-pk").values_list(
        "pk",
        "carrier__code",
        "effective_at",
        "imported_at",
        "withdrawn_at",
        "source",
        "row_count",
        "currency",
        "dollars_per_unit",
    )
    return tuple(CarrierDeckInfo(*row) for row in rows)


def margins(deck_id: int) -> tuple[DestinationMargin, ...]:
    """What each destination of a deck leaves us, by key, with exceptions that were signed for.

    Decks that were published before margins were kept are judged by their minute prices alone.
    """
    return margin_rows.margins_of_deck(deck_id)


def price_changes(deck_id: int) -> PriceChanges | None:
    """What a deck changes against the one that rates before it; None if there is no such deck."""
    row = RateDeck.objects.filter(pk=deck_id).first()
    after = index_of(deck_id)
    if row is None or after is None:
        return None
    standing = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=row.effective_at)
    former = _deck(standing & Q(version__lt=row.version, effective_at__lte=row.effective_at))
    before = index_of(former.id) if former else None
    deck = Deck(row.pk, row.version, row.effective_at)
    return PriceChanges(deck, former, **(compare(before, after) if before else {}))


def find_rate(digits: str, deck_id: int) -> RatedPrefix | None:
    """What calls to these digits (country code first, no plus) cost under a deck; the longest prefix wins."""
    index = index_of(deck_id)
    found = index.longest(digits) if index else None
    return index.rated(*found) if index and found else None


def routes(digits: str, deck_id: int) -> tuple[Route, ...]:
    """Carriers to complete the call, cheapest first; each costs at most what the buyer pays. Empty if none."""
    index = index_of(deck_id)
    found = index.longest(digits) if index else None
    if found is None:
        return ()
    cell = found[1]
    return tuple(
        Route(carrier, digits, price, cost) for (carrier, price), cost in zip(cell.routes, cell.costs, strict=True)
    )


def country_lines(iso2: str, deck_id: int) -> tuple[CountryLine, ...]:
    """The kinds of line on sale in a country, landline first; "from" and "at most" of each."""
    index = index_of(deck_id)
    return index.country_lines(iso2) if index else ()


def countries(deck_id: int, language: str) -> tuple[CountrySummary, ...]:
    """Every country with landline or mobile on sale, by its name in the reader's language."""
    index = index_of(deck_id)
    if index is None:
        return ()
    summaries = (_summary(iso2, index.country_lines(iso2), language) for iso2 in index.countries())
    sold = [summary for summary in summaries if summary.landline or summary.mobile]
    return tuple(sorted(sold, key=lambda summary: folded(summary.name)))


def some_countries(wanted: Iterable[str], deck_id: int, language: str) -> tuple[CountrySummary, ...]:
    """Those of these countries (ISO 3166-1 alpha-2) that have landline or mobile on sale, in the order asked for."""
    index = index_of(deck_id)
    if index is None:
        return ()
    summaries = (_summary(iso2, index.country_lines(iso2), language) for iso2 in wanted)
    return tuple(summary for summary in summaries if summary.landline or summary.mobile)


def country_by_slug(slug: str, deck_id: int, language: str) -> CountrySummary | None:
    """The country of an address (`/rates/russia/`), if it is on sale."""
    return next((summary for summary in countries(deck_id, language) if summary.slug == slug), None)


def _summary(iso2: str, lines: tuple[CountryLine, ...], language: str) -> CountrySummary:
    by_type = {line.line_type: line for line in lines}
    landline, mobile = by_type.get(LineType.LANDLINE), by_type.get(LineType.MOBILE)
    return CountrySummary(
        iso2=iso2,
        slug=slugs().get(iso2, iso2.lower()),
        name=country_name(iso2, language),
        landline=landline.dearest if landline else None,
        mobile=mobile.dearest if mobile else None,
        landline_from=landline.cheapest if landline else None,
        mobile_from=mobile.cheapest if mobile else None,
    )


def reference_price(iso2: str, line_type: LineType, now: datetime) -> ReferencePrice | None:
    """The retail price that ours is compared with: same kind of line, at most five years old, the lowest of several."""
    return references.reference_price(iso2, line_type, now)


def saving(rated: RatedPrefix, now: datetime) -> Saving | None:
    """How much less a minute costs here than at the reference; None where nothing is saved or known."""
    return references.saving_of(rated.destination, dearest_minute(rated.terms), now)


def best_saving(deck_id: int, now: datetime) -> Saving | None:
    """The "save up to" figure of a deck, as computed at its publication.

    None if there is none, or once its reference has grown too old to be quoted.
    """
    claim = SavingClaim.objects.select_related("destination").filter(deck_id=deck_id).first()
    if claim is None or now.year - claim.reference_year > references.MAX_AGE_YEARS:
        return None
    where = claim.destination
    destination = DestinationInfo(where.key, where.country_iso2, LineType(where.line_type), where.area)
    return Saving(
        percent=claim.percent,
        reference=ReferencePrice(
            minute_price_micros=claim.reference_minute_price_micros,
            carrier=claim.reference_carrier,
            year=claim.reference_year,
            source=claim.reference_source,
            line_type=where.line_type,
        ),
        our_minute_price_micros=claim.our_minute_price_micros,
        country_iso2=where.country_iso2 or "",
        line_type=destination.line_type,
        destination=destination,
    )


def search(typed: str, language: str, now: datetime) -> NumberAnswer | CountryAnswer | Unclear | NoRate | Suggestions:
    """Answer what somebody typed: a number in any form, or a country's name in English or Russian.

    Premium and satellite numbers are not sold and answer `Unclear` with that reason. Before the first publication a
    number answers `NoRate` and a country comes without lines.
    """
    deck = current_deck(now)
    return search_for(typed, language, index_of(deck.id) if deck else None)
