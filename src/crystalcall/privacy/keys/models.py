"""The keys, wrapped; and what is left of a destroyed one: that it is destroyed.

Beside them the keys of the sealed archive, which lie under keys of officers and which this program cannot unwrap.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

OUTER_KEY_LENGTH = 16
FINGERPRINT_LENGTH = 32


class DataKey(models.Model):
    """The key of one subject, wrapped by the outer key; or the tombstone of a key, which none ever follows.

    ``wrapped_by`` names the outer key without telling anything about it. Days and not moments are kept: to the second,
    a tombstone would tell by its company whose it is.
    """

    subject = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField(null=True)
    wrapped_by = models.CharField(max_length=OUTER_KEY_LENGTH, blank=True, default="")
    made_on = models.DateField(null=True)
    destroyed_on = models.DateField(null=True)

    class Meta:
        """A row is a key or a tombstone, never both; what must be wrapped anew is found by its outer key."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="datakey_is_key_or_tombstone",
                condition=(
                    Q(wrapped__isnull=False, made_on__isnull=False, destroyed_on__isnull=True) & ~Q(wrapped_by="")
                )
                | Q(wrapped__isnull=True, wrapped_by="", destroyed_on__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["wrapped_by", "subject"], name="datakey_by_outer_key")]

    def __str__(self) -> str:
        return str(self.subject)


class ArchiveWrap(models.Model):
    """The key of one lot of the archive for one pair of officers: encrypted to the second, and that to the first."""

    lot = models.UUIDField()
    first = models.CharField(max_length=FINGERPRINT_LENGTH)
    second = models.CharField(max_length=FINGERPRINT_LENGTH)
    wrapped = models.BinaryField()
    made_on = models.DateField(db_index=True)

    class Meta:
        """A pair is two, and has one wrap of a lot in each order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lot", "first", "second"], name="archivewrap_once_for_a_pair"),
            models.CheckConstraint(
                name="archivewrap_takes_two", condition=~Q(first=F("second")) & ~Q(first="") & ~Q(second="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.lot)


class ArchiveHalf(models.Model):
    """A wrap whose first layer an officer took off for one opening: what the second officer still has to open."""

    opening = models.UUIDField()
    lot = models.UUIDField(db_index=True)
    second = models.CharField(max_length=FINGERPRINT_LENGTH)
    half = models.BinaryField()

    class Meta:
        """One for each lot and second officer of an opening."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opening", "lot", "second"], name="archivehalf_once_for_an_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.lot} for {self.opening}"
