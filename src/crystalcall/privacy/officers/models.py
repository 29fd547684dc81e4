"""The public halves of the officers' keys, and what officers approved with them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Officer(models.Model):
    """A member of staff who acts by name; the private halves of the keys never come near this table.

    Without `admitted_at` somebody was proposed, and is no officer yet.
    """

    name = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=32, unique=True)
    age_recipient = models.CharField(max_length=80, unique=True)
    verify_key = models.CharField(max_length=64, unique=True)
    added_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Nobody leaves office before entering it."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name="") & (Q(retired_at__isnull=True) | Q(retired_at__gte=F("added_at"))),
                name="officer_serves_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class Approval(models.Model):
    """One officer's signature under one hash: half of an act that takes two."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="approvals")
    subject_hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    approved_at = models.DateTimeField()

    class Meta:
        """The same officer is never the second one."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_hash", "officer"], name="approval_once_per_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_hash[:16]} by {self.officer_id}"
