"""Requests of people about their own data, and the one-time keys by which they prove that a mailbox is theirs."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.privacy.requests.values import Channel, KeyRole
from crystalcall.rules.privacy.requesting import CLOSED, RequestKind, RequestReason, RequestState

CLOSED_STATES = sorted(state.value for state in CLOSED)


def _one_of(field: str, words: type[Channel | KeyRole | RequestKind | RequestState]) -> Q:
    return Q(**{f"{field}__in": [word.value for word in words]})


class PrivacyRequest(models.Model):
    """One request, and the one mailbox that its link was mailed to: whoever opens that link has proved it, and no more.

    `asked_mailbox` and `order_number` are what somebody typed. They say where the link goes, prove nothing, and are
    forgotten with the proof. `mailbox` is the keyed hash of the address that the link was mailed to; it is never
    filled in by anything else, and only a new address that was proved as well replaces it. `sealed_detail` holds what
    was written to us or is to be changed, under the request's own key, until it is closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=12, default=RequestState.OPEN.value)
    reason = models.CharField(max_length=24, blank=True, default="")
    asked_mailbox = models.BinaryField(max_length=32, null=True)
    mailbox = models.BinaryField(max_length=32, null=True)
    order_number = models.CharField(max_length=20, blank=True, default="")
    sealed_detail = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    expected_by = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """A closed request says since when and holds no text; a denied one says why; each has its day."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(name="request_kind_known", condition=_one_of("kind", RequestKind)),
            models.CheckConstraint(name="request_channel_known", condition=_one_of("channel", Channel)),
            models.CheckConstraint(name="request_state_known", condition=_one_of("state", RequestState)),
            models.CheckConstraint(name="request_language_spoken", condition=Q(language__in=["en", "ru"])),
            models.CheckConstraint(
                name="request_reason_known",
                condition=Q(reason__in=["", *(reason.value for reason in RequestReason)]),
            ),
            models.CheckConstraint(
                name="request_closed_agrees",
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False, sealed_detail__isnull=True)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_denied_says_why",
                condition=~Q(state=RequestState.DENIED.value) | ~Q(reason=""),
            ),
            models.CheckConstraint(name="request_has_its_day", condition=Q(expected_by__gt=F("received_at"))),
            # What was typed says nothing any more once a mailbox is proved.
            models.CheckConstraint(
                name="request_proof_replaces_typed",
                condition=Q(verified_at__isnull=True) | Q(asked_mailbox__isnull=True, order_number=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["mailbox", "received_at"], name="request_by_mailbox"),
            models.Index(fields=["asked_mailbox", "received_at"], name="request_by_asked"),
            models.Index(fields=["order_number", "received_at"], name="request_by_order"),
            models.Index(fields=["received_at"], name="request_by_receipt"),
            models.Index(fields=["expected_by"], condition=Q(closed_at__isnull=True), name="request_unanswered"),
            models.Index(fields=["closed_at"], name="request_by_closing"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.kind} {self.state}"


class OneTimeKey(models.Model):
    """A key that was mailed or put into a page: 32 random bytes, of which only the hash is kept.

    A link proves a mailbox; a ticket in the page behind it acts; a change proves the new mailbox. `bound` is a hash of
    the key together with the mailbox it was mailed to: a key proves that mailbox, and opens nothing of another.
    """

    request = models.ForeignKey(PrivacyRequest, on_delete=models.CASCADE, related_name="keys")
    role = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32, unique=True)
    bound = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField(db_index=True)
    tries_left = models.PositiveSmallIntegerField()

    class Meta:
        """One key of each role for a request: a later one replaces it."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(name="onetimekey_role_known", condition=_one_of("role", KeyRole)),
            models.UniqueConstraint(fields=["request", "role"], name="onetimekey_one_of_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.request_id}"
