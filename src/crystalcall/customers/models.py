"""People, each sealed under a key of their own; and the one table that knows which ledger account is whose."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """A person who bought. Each guest order makes its own row: an unproven e-mail address joins nobody's past."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_name = models.BinaryField()
    sealed_email = models.BinaryField()
    email_index = models.BinaryField(max_length=32)
    sealed_telephone = models.BinaryField(null=True)
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField()
    email_changed_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """Found by e-mail without knowing it; the language is one the store speaks."""

        constraints: ClassVar = [
            models.CheckConstraint(name="customer_language_spoken", condition=Q(language__in=["en", "ru"])),
        ]
        indexes: ClassVar = [models.Index(fields=["email_index"], name="customer_by_email")]

    def __str__(self) -> str:
        return str(self.pk)


class AccountLink(models.Model):
    """This customer owns this ledger account. Deleting the row forgets the person; the books stay whole."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="account_links")
    ledger_account_id = models.UUIDField(unique=True)
    linked_at = models.DateTimeField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return str(self.ledger_account_id)
