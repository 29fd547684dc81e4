"""The record of what left, to whom, why and when; never the data itself."""

from typing import ClassVar

from django.db import models


class Disclosure(models.Model):
    """One permitted disclosure: written by the gate in the transaction that caused it, never changed.

    ``company`` names companies by their own names where the provider stands for several, with commas between: a call
    goes to the first of them that takes it.
    """

    provider = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    fields = models.JSONField()
    subject = models.CharField(max_length=64)
    disclosed_at = models.DateTimeField()
    company = models.CharField(max_length=200, blank=True, default="", db_default="")

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


class DisclosureHorizon(models.Model):
    """From when on disclosures are kept: the database lets no later one be deleted. One row, and it only rises."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kept_from = models.DateTimeField()

    class Meta:
        """There is one horizon."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="disclosure_horizon_is_one"),
        ]

    def __str__(self) -> str:
        return f"disclosures are kept from {self.kept_from:%Y-%m-%d}"
