"""What one card may do, where somebody set it, and the ranges known for revenue-share fraud."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.rules.limits import MOST_CALLS_AT_ONCE, MOST_RISK_PREFIX_DIGITS

NOTE_LENGTH = 200


class AccountLimits(models.Model):
    """The limits of one ledger account, named by its id alone; a card without a row has the operator's limits only.

    A null is no wish of its own. What was `carried` here with another card's credit counts until its day is over.
    """

    ledger_account_id = models.UUIDField(primary_key=True)
    max_calls = models.PositiveSmallIntegerField(null=True)
    day_cap_micros = models.PositiveBigIntegerField(null=True)
    call_cap_micros = models.PositiveBigIntegerField(null=True)
    call_cap_seconds = models.PositiveIntegerField(null=True)
    allowed_countries = models.JSONField(null=True)
    premium_allowed = models.BooleanField(default=False)
    satellite_allowed = models.BooleanField(default=False)
    set_at = models.DateTimeField()
    carried_at = models.DateTimeField(null=True)
    carried_spent_micros = models.PositiveBigIntegerField(default=0)
    carried_calls = models.PositiveIntegerField(default=0)
    carried_risk_calls = models.PositiveIntegerField(default=0)

    class Meta:
        """At least one call at once, caps on a call above nothing, and nothing carried without its moment."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="limits_calls_at_once",
                condition=Q(max_calls__isnull=True) | Q(max_calls__gte=1, max_calls__lte=MOST_CALLS_AT_ONCE),
            ),
            models.CheckConstraint(
                name="limits_call_caps_positive",
                condition=(Q(call_cap_micros__isnull=True) | Q(call_cap_micros__gt=0))
                & (Q(call_cap_seconds__isnull=True) | Q(call_cap_seconds__gt=0)),
            ),
            models.CheckConstraint(
                name="limits_carried_says_when",
                condition=Q(carried_at__isnull=False)
                | Q(carried_spent_micros=0, carried_calls=0, carried_risk_calls=0),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RiskRange(models.Model):
    """Numbers that begin like this are known for revenue-share fraud; `note` says by whom and since when."""

    prefix = models.CharField(max_length=MOST_RISK_PREFIX_DIGITS, unique=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    added_at = models.DateTimeField()

    class Meta:
        """A prefix is digits from the country code on."""

        constraints: ClassVar = [
            models.CheckConstraint(name="risk_prefix_digits", condition=Q(prefix__regex=r"^[1-9][0-9]+$")),
        ]

    def __str__(self) -> str:
        return self.prefix
