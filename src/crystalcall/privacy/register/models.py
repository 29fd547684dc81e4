"""The register's tables: entries and signed days that only grow, the two heads, and the sealed details beside them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.privacy.register.kinds import Book

HASH_LENGTH = 64


class RegisterEntry(models.Model):
    """One line of a book, as it was hashed; never changed, never deleted."""

    book = models.CharField(max_length=10)
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    # Text, not JSON: the bytes that were hashed are kept as they are.
    facts = models.TextField()
    at = models.DateTimeField()
    commitment = models.CharField(max_length=HASH_LENGTH, blank=True, default="")
    veil = models.CharField(max_length=HASH_LENGTH, blank=True, default="")
    previous = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH, unique=True)

    class Meta:
        """A book has one entry a number and no two entries after the same one."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "sequence"], name="register_number_once"),
            models.UniqueConstraint(fields=["book", "previous"], name="register_never_forks"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="register_counts_from_one"),
            models.CheckConstraint(
                condition=Q(book=Book.OPEN.value, veil="") | (Q(book=Book.VEILED.value) & ~Q(veil="")),
                name="register_veils_the_veiled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.sequence} {self.kind}"


class RegisterHead(models.Model):
    """Where a book ends: the row that whoever enters locks, so that numbers have no gap and the chain no fork."""

    book = models.CharField(max_length=10, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH)

    class Meta:
        """Two books, and no third."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(book__in=[Book.OPEN.value, Book.VEILED.value]), name="register_has_two_books"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} ends at {self.sequence}"


class RegisterSecret(models.Model):
    """What an entry commits to and must stay erasable: sealed with its salt under a key of its own.

    Destroying the key leaves the commitment, which nobody can reverse without the salt.
    """

    entry = models.OneToOneField(RegisterEntry, on_delete=models.PROTECT, primary_key=True, related_name="secret")
    subject = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"sealed beside entry {self.entry_id}"


class RegisterDay(models.Model):
    """A day as it was signed: the tree over the open book so far, chained to the day before."""

    day = models.DateField(primary_key=True)
    sequence = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=HASH_LENGTH)
    root = models.CharField(max_length=HASH_LENGTH)
    previous_root = models.CharField(max_length=HASH_LENGTH)
    veiled = models.CharField(max_length=HASH_LENGTH)
    # The leaves of the night's veiled tree, entries among chance; never published as a whole.
    veiled_leaves = models.TextField()
    veiled_through = models.PositiveBigIntegerField()
    signed_at = models.DateTimeField()
    public_key = models.CharField(max_length=HASH_LENGTH)
    signature = models.CharField(max_length=2 * HASH_LENGTH)

    class Meta:
        """Every signed day covers at least its own entry, and no two days have the same day before."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sequence__gte=1), name="register_day_covers_an_entry"),
            models.UniqueConstraint(fields=["previous_root"], name="register_days_never_fork"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.root}"
