"""Calls, what runs of them, the messages received about them, their records, and what stands beside.

A call is written three times and never found by what changes: once when it is authorized (`Call`, which keeps its
name from being used twice), once while it runs (`RunningCall`, deleted at its end) and once when it is over
(`CallRecord`, by the month of its end). Between these tables stand no foreign keys of the database's, and no index but
the primary key: a busy table pays for each of them at every call.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.rules.calls import RefusalReason, Step
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.release import ReleaseCause

REFUSALS = sorted(reason.value for reason in RefusalReason)
CAUSES = sorted(cause.value for cause in ReleaseCause)
FAIRNESS = sorted(reason.value for reason in FairnessReason)
TOLD_STEPS = (Step.ANSWER.value, Step.EXTEND.value, Step.END.value)
CALL_ID_LENGTH = 128
CARRIER_LENGTH = 64


class Call(models.Model):
    """One call as a switch names it, written once; its id is made of switch and name, so none can be used twice.

    ``authorize_digest`` is the keyed digest of the request, so that a repeat is recognised; ``sealed_grant`` holds the
    called number and the answer that was given, both sealed under the card's key. They are null where the call was
    refused (the answer is then its reason) and once they were erased.
    """

    id = models.UUIDField(primary_key=True)
    switch_id = models.BigIntegerField()
    call_id = models.CharField(max_length=CALL_ID_LENGTH)
    ledger_account_id = models.UUIDField(null=True)
    pin_serial = models.CharField(max_length=32, blank=True, default="")
    refusal_reason = models.CharField(max_length=24, blank=True, default="")
    retry_after_seconds = models.PositiveIntegerField(null=True)
    authorize_digest = models.BinaryField(null=True)
    sealed_grant = models.BinaryField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)
    authorized_at = models.DateTimeField()

    class Meta:
        """A call was either refused for a reason, or is paid by a card."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(refusal_reason__in=REFUSALS, sealed_grant__isnull=True)
                | (
                    Q(refusal_reason="", retry_after_seconds__isnull=True, ledger_account_id__isnull=False)
                    & ~Q(pin_serial="")
                ),
                name="call_refused_or_paid_by_a_card",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.switch_id}/{self.call_id}"


class RunningCall(models.Model):
    """A call that holds money at this moment: on which seat of its account, how long, and by which prices.

    ``offers`` names the rates that may price it (a deck never changes once it is published), ``allowances`` the seconds
    held of bundles. Nobody has answered yet where ``answered_at`` is null. ``slice_seconds`` 0 means that the whole
    affordable time was asked for.
    """

    pk = models.CompositePrimaryKey("ledger_account_id", "seat")
    ledger_account_id = models.UUIDField()
    seat = models.PositiveSmallIntegerField()
    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    offers = models.TextField()
    granted_seconds = models.PositiveBigIntegerField()
    slice_seconds = models.PositiveBigIntegerField(default=0)
    hold_micros = models.PositiveBigIntegerField()
    reservation_id = models.UUIDField()
    allowances = models.TextField(blank=True, default="")
    is_risky = models.BooleanField(default=False)
    last_used_seconds = models.PositiveBigIntegerField(default=0)
    last_sequence = models.BigIntegerField(default=-1)
    authorized_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        """A card runs so many calls as it has seats; what runs has prices and an end."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(offers=""), name="running_call_has_prices"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("authorized_at")), name="running_call_ends_some_day"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("authorized_at")),
                name="running_call_answered_after_it_was_allowed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} on seat {self.seat}"


class CallStep(models.Model):
    """One message about a granted call and its answer: the same again gets the same answer and changes nothing.

    The digest is keyed, since nobody needs to read the content; the answer holds times and sums and no number. An end
    is here only where it came after the sweep had settled its call: else the record itself is its answer.
    """

    pk = models.CompositePrimaryKey("call_id", "step", "sequence")
    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    step = models.CharField(max_length=10)
    sequence = models.BigIntegerField(default=0)
    content_digest = models.BinaryField()
    answer = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        """Each step of each number is taken once: that is the primary key."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(step__in=TOLD_STEPS), name="call_told_step_known"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.step} {self.sequence}"


