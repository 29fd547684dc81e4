"""What retention did: counts by day, class and kind of row, and one line a night."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class RetentionCount(models.Model):
    """How many rows of one kind a class gave up in a day (UTC), and how many of these the register has been told."""

    day = models.DateField()
    retention = models.CharField(max_length=40)
    what = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(default=0)
    entered = models.PositiveBigIntegerField(default=0)

    class Meta:
        """One row a day, class and kind; nothing is told that was not done."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "retention", "what"], name="retentioncount_once"),
            models.CheckConstraint(name="retentioncount_entered", condition=Q(entered__lte=F("number"))),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.retention} {self.what}: {self.number}"


class RetentionRun(models.Model):
    """One night's pass through the schedule; `failed` names the classes that could not be gone through."""

    day = models.DateField(primary_key=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failed = models.JSONField(default=list)

    class Meta:
        """It ends after it began."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="retentionrun_ends_later", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"retention of {self.day}"
