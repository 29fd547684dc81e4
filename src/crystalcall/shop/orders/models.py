"""Orders, what was bought, the cards it became, and the history of its states."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.rules.ordering import SETTLED, OrderFact, OrderState
from crystalcall.shop.orders.values import ClaimWay, NoticeTopic


class Order(models.Model):
    """One purchase. The token in its link is sealed, to be mailed again, and found by a keyed hash."""

    order_number = models.CharField(max_length=20, unique=True)
    sealed_token = models.BinaryField()
    token_index = models.BinaryField(max_length=32, unique=True)
    placing_index = models.BinaryField(max_length=32, unique=True)
    customer_id = models.UUIDField(null=True, db_index=True)
    state = models.CharField(max_length=10, default=OrderState.PLACED.value)
    language = models.CharField(max_length=2)
    total_micros = models.BigIntegerField()
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """The times agree with the state; what waits for somebody is found quickly."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="order_state_known", condition=Q(state__in=[state.value for state in OrderState])
            ),
            models.CheckConstraint(name="order_language_spoken", condition=Q(language__in=["en", "ru"])),
            models.CheckConstraint(
                name="order_total_in_limits", condition=Q(total_micros__gt=0, total_micros__lte=500_000_000)
            ),
            models.CheckConstraint(
                name="order_paid_when_settled",
                condition=Q(state__in=sorted(state.value for state in SETTLED), paid_at__isnull=False)
                | (~Q(state__in=sorted(state.value for state in SETTLED)) & Q(paid_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="order_fulfilled_at_agrees",
                condition=Q(state=OrderState.FULFILLED.value, fulfilled_at__isnull=False)
                | (~Q(state=OrderState.FULFILLED.value) & Q(fulfilled_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "placed_at"], name="order_by_state")]

    def __str__(self) -> str:
        return self.order_number


class OrderLine(models.Model):
    """So many of one product, at the price and under the rate deck shown at the purchase."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=40)
    quantity = models.PositiveSmallIntegerField()
    unit_price_micros = models.BigIntegerField()
    unit_credit_micros = models.BigIntegerField()
    deck_id = models.BigIntegerField()
    deck_version = models.PositiveIntegerField()

    class Meta:
        """Each product stands once in an order; no card is worth more than it cost."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "sku"], name="orderline_product_once"),
            models.UniqueConstraint(fields=["order", "position"], name="orderline_position_once"),
            models.CheckConstraint(name="orderline_quantity_in_limits", condition=Q(quantity__gte=1, quantity__lte=99)),
            models.CheckConstraint(
                name="orderline_credit_covered",
                condition=Q(unit_credit_micros__gt=0, unit_credit_micros__lte=F("unit_price_micros")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class Card(models.Model):
    """One of the cards of a line: its PIN by serial, its money by ledger account, its guarantee by date."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="cards")
    index = models.PositiveSmallIntegerField()
    pin_serial = models.CharField(max_length=20, unique=True)
    ledger_account_id = models.UUIDField(unique=True)
    guaranteed_until = models.DateTimeField()
    issued_at = models.DateTimeField()

    class Meta:
        """Each card of a line is made once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "index"], name="card_once"),
            models.CheckConstraint(name="card_index_in_limits", condition=Q(index__gte=1, index__lte=99)),
        ]

    def __str__(self) -> str:
        return self.pin_serial


class NoticeWish(models.Model):
    """The buyer asked at the checkout to be told of something by mail; off unless asked for, ended by its own link.

    An ended wish keeps no key, only that its link was used: whoever opens it again is told that it has ended.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notice_wishes")
    topic = models.CharField(max_length=10, default=NoticeTopic.PRICES.value, db_default=NoticeTopic.PRICES.value)
    sealed_token = models.BinaryField(null=True)
    token_index = models.BinaryField(max_length=32, unique=True)
    asked_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """A wish that stands can be written into a mail; one that was stopped cannot."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="noticewish_stopped_agrees",
                condition=Q(sealed_token__isnull=False, stopped_at__isnull=True)
                | Q(sealed_token__isnull=True, stopped_at__isnull=False),
            ),
            models.UniqueConstraint(name="noticewish_topic_once", fields=["order", "topic"]),
            models.CheckConstraint(
                name="noticewish_topic_known", condition=Q(topic__in=[topic.value for topic in NoticeTopic])
            ),
        ]

    def __str__(self) -> str:
        return f"notices about {self.topic} to {self.order_id}"


class OrderClaim(models.Model):
    """An order stands in a customer's account; from then on its public page shows neither PIN nor calls.

    Who bought it stands in the order: who claims it by its secret address alone learns nothing of that person, and is
    joined with nobody.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="claim")
    customer_id = models.UUIDField(db_index=True)
    way = models.CharField(max_length=10)
    claimed_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """An order stands in one account."""

        constraints: ClassVar = [
            models.CheckConstraint(name="orderclaim_way_known", condition=Q(way__in=[way.value for way in ClaimWay])),
        ]

    def __str__(self) -> str:
        return f"claim of {self.order_id}"


class HeldCard(models.Model):
    """A card that a customer added by its PIN: they see what is on it, and the calls made since."""

    customer_id = models.UUIDField(db_index=True)
    ledger_account_id = models.UUIDField(unique=True)
    pin_serial = models.CharField(max_length=20, unique=True)
    added_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return self.pin_serial


class OrderEvent(models.Model):
    """One step in an order's life; append-only; deletion changes nothing in it, since only its order leads to a person.

    ``reference`` names the evidence in its own room (a payment's id) or is empty. A step from a state to itself
    records evidence that moved nothing but must not be lost, such as a second payment.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveSmallIntegerField()
    fact = models.CharField(max_length=10)
    reference = models.CharField(max_length=40, blank=True, default="")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    happened_at = models.DateTimeField()

    class Meta:
        """A history has one line."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "sequence"], name="orderevent_sequence_once"),
            models.CheckConstraint(
                name="orderevent_fact_known",
                condition=Q(fact__in=["placed", *(fact.value for fact in OrderFact)]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}#{self.sequence} {self.fact}"
