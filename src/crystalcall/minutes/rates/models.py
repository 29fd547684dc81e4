"""The tables of the room: carriers' decks as they came, and the retail decks made of them.

Where a unique constraint begins with the deck, the deck has no index of its own: loading would pay for it twice.

Rows of decks are only ever added. A deck that was a mistake is withdrawn, never deleted: for thirty days after a
purchase the deck shown then may still rate a call, and every charge names the deck that priced it.
"""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual

from crystalcall.rules.numbering import E164_MAX_DIGITS, LineType

LINE_TYPES = sorted(line_type.value for line_type in LineType)
NAME_LENGTH = 200
# Every JSON reader keeps integers up to 2**53 exactly.
DECK_ID_BITS = 52


def random_deck_id() -> int:
    """A number no deck ever had: processes keep indexes by it, and a rolled-back deck must not lend it on."""
    return secrets.randbits(DECK_ID_BITS) + 1


class Carrier(models.Model):
    """A company that completes calls for us; `code` is the word used in routes and on the command line."""

    code = models.CharField(max_length=40, unique=True)

    class Meta:
        """A carrier has a name."""

        constraints: ClassVar = [
            models.CheckConstraint(name="rates_carrier_code_not_empty", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class CarrierDeck(models.Model):
    """One price list of one carrier, with when it takes effect and what file it was."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    source = models.CharField(max_length=NAME_LENGTH)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()

    class Meta:
        """The same file cannot be loaded twice for the same day."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["carrier", "effective_at", "sha256"], name="rates_carrier_deck_loaded_once"
            ),
            models.CheckConstraint(name="rates_carrier_deck_has_rows", condition=Q(row_count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"carrier deck {self.pk}"


class CarrierRate(models.Model):
    """What a carrier asks for a prefix; `destination` keeps the carrier's own words."""

    deck = models.ForeignKey(CarrierDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    destination = models.CharField(max_length=NAME_LENGTH)
    minute_price_micros = models.BigIntegerField()
    connect_fee_micros = models.BigIntegerField()
    first_increment_seconds = models.PositiveIntegerField()
    next_increment_seconds = models.PositiveIntegerField()

    class Meta:
        """One price a prefix; no negative money; increments of at least a second."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix"], name="rates_carrier_rate_prefix_once"),
            models.CheckConstraint(
                name="rates_carrier_rate_sensible",
                condition=Q(
                    minute_price_micros__gte=0,
                    connect_fee_micros__gte=0,
                    first_increment_seconds__gte=1,
                    next_increment_seconds__gte=1,
                )
                & ~Q(prefix=""),
            ),
        ]

    def __str__(self) -> str:
        return self.prefix


class Destination(models.Model):
    """A place and a kind of line that prefixes lead to; `key` is its stable name (`ru-landline-moscow`)."""

    key = models.CharField(max_length=NAME_LENGTH, unique=True)
    country_iso2 = models.CharField(max_length=2, null=True)  # noqa: DJ001 - satellites are in no country; "" would be a country
    line_type = models.CharField(max_length=12)
    area = models.CharField(max_length=NAME_LENGTH, blank=True)

    class Meta:
        """The kinds of line are those of the rules."""

        constraints: ClassVar = [
            models.CheckConstraint(name="rates_destination_line_type_known", condition=Q(line_type__in=LINE_TYPES)),
        ]

    def __str__(self) -> str:
        return self.key


class RateDeck(models.Model):
    """A retail deck: what we sell at, by which rule it was made, from when, and until when if it was withdrawn."""

    id = models.BigIntegerField(primary_key=True, default=random_deck_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    effective_at = models.DateTimeField(db_index=True)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    margin_basis_points = models.PositiveIntegerField()
    rounding_micros = models.PositiveIntegerField()
    floor_micros = models.PositiveIntegerField()
    carrier_decks: "models.ManyToManyField[CarrierDeck, RateDeckSource]" = models.ManyToManyField(
        CarrierDeck, through="RateDeckSource", related_name="+"
    )

    class Meta:
        """Nothing takes effect before it is published or is withdrawn before that."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="rates_rate_deck_effective_after_publication",
                condition=Q(effective_at__gte=F("published_at")),
            ),
            models.CheckConstraint(
                name="rates_rate_deck_withdrawn_after_publication",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("published_at")),
            ),
            models.CheckConstraint(
                name="rates_rate_deck_rule_sensible", condition=Q(version__gte=1, rounding_micros__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"rate deck version {self.version}"


class RateDeckSource(models.Model):
    """Which carriers' decks a retail deck was made of."""

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+")
    carrier_deck = models.ForeignKey(CarrierDeck, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "carrier_deck"], name="rates_rate_deck_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deck_id} from {self.carrier_deck_id}"


class Rate(models.Model):
    """What we sell a prefix for; `cost_micros` is the minute price of the carrier whose increments it took."""

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="+", db_index=False)
    minute_price_micros = models.BigIntegerField()
    connect_fee_micros = models.BigIntegerField()
    first_increment_seconds = models.PositiveIntegerField()
    next_increment_seconds = models.PositiveIntegerField()
    cost_micros = models.BigIntegerField()

    class Meta:
        """One price a prefix, and never below what it costs us."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix"], name="rates_rate_prefix_once"),
            models.CheckConstraint(
                name="rates_rate_sensible",
                condition=Q(
                    minute_price_micros__gte=F("cost_micros"),
                    cost_micros__gte=0,
                    connect_fee_micros__gte=0,
                    first_increment_seconds__gte=1,
                    next_increment_seconds__gte=1,
                )
                & ~Q(prefix=""),
            ),
        ]

    def __str__(self) -> str:
        return self.prefix


class Route(models.Model):
    """A carrier that completes calls to a prefix of a retail deck; rank 0 is the cheapest, the others are fallbacks."""

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    rank = models.PositiveSmallIntegerField()
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    cost_micros = models.BigIntegerField()

    class Meta:
        """A carrier stands once in the order of a prefix."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix", "rank"], name="rates_route_rank_once"),
            models.CheckConstraint(name="rates_route_cost_not_negative", condition=Q(cost_micros__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}/{self.rank}"


class SavingClaim(models.Model):
    """The "save up to" figure of a retail deck, computed at its publication, with what proves it."""

    deck = models.OneToOneField(RateDeck, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="+")
    percent = models.PositiveSmallIntegerField()
    our_minute_price_micros = models.BigIntegerField()
    reference_minute_price_micros = models.BigIntegerField()
    reference_carrier = models.CharField(max_length=NAME_LENGTH)
    reference_year = models.PositiveSmallIntegerField()
    reference_source = models.TextField()
    evidence = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        """A claim is a real saving, and its percentage is not more than the two prices say."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="rates_saving_claim_true",
                condition=Q(percent__gte=1, percent__lte=100, our_minute_price_micros__gte=0)
                # percent <= 100 * (reference - ours) / reference, without the division
                & Q(
                    LessThanOrEqual(
                        F("percent") * F("reference_minute_price_micros"),
                        100 * (F("reference_minute_price_micros") - F("our_minute_price_micros")),
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"up to {self.percent} %"
