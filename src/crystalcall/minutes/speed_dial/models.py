"""The short codes of cards; number and label are sealed under the card's own key."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.rules.numbering import MOST_ENTRIES


class SpeedDialEntry(models.Model):
    """One code of one card's list, and the number behind it; the card is named by its ledger account alone."""

    ledger_account_id = models.UUIDField()
    code = models.PositiveSmallIntegerField()
    sealed_number = models.BinaryField()
    sealed_label = models.BinaryField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """A code stands once in a list, and there are 99 of them."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger_account_id", "code"], name="speed_dial_code_once"),
            models.CheckConstraint(name="speed_dial_code", condition=Q(code__gte=1, code__lte=MOST_ENTRIES)),
        ]

    def __str__(self) -> str:
        return f"*{self.code}"
