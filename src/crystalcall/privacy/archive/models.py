"""The archive's tables in the main database: lots and sealed values, whose keys lie elsewhere, and what opens them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

FINGERPRINT_LENGTH = 32


class ArchiveLot(models.Model):
    """What was put away about one person in one act, under a key of its own, which is sealed to the person's pair.

    `finder` is a keyed hash of the mailbox, by which a claim that comes with an address finds what it is about.
    `is_entered` says whether the register has counted it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField(db_index=True)
    archive_class = models.CharField(max_length=40)
    finder = models.BinaryField(max_length=32, null=True, db_index=True)
    sealed_at = models.DateTimeField()
    kept_until = models.DateTimeField(db_index=True)
    is_entered = models.BooleanField(default=False)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Nothing is put away for ever, or into the past."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(name="archivelot_is_timed", condition=Q(kept_until__gt=F("sealed_at"))),
            models.CheckConstraint(name="archivelot_has_a_class", condition=~Q(archive_class="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sealed_at"], condition=Q(is_entered=False), name="archivelot_to_be_entered")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ArchivedValue(models.Model):
    """One value of a lot; `version` numbers the values that a field of this person had before."""

    lot = models.ForeignKey(ArchiveLot, on_delete=models.CASCADE, related_name="values")
    field = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    content = models.BinaryField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """One value for a field of a lot."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lot", "field"], name="archivedvalue_once_in_a_lot"),
            models.CheckConstraint(name="archivedvalue_is_numbered", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.lot_id}"


class ArchiveFinder(models.Model):
    """An order by whose number somebody who was forgotten is found again: a keyed hash, gone with their last lot."""

    subject = models.UUIDField()
    finder = models.BinaryField(max_length=32, db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """A number leads to somebody once."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "finder"], name="archivefinder_once"),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class ArchiveOpening(models.Model):
    """An officer's wish to open lots together with a second one; the reason is sealed under the opening's own key.

    `asked_by` is the fingerprint of the officer's keys, `case` the authority's case that is the reason, if one is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    lots = models.JSONField()
    asked_by = models.CharField(max_length=FINGERPRINT_LENGTH)
    subject_hash = models.CharField(max_length=64)
    sealed_reason = models.BinaryField(null=True)
    case = models.CharField(max_length=12, blank=True, default="")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """An opening ends, and one that is over keeps no reason."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="archiveopening_ends", condition=Q(expires_at__gt=F("asked_at")) & ~Q(asked_by="")
            ),
            models.CheckConstraint(
                name="archiveopening_over_is_silent",
                condition=Q(closed_at__isnull=True, sealed_reason__isnull=False)
                | Q(closed_at__isnull=False, sealed_reason__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(closed_at__isnull=True), name="archiveopening_waits")
        ]

    def __str__(self) -> str:
        return self.reference


class ArchiveRewrap(models.Model):
    """An officer's wish to give the archive to the officers who serve now, together with a second one.

    `asked_by` and `second` are fingerprints of keys, `officers` those of all who are to open it in future.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    asked_by = models.CharField(max_length=FINGERPRINT_LENGTH)
    second = models.CharField(max_length=FINGERPRINT_LENGTH)
    officers = models.JSONField()
    subject_hash = models.CharField(max_length=64)
    sealed_reason = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """It ends, takes two, and keeps no reason when it is over."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="archiverewrap_takes_two",
                condition=Q(expires_at__gt=F("asked_at")) & ~Q(asked_by="") & ~Q(second="") & ~Q(asked_by=F("second")),
            ),
            models.CheckConstraint(
                name="archiverewrap_over_is_silent",
                condition=Q(closed_at__isnull=True, sealed_reason__isnull=False)
                | Q(closed_at__isnull=False, sealed_reason__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(closed_at__isnull=True), name="archiverewrap_waits")
        ]

    def __str__(self) -> str:
        return self.reference