class CallRecord(models.Model):
    """The proof of one charge; written once when the call is over and never changed, for a link elsewhere says whose.

    On PostgreSQL the table is parted by the month of ``ended_at``, and retention drops whole months. ``terms`` is empty
    where the columns say all of the rate. Of ``billable_seconds`` so many were paid by bundles (``allowances`` names
    them), the rest with money. ``cost_micros`` is what the carrier asks, and null where nobody knows. ``end_digest``
    recognises a repeat of the end; it is null where the sweep settled the call.
    """

    pk = models.CompositePrimaryKey("ledger_account_id", "ended_at", "call_id")
    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    ledger_account_id = models.UUIDField()
    destination_key = models.CharField(max_length=100)
    country_iso2 = models.CharField(max_length=2, blank=True, default="")
    line_type = models.CharField(max_length=20)
    area = models.CharField(max_length=200, blank=True, default="")
    prefix = models.CharField(max_length=15)
    deck_id = models.BigIntegerField()
    deck_version = models.PositiveIntegerField()
    offer = models.PositiveSmallIntegerField()
    is_guaranteed = models.BooleanField(default=False)
    is_risky = models.BooleanField(default=False)
    minute_price_micros = models.PositiveBigIntegerField()
    connect_fee_micros = models.PositiveBigIntegerField()
    first_increment_seconds = models.PositiveIntegerField()
    next_increment_seconds = models.PositiveIntegerField()
    minimum_charge_micros = models.PositiveBigIntegerField(default=0)
    free_up_to_seconds = models.PositiveIntegerField(default=0)
    terms = models.TextField(blank=True, default="")
    week_second = models.PositiveIntegerField(null=True)
    granted_seconds = models.PositiveBigIntegerField()
    used_seconds = models.PositiveBigIntegerField()
    billable_seconds = models.PositiveBigIntegerField()
    increments = models.PositiveBigIntegerField()
    allowance_seconds = models.PositiveBigIntegerField(default=0)
    allowances = models.TextField(blank=True, default="")
    fee_micros = models.PositiveBigIntegerField()
    charge_micros = models.PositiveBigIntegerField()
    hold_micros = models.PositiveBigIntegerField()
    overrun_seconds = models.PositiveBigIntegerField()
    overrun_micros = models.PositiveBigIntegerField()
    fairness = models.CharField(max_length=16, blank=True, default="")
    forgiven_micros = models.PositiveBigIntegerField(default=0)
    balance_before_micros = models.BigIntegerField()
    available_after_micros = models.BigIntegerField()
    transfer_key = models.UUIDField(null=True)
    carrier = models.CharField(max_length=CARRIER_LENGTH, blank=True, default="")
    cost_micros = models.PositiveBigIntegerField(null=True)
    release_cause = models.CharField(max_length=16)
    authorized_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    end_digest = models.BinaryField(null=True)

    class Meta:
        """A charge is within its hold, includes its fee, and needs use; what is forgiven has a reason."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(charge_micros__lte=F("hold_micros")), name="record_charged_within_hold"),
            models.CheckConstraint(condition=Q(fee_micros__lte=F("charge_micros")), name="record_fee_in_its_charge"),
            models.CheckConstraint(
                condition=Q(used_seconds__gt=0) | Q(charge_micros=0, allowance_seconds=0),
                name="record_unused_is_uncharged",
            ),
            models.CheckConstraint(
                condition=Q(allowance_seconds__lte=F("billable_seconds")), name="record_allowance_within_billable"
            ),
            models.CheckConstraint(
                condition=Q(fairness="", forgiven_micros=0) | Q(fairness__in=FAIRNESS),
                name="record_forgiven_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(release_cause__in=CAUSES), name="record_cause_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["authorized_at"], condition=Q(is_risky=True), name="record_of_risk_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.charge_micros}"


class RecordHorizon(models.Model):
    """From when on records are kept: the database lets none be deleted that ended later. One row, and it only rises."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kept_from = models.DateTimeField()

    class Meta:
        """There is one horizon."""

        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="record_horizon_is_one")]

    def __str__(self) -> str:
        return f"records are kept from {self.kept_from:%Y-%m-%d}"


class BookedDay(models.Model):
    """A day (UTC) whose carrier costs are in the books."""

    day = models.DateField(primary_key=True)
    booked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"


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
