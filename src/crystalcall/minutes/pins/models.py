"""PINs and the misses of those who guess at them; no digit of a PIN or of a telephone number is in clear."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.rules.pins import PinState

STATES = sorted(state.value for state in PinState)
BLOCKED = PinState.BLOCKED.value
OPEN_STATES = [state for state in STATES if state != BLOCKED]
KEY_LENGTH = 200
REASON_LENGTH = 200
SERIAL_LENGTH = 10


class Pin(models.Model):
    """A bearer secret for one ledger account.

    `lookup` is the keyed hash by which a typed PIN is found, `concern` that of its first eight digits,
    `sealed_pin` the PIN itself for the order page. The ledger account is named by its id alone: rooms beside
    each other do not link their tables.
    """

    serial = models.CharField(max_length=SERIAL_LENGTH, unique=True)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    lookup = models.BinaryField(max_length=32, unique=True)
    concern = models.BinaryField(max_length=32, db_index=True)
    sealed_pin = models.BinaryField()
    ledger_account_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=10, default=PinState.ISSUED.value)
    issued_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    blocked_from = models.CharField(max_length=10, blank=True, default="")
    block_reason = models.CharField(max_length=REASON_LENGTH, blank=True, default="")
    concern_misses = models.PositiveIntegerField(default=0)
    concern_since = models.DateTimeField(null=True)

    class Meta:
        """A blocked PIN says since when, why, and what it was before; an active one says since when."""

        constraints: ClassVar = [
            models.CheckConstraint(name="pin_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="pin_blocked_says_why",
                condition=(
                    Q(state=BLOCKED, blocked_at__isnull=False, blocked_from__in=OPEN_STATES) & ~Q(block_reason="")
                )
                | (~Q(state=BLOCKED) & Q(blocked_at__isnull=True, blocked_from="", block_reason="")),
            ),
            models.CheckConstraint(
                name="pin_active_says_since",
                condition=~Q(state=PinState.ACTIVE.value) | Q(activated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pin_misses_say_since",
                condition=Q(concern_misses=0, concern_since__isnull=True)
                | Q(concern_misses__gt=0, concern_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class PinMissSource(models.Model):
    """How often one pair of caller number and access number missed lately; the pair is kept as a keyed hash only."""

    source = models.BinaryField(max_length=32, unique=True)
    misses = models.PositiveIntegerField()
    last_miss_at = models.DateTimeField(db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """A source is here because it missed."""

        constraints: ClassVar = [
            models.CheckConstraint(name="pin_miss_source_missed", condition=Q(misses__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.misses} misses"
