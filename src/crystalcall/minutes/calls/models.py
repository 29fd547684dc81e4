"""Calls, the messages received about them, their records, and what stands beside: guarantees and access numbers."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

RUNNING = ("authorized", "answered")
OVER = ("ended", "expired")
STATES = (*RUNNING, *OVER, "refused")
STEPS = ("authorize", "answer", "extend", "end")
CALL_ID_LENGTH = 128


class NeverAuthorizedError(Exception):
    """A refused call was asked who pays for it: a mistake in the program, which checks the state first."""


class Call(models.Model):
    """One call as a switch names it; from its authorization to its end, or refused.

    ``offers`` are the terms that may price it, frozen at the authorization. ``hold_micros`` is the charge of
    ``granted_seconds``; ``slice_seconds`` 0 means that the whole affordable time was asked for. The called number
    is not here: it lies in `CalledNumber`, which can be erased.
    """

    id = models.UUIDField(primary_key=True)
    switch_id = models.BigIntegerField()
    call_id = models.CharField(max_length=CALL_ID_LENGTH)
    state = models.CharField(max_length=10)
    refusal_reason = models.CharField(max_length=24, blank=True, default="")
    ledger_account_id = models.UUIDField(null=True)
    pin_serial = models.CharField(max_length=32, blank=True, default="")
    offers = models.JSONField(default=list)
    granted_seconds = models.PositiveBigIntegerField(default=0)
    slice_seconds = models.PositiveBigIntegerField(default=0)
    hold_micros = models.PositiveBigIntegerField(default=0)
    reservation_id = models.UUIDField(null=True)
    last_used_seconds = models.PositiveBigIntegerField(default=0)
    last_sequence = models.BigIntegerField(default=-1)
    authorized_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A switch names a call once; a card runs one call at a time; each state has what belongs to it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["switch_id", "call_id"], name="call_once_per_switch"),
            models.UniqueConstraint(
                fields=["pin_serial"], condition=Q(state__in=RUNNING), name="call_one_at_a_time_per_card"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="call_state_known"),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(refusal_reason="")) | (~Q(state="refused") & Q(refusal_reason="")),
                name="call_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="refused")
                | (Q(ledger_account_id__isnull=False, expires_at__isnull=False) & ~Q(pin_serial="")),
                name="call_paid_by_a_card",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="call_answered_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=OVER) | Q(ended_at__isnull=False), name="call_over_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(state__in=RUNNING), name="call_running_by_expiry"),
            models.Index(fields=["ledger_account_id", "authorized_at"], name="call_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.switch_id}/{self.call_id} {self.state}"

    @property
    def payer(self) -> UUID:
        """The ledger account that pays. Errors: NeverAuthorizedError for a refused call."""
        if self.ledger_account_id is None:
            raise NeverAuthorizedError(f"Nobody pays for the call {self.pk}.")
        return self.ledger_account_id

    @property
    def hold(self) -> UUID:
        """The reservation that holds the money. Errors: NeverAuthorizedError for a refused call."""
        if self.reservation_id is None:
            raise NeverAuthorizedError(f"Nothing is held for the call {self.pk}.")
        return self.reservation_id


class CallStep(models.Model):
    """One message about a call and its answer, so that the same message again gets the same answer and changes nothing.

    The digest is keyed, since the content holds a PIN or times of a call; the answer is sealed, since it holds the
    dialled number.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10)
    sequence = models.BigIntegerField(default=0)
    content_digest = models.BinaryField()
    sealed_answer = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        """Each step of each number is taken once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "step", "sequence"], name="call_step_once"),
            models.CheckConstraint(condition=Q(step__in=STEPS), name="call_step_known"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.step} {self.sequence}"


class CalledNumber(models.Model):
    """Which number was called: sealed for its owner, and masked. Erasing the row leaves the books whole."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, primary_key=True, related_name="called_number")
    sealed_number = models.BinaryField()
    masked = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.masked


class CallRecord(models.Model):
    """The proof of one charge; written once when the call is over, never changed, and without a personal column."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="record")
    ledger_account_id = models.UUIDField()
    destination_key = models.CharField(max_length=100)
    country_iso2 = models.CharField(max_length=2, blank=True, default="")
    line_type = models.CharField(max_length=20)
    area = models.CharField(max_length=200, blank=True, default="")
    prefix = models.CharField(max_length=15)
    deck_id = models.BigIntegerField()
    deck_version = models.PositiveIntegerField()
    offer = models.PositiveSmallIntegerField()
    minute_price_micros = models.PositiveBigIntegerField()
    connect_fee_micros = models.PositiveBigIntegerField()
    first_increment_seconds = models.PositiveIntegerField()
    next_increment_seconds = models.PositiveIntegerField()
    granted_seconds = models.PositiveBigIntegerField()
    used_seconds = models.PositiveBigIntegerField()
    billable_seconds = models.PositiveBigIntegerField()
    increments = models.PositiveBigIntegerField()
    fee_micros = models.PositiveBigIntegerField()
    charge_micros = models.PositiveBigIntegerField()
    hold_micros = models.PositiveBigIntegerField()
    overrun_seconds = models.PositiveBigIntegerField()
    overrun_micros = models.PositiveBigIntegerField()
    balance_before_micros = models.BigIntegerField()
    balance_after_micros = models.BigIntegerField()
    transfer_id = models.BigIntegerField(null=True)
    release_cause = models.CharField(max_length=16)
    state = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        """A charge is within its hold, moves the balance by exactly itself, and includes its fee."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(charge_micros__lte=F("hold_micros")), name="record_charge_within_hold"),
            models.CheckConstraint(
                condition=Q(balance_after_micros=F("balance_before_micros") - F("charge_micros")),
                name="record_balance_moves_by_charge",
            ),
            models.CheckConstraint(condition=Q(fee_micros__lte=F("charge_micros")), name="record_fee_in_charge"),
            models.CheckConstraint(
                condition=Q(used_seconds__gt=0) | Q(charge_micros=0), name="record_nothing_used_nothing_charged"
            ),
            models.CheckConstraint(condition=Q(state__in=OVER), name="record_state_over"),
        ]
        indexes: ClassVar = [models.Index(fields=["ledger_account_id", "-started_at"], name="record_by_account")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.charge_micros}"


class QuoteGuarantee(models.Model):
    """A purchase's promise: until then no call of this account costs more than this deck says."""

    ledger_account_id = models.UUIDField()
    deck_id = models.BigIntegerField()
    until = models.DateTimeField()

    class Meta:
        """One promise a deck; a later purchase under the same deck lengthens it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger_account_id", "deck_id"], name="guarantee_once_per_deck"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_account_id} deck {self.deck_id} until {self.until:%Y-%m-%d}"


class AccessNumber(models.Model):
    """A number of ours that callers dial first, with its place in both languages."""

    e164 = models.CharField(max_length=16, unique=True)
    place_en = models.CharField(max_length=80)
    place_ru = models.CharField(max_length=80)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.e164
