"""Products: what can be put into a cart."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Product(models.Model):
    """One thing on sale: the buyer pays ``price_micros``, and ``credit_micros`` land on the card."""

    sku = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, default="credit")
    price_micros = models.BigIntegerField()
    credit_micros = models.BigIntegerField()
    state = models.CharField(max_length=10, default="active")

    class Meta:
        """Priced in whole cents (the gateway knows no less) and never worth more than it costs."""

        constraints: ClassVar = [
            models.CheckConstraint(name="product_kind_known", condition=Q(kind__in=["credit"])),
            models.CheckConstraint(name="product_state_known", condition=Q(state__in=["active", "withdrawn"])),
            models.CheckConstraint(
                name="product_price_in_limits", condition=Q(price_micros__gt=0, price_micros__lte=500_000_000)
            ),
            models.CheckConstraint(
                name="product_price_whole_cents",
                condition=Q(price_micros=F("price_micros") / 10_000 * 10_000),
            ),
            models.CheckConstraint(
                name="product_credit_covered",
                condition=Q(credit_micros__gt=0, credit_micros__lte=F("price_micros")),
            ),
        ]

    def __str__(self) -> str:
        return self.sku
