"""What stays of an erasure: that it was done, whom nothing may be told of any more, and what providers are asked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.privacy.keepers import Way


class Erasure(models.Model):
    """One line of the replay ledger that this database has carried out; a restored backup lacks the latest of them."""

    line_hash = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=12)
    counts = models.JSONField()
    erased_at = models.DateTimeField(db_index=True)
    replayed = models.BooleanField(default=False)

    class Meta:
        """The way is one of those known."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(name="erasure_way_known", condition=Q(way__in=[way.value for way in Way])),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.line_hash[:12]}"


class SuspendedSubject(models.Model):
    """An opaque name of somebody found to be a child: the gate lets nothing about it out, from this row on."""

    subject = models.CharField(max_length=64, primary_key=True)
    suspended_at = models.DateTimeField()

    class Meta:
        """A name is never empty."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(name="suspended_subject_named", condition=~Q(subject="")),
        ]

    def __str__(self) -> str:
        return self.subject


class ProviderTask(models.Model):
    """Something the operator must ask a provider to do, by an opaque reference, until somebody says it is done.

    `amount_micros` is what is to be paid back, in micro-dollars.
    """

    provider = models.CharField(max_length=40)
    ask = models.CharField(max_length=24)
    reference = models.CharField(max_length=200)
    amount_micros = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        """The same is asked once."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "ask", "reference"], name="provider_asked_once"),
            models.CheckConstraint(
                name="provider_task_sum", condition=Q(amount_micros__isnull=True) | Q(amount_micros__gt=0)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["done_at", "opened_at"], name="provider_task_open")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.ask} {self.reference}"
