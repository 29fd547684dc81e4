"""Holds, the opaque names they hold, what stood there before it was corrected, and the erasures that wait."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.privacy.holds.values import HoldReason
from crystalcall.privacy.keepers import NameKind, Way

REFERENCE_LENGTH = 12
FINGERPRINT_LENGTH = 32


class LegalHold(models.Model):
    """One order to keep, by its reference. The order's own words stand sealed in the register, not here."""

    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    reason = models.CharField(max_length=12)
    officer = models.CharField(max_length=FINGERPRINT_LENGTH)
    placed_at = models.DateTimeField()
    until = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        """A hold ends after it began, and somebody placed it for a reason."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="legalhold_reason_known", condition=Q(reason__in=[reason.value for reason in HoldReason])
            ),
            models.CheckConstraint(name="legalhold_ends_later", condition=Q(until__gt=F("placed_at"))),
            models.CheckConstraint(
                name="legalhold_released_later",
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("placed_at")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], condition=Q(released_at__isnull=True), name="legalhold_standing"),
        ]

    def __str__(self) -> str:
        return self.reference


class HeldName(models.Model):
    """An opaque name that a standing hold holds; deleted when it is released."""

    hold = models.ForeignKey(LegalHold, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=64)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Each name once for a hold; never a mailbox, since a hold is for what was bought, not for an address."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hold", "kind", "name"], name="heldname_once"),
            models.CheckConstraint(
                name="heldname_kind_known",
                condition=Q(kind__in=[kind.value for kind in NameKind if kind is not NameKind.MAILBOX]),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "name"], name="heldname_by_name")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.hold_id}"


class HeldValue(models.Model):
    """What stood in a declared field before its person put it right, while the law ordered it to be kept.

    Sealed under a key of its own, which is destroyed once no hold holds its customer any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField(db_index=True)
    field = models.CharField(max_length=120)
    sealed_content = models.BinaryField()
    changed_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """A value says which field it stood in."""

        app_label = "privacy"
        constraints: ClassVar = [models.CheckConstraint(name="heldvalue_of_a_field", condition=~Q(field=""))]

    def __str__(self) -> str:
        return f"{self.field} of {self.subject}"


class WaitingErasure(models.Model):
    """An erasure that somebody asked for while a hold stands: carried out for these very names once none is held."""

    digest = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=12)
    names = models.JSONField()
    by = models.CharField(max_length=FINGERPRINT_LENGTH, blank=True, default="")
    nothing_sealed = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Only what a person or an officer asked for waits; what is merely too old is found again by itself."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="waitingerasure_was_asked", condition=Q(way__in=[Way.DELETION.value, Way.CHILD.value])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} asked {self.asked_at:%Y-%m-%d}"
