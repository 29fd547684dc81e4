"""The books' tables. The sign convention is stated in `rules/ledger.py`; the database holds every invariant it can."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.rules.ledger import (
    FLOORED_KINDS,
    MAX_AMOUNT_MICROS,
    UNIT_USD_MICROS,
    AccountKind,
    ReservationState,
    available_micros,
    posted_balance_micros,
)

KINDS = sorted(kind.value for kind in AccountKind)
FLOORED = sorted(kind.value for kind in FLOORED_KINDS)
STATES = sorted(state.value for state in ReservationState)
OPEN = ReservationState.RESERVED.value
POSTED = ReservationState.POSTED.value

KEY_LENGTH = 200


class LedgerAccount(models.Model):
    """An account of the books; it knows no person, only the key it was opened under.

    Totals are kept for accounts with a floor alone: an account of the store's has the sum of its transfers as
    its balance, so that it is never a row on which every call of every caller must wait.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    kind = models.CharField(max_length=30)
    unit = models.CharField(max_length=20, default=UNIT_USD_MICROS)
    debits_posted_micros = models.BigIntegerField(default=0)
    credits_posted_micros = models.BigIntegerField(default=0)
    held_micros = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        """No account with a floor ever pays or promises more than it has, whatever program asks."""

        constraints: ClassVar = [
            models.CheckConstraint(name="ledger_account_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="ledger_account_unit_known", condition=Q(unit=UNIT_USD_MICROS)),
            models.CheckConstraint(
                name="ledger_account_totals_not_negative",
                condition=Q(debits_posted_micros__gte=0, credits_posted_micros__gte=0, held_micros__gte=0),
            ),
            models.CheckConstraint(
                name="ledger_account_never_below_zero",
                condition=Q(credits_posted_micros__gte=F("debits_posted_micros") + F("held_micros")),
            ),
            models.CheckConstraint(
                name="ledger_account_totals_only_with_floor",
                condition=Q(kind__in=FLOORED) | Q(debits_posted_micros=0, credits_posted_micros=0, held_micros=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def posted_micros(self) -> int:
        """The running balance on the account's normal side; 0 for an account of the store's, which keeps none."""
        kind = AccountKind(self.kind)
        return posted_balance_micros(kind, self.debits_posted_micros, self.credits_posted_micros)

    @property
    def available_micros(self) -> int:
        """What is neither spent nor held."""
        return available_micros(self.posted_micros, self.held_micros)


class Reservation(models.Model):
    """Money promised to one use: reserved, then posted, voided or expired, once.

    `requested_micros` is what the first request asked for (a repeat is recognised by it), `amount_micros` what
    is held now or was held at the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=OPEN)
    requested_micros = models.BigIntegerField()
    amount_micros = models.BigIntegerField()
    posted_micros = models.BigIntegerField(null=True)
    balance_before_micros = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """A charge never exceeds its hold, and what is settled says when and with how much."""

        constraints: ClassVar = [
            models.CheckConstraint(name="ledger_reservation_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="ledger_reservation_amount_in_limits",
                condition=Q(amount_micros__gte=0, amount_micros__lte=MAX_AMOUNT_MICROS, requested_micros__gte=0),
            ),
            models.CheckConstraint(
                name="ledger_reservation_settled_has_time",
                condition=Q(state=OPEN, settled_at__isnull=True) | (~Q(state=OPEN) & Q(settled_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="ledger_reservation_posted_within_hold",
                condition=(
                    Q(
                        state=POSTED,
                        posted_micros__isnull=False,
                        posted_micros__gte=0,
                        posted_micros__lte=F("amount_micros"),
                        balance_before_micros__isnull=False,
                        balance_before_micros__gte=F("posted_micros"),
                    )
                    | (~Q(state=POSTED) & Q(posted_micros__isnull=True, balance_before_micros__isnull=True))
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account"], name="ledger_reservation_open", condition=Q(state=OPEN)),
            models.Index(
                fields=["expires_at"],
                name="ledger_reservation_due",
                condition=Q(state=OPEN, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class Transfer(models.Model):
    """A movement between two accounts; written once, never changed (triggers refuse it).

    Its id is its place in the books.
    """

    id = models.BigAutoField(primary_key=True)
    idempotency_key = models.CharField(max_length=KEY_LENGTH, unique=True)
    debit_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    amount_micros = models.BigIntegerField()
    code = models.CharField(max_length=40)
    reservation = models.OneToOneField(Reservation, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One positive amount and two different accounts: a transfer cannot help but balance."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="ledger_transfer_amount_in_limits",
                condition=Q(amount_micros__gte=1, amount_micros__lte=MAX_AMOUNT_MICROS),
            ),
            models.CheckConstraint(
                name="ledger_transfer_two_accounts", condition=~Q(debit_account=F("credit_account"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"
