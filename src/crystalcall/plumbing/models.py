"""The outbox: facts written with what they tell of, and one delivery for each listener. Beside it the tallies."""

from typing import ClassVar

from django.db import models


class Announcement(models.Model):
    """A fact in the past tense with ids only; written in the transaction that made it true."""

    name = models.CharField(max_length=100)
    payload = models.JSONField()
    announced_at = models.DateTimeField()

    class Meta:
        """Facts of one name are read in their order."""

        indexes: ClassVar = [models.Index(fields=["name", "id"], name="announcement_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Delivery(models.Model):
    """One listener's copy of a fact; delivered in the same transaction as the listener's own changes."""

    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="deliveries")
    listener = models.CharField(max_length=100)
    delivered_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_problem = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        """A listener gets each fact once; what is undelivered is found quickly."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "listener"], name="delivery_once_per_listener"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="delivery_undelivered", condition=models.Q(delivered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.listener} {self.announcement_id}"


class Tally(models.Model):
    """A number that all processes count together: how often something happened since a moment, and never to whom."""

    name = models.CharField(max_length=80, primary_key=True)
    total = models.BigIntegerField(default=0)
    since = models.DateTimeField()
    counted_at = models.DateTimeField()

    class Meta:
        """A count is never below nothing."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(total__gte=0), name="tally_is_a_count"),
            models.CheckConstraint(condition=~models.Q(name=""), name="tally_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.total}"
