"""The record of what left, to whom, why and when; never the data itself."""

from typing import ClassVar

from django.db import models


class Disclosure(models.Model):
    """One permitted disclosure: written by the gate in the transaction that caused it, never changed."""

    provider = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    fields = models.JSONField()
    subject = models.CharField(max_length=64)
    disclosed_at = models.DateTimeField()

    class Meta:
        """Read by subject ("who got what about me") and in order."""

        indexes: ClassVar = [models.Index(fields=["subject", "id"], name="disclosure_by_subject")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(provider="") & ~models.Q(subject=""), name="disclosure_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.purpose} {self.pk}"
