"""The books' tables. The sign convention is stated in `rules/ledger.py`; the database holds every invariant it can.

Amounts are in the unit of their account: micros of a dollar, or seconds. Between these tables stand no foreign keys
of the database's: each would put a share lock on the store's one revenue account for every call of every caller. The
audit proves instead that everything a row names exists. What changes at each call is in no index, so that PostgreSQL
can write the new version of a row beside the old one and touch no index at all.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.rules.ledger import (
    CALL_CODES,
    FLOORED_KINDS,
    MAX_AMOUNT,
    SECONDS_KINDS,
    UNIT_SECONDS,
    UNIT_USD_MICROS,
    UNITS,
    AccountKind,
    ReservationState,
)

KINDS = sorted(kind.value for kind in AccountKind)
FLOORED = sorted(kind.value for kind in FLOORED_KINDS)
IN_SECONDS = sorted(kind.value for kind in SECONDS_KINDS)
STATES = sorted(state.value for state in ReservationState)
OPEN = ReservationState.RESERVED.value
POSTED = ReservationState.POSTED.value
ALLOWANCE = AccountKind.CUSTOMER_ALLOWANCE.value

KEY_LENGTH = 200


class LedgerAccount(models.Model):
    """An account of the books; it knows no person, only the key it was opened under.

    Totals are kept for accounts with a floor alone: an account of the store's has the sum of its transfers as
    its balance, so that it is never a row on which every call of every caller must wait.

    `holder` is the money account whose owner may use this one: for an allowance the account beside which it is
    used, for money the account itself, for the store's own accounts nobody's. `coverage` says which destinations
    an allowance is for ("ru-landline", "ru-*"). `expires_at` is the end that was promised at the purchase, and
    `last_used_at` the last call or top-up, from which dormancy counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    kind = models.CharField(max_length=30)
    unit = models.CharField(max_length=20, default=UNIT_USD_MICROS)
    debits_posted = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    holder = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    coverage = models.CharField(max_length=40, default="", blank=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """No account with a floor ever pays or promises more than it has, whatever program asks."""

        constraints: ClassVar = [
            models.CheckConstraint(name="ledger_account_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="ledger_account_unit_known", condition=Q(unit__in=UNITS)),
            models.CheckConstraint(
                name="ledger_account_unit_of_its_kind",
                condition=Q(unit=UNIT_SECONDS, kind__in=IN_SECONDS)
                | (Q(unit=UNIT_USD_MICROS) & ~Q(kind__in=IN_SECONDS)),
            ),
            models.CheckConstraint(
                name="ledger_account_totals_not_negative",
                condition=Q(debits_posted__gte=0, credits_posted__gte=0, held__gte=0),
            ),
            models.CheckConstraint(
                name="ledger_account_never_below_zero",
                condition=Q(credits_posted__gte=F("debits_posted") + F("held")),
            ),
            models.CheckConstraint(
                name="ledger_account_totals_only_with_floor",
                condition=Q(kind__in=FLOORED) | Q(debits_posted=0, credits_posted=0, held=0),
            ),
            models.CheckConstraint(
                name="ledger_account_holder_only_with_floor",
                condition=Q(kind__in=FLOORED, holder__isnull=False) | (~Q(kind__in=FLOORED) & Q(holder__isnull=True)),
            ),
            models.CheckConstraint(
                name="ledger_account_allowance_covers",
                condition=(Q(kind=ALLOWANCE) & ~Q(coverage="") & ~Q(holder=F("id")))
                | (~Q(kind=ALLOWANCE) & Q(coverage="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder"], name="ledger_account_holder", condition=Q(holder__isnull=False)),
            models.Index(fields=["expires_at"], name="ledger_account_expiry", condition=Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Reservation(models.Model):
    """Money or minutes promised to one use: reserved, then posted, voided or expired, once.

    The id is made from the key of the use (`keys.reservation_id`), so that the primary key keeps it from being
    promised twice. `requested` is what the first request asked for (a repeat is recognised by it), `amount` what is
    held now or was held at the end. `expires_at` stands only while the reservation is open and nobody but the
    ledger's own sweep watches it; a call's hold has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=10, default=OPEN)
    requested = models.BigIntegerField()
    amount = models.BigIntegerField()
    posted = models.BigIntegerField(null=True)
    balance_before = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """A charge never exceeds its hold, and what is settled says when and with how much."""

        constraints: ClassVar = [
            models.CheckConstraint(name="ledger_reservation_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="ledger_reservation_amount_in_limits",
                condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT, requested__gte=0),
            ),
            models.CheckConstraint(
                name="ledger_reservation_settled_has_time",
                condition=Q(state=OPEN, settled_at__isnull=True)
                | (~Q(state=OPEN) & Q(settled_at__isnull=False, expires_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="ledger_reservation_posted_within_hold",
                condition=(
                    Q(
                        state=POSTED,
                        posted__isnull=False,
                        posted__gte=0,
                        posted__lte=F("amount"),
                        balance_before__isnull=False,
                        balance_before__gte=F("posted"),
                    )
                    | (~Q(state=POSTED) & Q(posted__isnull=True, balance_before__isnull=True))
                ),
            ),
        ]
        indexes: ClassVar = [
            # The state is not part of the condition: an index that names it would have to be written at every end.
            models.Index(fields=["expires_at"], name="ledger_reservation_due", condition=Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"


class Transfer(models.Model):
    """A movement between two accounts of one unit; written once, never changed (triggers refuse it).

    `id` is its place in the books; everything outside names it by `idempotency_key`, which is made from the key of the
    fact behind it (`keys.transfer_key`), and is the reservation's own id where a reservation was posted.
    """

    id = models.BigAutoField(primary_key=True)
    idempotency_key = models.UUIDField(unique=True)
    debit_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    credit_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField()
    unit = models.CharField(max_length=20, default=UNIT_USD_MICROS)
    code = models.CharField(max_length=40)
    reservation = models.ForeignKey(
        Reservation, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        """One positive amount and two different accounts: a transfer cannot help but balance."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="ledger_transfer_amount_in_limits", condition=Q(amount__gte=1, amount__lte=MAX_AMOUNT)
            ),
            models.CheckConstraint(
                name="ledger_transfer_two_accounts", condition=~Q(debit_account=F("credit_account"))
            ),
            models.CheckConstraint(name="ledger_transfer_unit_known", condition=Q(unit__in=UNITS)),
            models.CheckConstraint(
                name="ledger_transfer_posts_once",
                condition=Q(reservation__isnull=True) | Q(reservation=F("idempotency_key")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["credit_account"], name="ledger_transfer_credited", condition=~Q(code__in=CALL_CODES)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class ExpiryNotice(models.Model):
    """That the holder was told once of one coming end of one account, and by which rule it ends."""

    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    due_at = models.DateTimeField()
    by_dormancy = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        """An end is announced once; where it moves, the new one is another."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "due_at", "by_dormancy"], name="ledger_notice_once_for_each_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} until {self.due_at:%Y-%m-%d}"


class AuditRun(models.Model):
    """One audit of the books: when, over how much, and what it found (the first findings word for word)."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    accounts = models.BigIntegerField()
    transfers = models.BigIntegerField()
    reservations = models.BigIntegerField()
    findings = models.BigIntegerField()
    report = models.JSONField(default=list)

    class Meta:
        """The latest is asked for by its time."""

        indexes: ClassVar = [models.Index(fields=["-began_at"], name="ledger_audit_latest")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} {self.findings}"
