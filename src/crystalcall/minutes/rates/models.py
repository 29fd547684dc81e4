"""The tables of the room: carriers' decks as they came, and the retail decks made of them.

Where a unique constraint begins with the deck, the deck has no index of its own: loading would pay for it twice.

Rows of decks are only ever added. A deck that was a mistake is withdrawn, never deleted: for thirty days after a
purchase the deck shown then may still rate a call, and every charge names the deck that priced it.
"""

import secrets
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual

from crystalcall.minutes.rates.conversion import RATE_DECIMALS
from crystalcall.rules.numbering import E164_MAX_DIGITS, LineType

LINE_TYPES = sorted(line_type.value for line_type in LineType)
NAME_LENGTH = 200
# A thousand dollars a unit at most, and nine decimals.
RATE_DIGITS = 13
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
    """One price list of one carrier, with when it takes effect, what file it was, and in which money.

    Amounts of other money than dollars were converted at ``dollars_per_unit`` when the list was loaded.
    """

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=NAME_LENGTH)
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="USD")
    dollars_per_unit = models.DecimalField(max_digits=RATE_DIGITS, decimal_places=RATE_DECIMALS, default=Decimal(1))

    class Meta:
        """A carrier has one price list at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["carrier", "effective_at"],
                condition=Q(withdrawn_at__isnull=True),
                name="rates_carrier_deck_one_at_a_time",
            ),
            models.CheckConstraint(name="rates_carrier_deck_has_rows", condition=Q(row_count__gte=1)),
            models.CheckConstraint(
                name="rates_carrier_deck_withdrawn_after_import",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("imported_at")),
            ),
            models.CheckConstraint(
                name="rates_carrier_deck_conversion_sensible",
                condition=Q(dollars_per_unit__gt=0) & (~Q(currency="USD") | Q(dollars_per_unit=1)) & ~Q(currency=""),
            ),
        ]

    def __str__(self) -> str:
        return f"carrier deck {self.pk}"


class TermColumns(models.Model):
    """The terms of a rate (`rules.rating.RateTerms`), column by column; `term_columns` reads and writes them.

    ``schedule`` holds steps, bands and their zone as text, and nothing where a minute has one price.
    """

    minute_price_micros = models.BigIntegerField()
    connect_fee_micros = models.BigIntegerField()
    first_increment_seconds = models.PositiveIntegerField()
    next_increment_seconds = models.PositiveIntegerField()
    minimum_charge_micros = models.BigIntegerField(default=0)
    free_up_to_seconds = models.PositiveIntegerField(default=0)
    cap_seconds = models.PositiveIntegerField(default=0)
    schedule = models.TextField(blank=True, default="")

    class Meta:
        """Columns, no table."""

        abstract = True


# No negative money; increments of at least a second; a prefix has digits.
SENSIBLE_TERMS = Q(
    minute_price_micros__gte=0,
    connect_fee_micros__gte=0,
    first_increment_seconds__gte=1,
    next_increment_seconds__gte=1,
    minimum_charge_micros__gte=0,
) & ~Q(prefix="")


class CarrierRate(TermColumns):
    """What a carrier asks for a prefix; `destination` keeps the carrier's own words."""

    deck = models.ForeignKey(CarrierDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    destination = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        """One price a prefix, and a sensible one."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix"], name="rates_carrier_rate_prefix_once"),
            models.CheckConstraint(name="rates_carrier_rate_sensible", condition=SENSIBLE_TERMS),
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
    """A retail deck: what we sell at, by which rules it was made, from when, and until when if it was withdrawn.

    ``rules`` is the file of rules by groups, as it was; the figures beside it are its default (or all there was).
    """

    id = models.BigIntegerField(primary_key=True, default=random_deck_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    effective_at = models.DateTimeField(db_index=True)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    margin_basis_points = models.PositiveIntegerField()
    rounding_micros = models.PositiveIntegerField()
    floor_micros = models.PositiveIntegerField()
    rules = models.TextField(blank=True, default="")
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


class CostException(models.Model):
    """A destination that one retail deck may sell under cost: why, and who answers for it."""

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=NAME_LENGTH)
    signed_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField()

    class Meta:
        """Signed once, with a reason and a name."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "destination"], name="rates_cost_exception_once"),
            models.CheckConstraint(name="rates_cost_exception_signed", condition=~Q(reason="") & ~Q(signed_by="")),
        ]

    def __str__(self) -> str:
        return f"{self.deck_id} may sell {self.destination_id} under cost"


class Rate(TermColumns):
    """What we sell a prefix for; `cost_micros` is the minute price of the carrier whose increments it took."""

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="+", db_index=False)
    cost_micros = models.BigIntegerField()
    cost_exception = models.ForeignKey(
        CostException, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        """One price a prefix, and below what it costs us only where somebody signed for it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix"], name="rates_rate_prefix_once"),
            models.CheckConstraint(name="rates_rate_sensible", condition=SENSIBLE_TERMS & Q(cost_micros__gte=0)),
            models.CheckConstraint(
                name="rates_rate_covers_cost",
                condition=Q(minute_price_micros__gte=F("cost_micros")) | Q(cost_exception__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.prefix


class Route(models.Model):
    """A carrier that completes calls to a prefix of a retail deck; rank 0 is the cheapest, the others are fallbacks.

    ``cost_micros`` is its minute price to us; its other terms stand beside it, unless the deck is older than they.
    """

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix = models.CharField(max_length=E164_MAX_DIGITS)
    rank = models.PositiveSmallIntegerField()
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+", db_index=False)
    cost_micros = models.BigIntegerField()
    connect_fee_micros = models.BigIntegerField(default=0)
    first_increment_seconds = models.PositiveIntegerField(null=True)
    next_increment_seconds = models.PositiveIntegerField(null=True)
    minimum_charge_micros = models.BigIntegerField(default=0)
    free_up_to_seconds = models.PositiveIntegerField(default=0)
    cap_seconds = models.PositiveIntegerField(default=0)
    schedule = models.TextField(blank=True, default="")

    class Meta:
        """A carrier stands once in the order of a prefix."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "prefix", "rank"], name="rates_route_rank_once"),
            models.CheckConstraint(name="rates_route_cost_not_negative", condition=Q(cost_micros__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}/{self.rank}"


class Margin(models.Model):
    """What a retail deck leaves us at a destination, computed at its publication (see `margins.DestinationMargin`).

    ``worst_…`` describe the call by which most is lost, and are zero where no call loses.
    """

    deck = models.ForeignKey(RateDeck, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefix_count = models.PositiveIntegerField()
    least_price_micros = models.BigIntegerField()
    most_price_micros = models.BigIntegerField()
    least_cost_micros = models.BigIntegerField()
    most_cost_micros = models.BigIntegerField()
    margin_basis_points = models.BigIntegerField(null=True)
    free_up_to_seconds = models.PositiveIntegerField()
    worst_seconds = models.PositiveIntegerField()
    worst_paid_micros = models.BigIntegerField()
    worst_cost_micros = models.BigIntegerField()
    cost_exception = models.ForeignKey(
        CostException, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        """No destination is sold under cost unless somebody signed for it, and nobody signs for others."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["deck", "destination"], name="rates_margin_once"),
            models.CheckConstraint(
                name="rates_margin_loss_is_signed",
                condition=Q(worst_cost_micros__gt=F("worst_paid_micros"), cost_exception__isnull=False)
                | Q(worst_cost_micros=0, worst_paid_micros=0, cost_exception__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deck_id} leaves {self.margin_basis_points} at {self.destination_id}"


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
