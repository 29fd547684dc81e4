"""Publishing a retail deck, and taking one back."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Max

from crystalcall.minutes.rates.actions.publication_rows import (
    write_claim,
    write_destinations,
    write_exceptions,
    write_margins,
    write_rates,
)
from crystalcall.minutes.rates.carrier_prices import decks_in_force, prices_of
from crystalcall.minutes.rates.deck_file import Progress
from crystalcall.minutes.rates.events import DeckPublished, DeckWithdrawn, RatesRaised
from crystalcall.minutes.rates.locks import lock_standing_decks
from crystalcall.minutes.rates.margins import DestinationMargin, SignedException, margins_of
from crystalcall.minutes.rates.models import CarrierDeck, RateDeck, RateDeckSource
from crystalcall.minutes.rates.prefix_index import Cell, PrefixIndex, index_of
from crystalcall.minutes.rates.price_changes import compare
from crystalcall.minutes.rates.price_rules import GroupedRules, PriceRule
from crystalcall.minutes.rates.retail import RetailRate, compose
from crystalcall.minutes.rates.values import Deck
from crystalcall.plumbing.announcements import announce

TENTH_OF_A_CENT_MICROS: Final = 1000
# Ten times the cost: beyond that a margin is a slip of the keyboard.
MAX_MARGIN_BASIS_POINTS: Final = 90_000


@dataclass(frozen=True, slots=True)
class AllowUnderCost:
    """Destinations (by key) that may be sold under cost in this deck: why, and who says so."""

    keys: frozenset[str] = frozenset()
    reason: str = ""
    signed_by: str = ""


NOTHING_UNDER_COST: Final = AllowUnderCost()


@dataclass(frozen=True, slots=True)
class PublishDeck:
    """The rule of a retail deck: margin in hundredths of a percent, prices up to a whole step, none below the floor.

    ``effective_at`` None is now. ``signed_off`` names destinations (by key) whose outlying saving the operator
    vouches for. ``rules`` are others for groups of destinations (their default stands in for the first three figures:
    see `publication_of`), ``under_cost`` what may be sold under cost.
    """

    margin_basis_points: int
    rounding_micros: int = TENTH_OF_A_CENT_MICROS
    floor_micros: int = TENTH_OF_A_CENT_MICROS
    effective_at: datetime | None = None
    signed_off: frozenset[str] = frozenset()
    rules: GroupedRules | None = None
    under_cost: AllowUnderCost = NOTHING_UNDER_COST

    def price_rules(self) -> GroupedRules:
        """The rules by which prices are made."""
        return self.rules or GroupedRules(PriceRule(self.margin_basis_points, self.rounding_micros, self.floor_micros))


class PublicationRefusal(StrEnum):
    """Why nothing was published or withdrawn."""

    SENSELESS_RULE = "senseless_rule"
    EFFECTIVE_IN_THE_PAST = "effective_in_the_past"
    BEFORE_A_SCHEDULED_DECK = "before_a_scheduled_deck"
    NO_CARRIER_DECK = "no_carrier_deck"
    NOTHING_PUBLISHED = "nothing_published"
    NOTHING_BEFORE = "nothing_before"
    UNDER_COST = "under_cost"
    UNKNOWN_DESTINATION = "unknown_destination"
    UNSIGNED_EXCEPTION = "unsigned_exception"


@dataclass(frozen=True, slots=True)
class Published:
    """A retail deck stands; the saving is None where nothing is cheaper than its reference.

    ``raised`` says whether any destination is dearer than in the deck before; ``unused_groups`` are groups of the
    rules that spoke of no prefix; ``under_cost`` keys of what is sold under cost by exception.
    """

    deck: Deck
    prefix_count: int
    carriers: tuple[str, ...]
    best_saving_percent: int | None
    raised: bool = False
    unused_groups: tuple[str, ...] = ()
    under_cost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a publication would come to; nothing was written. What is under cost would still have to be signed for."""

    effective_at: datetime
    prefix_count: int
    carriers: tuple[str, ...]
    margins: tuple[DestinationMargin, ...]
    unused_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicationRefused:
    """Nothing changed. ``under_cost`` are the destinations that nobody signed for, ``unknown`` keys that are none."""

    reason: PublicationRefusal
    under_cost: tuple[DestinationMargin, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The newest deck was withdrawn; `current` rates from now on (or from its own effective time)."""

    withdrawn: Deck
    current: Deck


def publication_of(rules: GroupedRules, **more: object) -> PublishDeck:
    """A publication by rules for groups; `more` are the other fields of `PublishDeck`."""
    default = rules.default
    plain = PublishDeck(default.margin_basis_points, default.rounding_micros, default.floor_micros, rules=rules)
    return replace(plain, **more)  # type: ignore[arg-type]  # replace() takes the fields by name


def publish_deck(
    request: PublishDeck, *, now: datetime, progress: Progress | None = None
) -> Published | PublicationRefused:
    """Make a retail deck of the carriers' decks in force at its effective time, in one transaction.

    `progress` is told (prefixes written, prefixes in all).
    """
    effective_at = request.effective_at or now
    refused = _refusal(request, effective_at, now)
    if refused is not None:
        return PublicationRefused(refused)
    with transaction.atomic():
        standing = lock_standing_decks()
        prepared = _prepare(request, effective_at, standing)
        if isinstance(prepared, PublicationRefused):
            return prepared
        margins = _signed(prepared.margins, request.under_cost, now)
        if isinstance(margins, PublicationRefused):
            return margins
        rates = prepared.rates
        deck = _write_deck(request, effective_at, now, list(prepared.sources.values()))
        percent = _write_rows(deck, rates, margins, (now, request.signed_off), progress)
        raised = _announce(deck, rates, standing)
    return Published(
        deck=_value(deck),
        prefix_count=len(rates),
        carriers=tuple(sorted(prepared.sources)),
        best_saving_percent=percent,
        raised=raised,
        unused_groups=prepared.unused_groups,
        under_cost=tuple(each.destination.key for each in margins if each.exception),
    )


def draft_deck(request: PublishDeck, *, now: datetime) -> Draft | PublicationRefused:
    """What publishing would come to, with every margin; nothing is written, and nothing under cost is refused."""
    effective_at = request.effective_at or now
    refused = _refusal(request, effective_at, now)
    if refused is not None:
        return PublicationRefused(refused)
    # A draft stands in no other deck's way, also while one waits.
    prepared = _prepare(request, effective_at, [])
    if isinstance(prepared, PublicationRefused):
        return prepared
    return Draft(
        effective_at=effective_at,
        prefix_count=len(prepared.rates),
        carriers=tuple(sorted(prepared.sources)),
        margins=prepared.margins,
        unused_groups=prepared.unused_groups,
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A retail deck before it is written, and the carriers' decks that it was made of."""

    sources: dict[str, CarrierDeck]
    rates: list[RetailRate]
    margins: tuple[DestinationMargin, ...]
    unused_groups: tuple[str, ...]


def _prepare(request: PublishDeck, effective_at: datetime, standing: list[RateDeck]) -> _Prepared | PublicationRefused:
    """Price every prefix by the rules."""
    # A deck that starts before one already scheduled would come back into force nobody knows when.
    if any(deck.effective_at > effective_at for deck in standing):
        return PublicationRefused(PublicationRefusal.BEFORE_A_SCHEDULED_DECK)
    sources = decks_in_force(effective_at)
    if not sources:
        return PublicationRefused(PublicationRefusal.NO_CARRIER_DECK)
    rules = request.price_rules()
    rates = list(compose({carrier: prices_of(deck.pk) for carrier, deck in sources.items()}, rules))
    return _Prepared(sources, rates, margins_of(rates), rules.unused())


def _refusal(request: PublishDeck, effective_at: datetime, now: datetime) -> PublicationRefusal | None:
    """What is wrong with the request itself."""
    if effective_at < now:
        return PublicationRefusal.EFFECTIVE_IN_THE_PAST
    rules = request.price_rules()
    if not all(_sensible(rule) for rule in (rules.default, *(group.rule for group in rules.groups))):
        return PublicationRefusal.SENSELESS_RULE
    allowed = request.under_cost
    if allowed.keys and not (allowed.reason.strip() and allowed.signed_by.strip()):
        return PublicationRefusal.UNSIGNED_EXCEPTION
    return None


def _sensible(rule: PriceRule) -> bool:
    """A margin that does not sell below cost, a step and a floor that are amounts."""
    return (
        0 <= rule.margin_basis_points <= MAX_MARGIN_BASIS_POINTS
        and rule.rounding_micros >= 1
        and rule.floor_micros >= 0
    )


def _signed(
    margins: tuple[DestinationMargin, ...], allowed: AllowUnderCost, now: datetime
) -> tuple[DestinationMargin, ...] | PublicationRefused:
    """The margins with their exceptions; refused where one is missing. What is not under cost gets none."""
    unknown = allowed.keys - {each.destination.key for each in margins}
    if unknown:
        return PublicationRefused(PublicationRefusal.UNKNOWN_DESTINATION, unknown=tuple(sorted(unknown)))
    unsigned = tuple(each for each in margins if each.under_cost and each.destination.key not in allowed.keys)
    if unsigned:
        return PublicationRefused(PublicationRefusal.UNDER_COST, under_cost=unsigned)
    signature = SignedException(allowed.reason.strip(), allowed.signed_by.strip(), now)
    return tuple(replace(each, exception=signature) if each.under_cost else each for each in margins)


def _write_deck(request: PublishDeck, effective_at: datetime, now: datetime, sources: list[CarrierDeck]) -> RateDeck:
    """The deck's own row, under the next version, and what it was made of."""
    newest: int = RateDeck.objects.aggregate(newest=Max("version"))["newest"] or 0
    rules = request.price_rules()
    deck = RateDeck.objects.create(
        version=newest + 1,
        effective_at=effective_at,
        published_at=now,
        margin_basis_points=rules.default.margin_basis_points,
        rounding_micros=rules.default.rounding_micros,
        floor_micros=rules.default.floor_micros,
        rules=rules.text,
    )
    RateDeckSource.objects.bulk_create(RateDeckSource(deck=deck, carrier_deck=source) for source in sources)
    return deck


def _write_rows(
    deck: RateDeck,
    rates: list[RetailRate],
    margins: tuple[DestinationMargin, ...],
    circumstances: tuple[datetime, frozenset[str]],
    progress: Progress | None,
) -> int | None:
    """Everything under the deck's row; gives the percentage of the "save up to" figure."""
    destinations = write_destinations({rate.destination for rate in rates})
    exceptions = write_exceptions(deck, margins, destinations)
    write_rates(deck, rates, destinations, exceptions, progress)
    write_margins(deck, margins, destinations, exceptions)
    return write_claim(deck, rates, destinations, circumstances)


def _announce(deck: RateDeck, rates: list[RetailRate], standing: list[RateDeck]) -> bool:
    """Tell of the deck, and of dearer prices where there are any; gives whether there are."""
    announce(DeckPublished(deck_id=deck.pk))
    former = max(standing, key=lambda each: (each.effective_at, each.version), default=None)
    before = index_of(former.pk) if former else None
    if before is None:
        return False
    cells = {rate.prefix: Cell(rate.destination, rate.terms, rate.routes) for rate in rates}
    raised = bool(compare(before, PrefixIndex(deck.pk, deck.version, cells))["dearer"])
    if raised:
        announce(RatesRaised(deck_id=deck.pk))
    return raised


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
