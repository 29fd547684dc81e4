"""The keys, wrapped; and what is left of a destroyed one: that it is destroyed.

Beside them the keys of the sealed archive, which lie under keys of officers and which this program cannot unwrap.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

OUTER_KEY_LENGTH = 16
FINGERPRINT_LENGTH = 32
RECIPIENT_LENGTH = 80


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


class ArchivePair(models.Model):
    """That a person has a key pair of the archive: the public half, to which this program seals."""

    subject = models.UUIDField(primary_key=True)
    recipient = models.CharField(max_length=RECIPIENT_LENGTH)
    made_on = models.DateField()

    class Meta:
        """Nothing is sealed to nobody."""

        constraints: ClassVar = [models.CheckConstraint(name="archivepair_has_a_half", condition=~Q(recipient=""))]

    def __str__(self) -> str:
        return str(self.subject)


class ArchiveWrap(models.Model):
    """The private half of a person's pair for two officers: encrypted to the second, and that to the first."""

    subject = models.UUIDField()
    first = models.CharField(max_length=FINGERPRINT_LENGTH, db_index=True)
    second = models.CharField(max_length=FINGERPRINT_LENGTH)
    wrapped = models.BinaryField()

    class Meta:
        """It takes two, and lies there once for two officers in each order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "first", "second"], name="archivewrap_once_for_two"),
            models.CheckConstraint(
                name="archivewrap_needs_two", condition=~Q(first=F("second")) & ~Q(first="") & ~Q(second="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class ArchiveLotKey(models.Model):
    """The key of one lot of the archive, sealed to its person's public half; it goes with the lot."""

    lot = models.UUIDField(primary_key=True)
    subject = models.UUIDField(db_index=True)
    wrapped = models.BinaryField()
    made_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.lot)


class ArchiveMark(models.Model):
    """A line of the replay ledger about destroyed keys of the archive that this key store has carried out."""

    line_hash = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.line_hash


class ArchiveHalf(models.Model):
    """A wrap whose first layer an officer took off for one opening: what the second officer still has to open."""

    opening = models.UUIDField()
    subject = models.UUIDField(db_index=True)
    second = models.CharField(max_length=FINGERPRINT_LENGTH)
    half = models.BinaryField()

    class Meta:
        """One for each person and second officer of an opening."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opening", "subject", "second"], name="archivehalf_once_for_a_second"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} for {self.opening}"
