"""Notices: single mails about an order. Neither address nor text is kept here; both are made anew for each try."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crystalcall.mailings.values import NoticeKind, NoticeState


class Notice(models.Model):
    """One mail that an order's buyer gets, and how far it is."""

    order_number = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, default=NoticeState.QUEUED.value)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, unique=True)
    failure = models.CharField(max_length=20, blank=True, default="")
    failure_code = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """Each kind once for an order and what it is about; a waiting notice, and only that, knows when it is due."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_number", "kind", "about"], name="notice_once"),
            models.CheckConstraint(name="notice_kind_known", condition=Q(kind__in=[kind.value for kind in NoticeKind])),
            models.CheckConstraint(
                name="notice_state_agrees",
                condition=Q(state=NoticeState.QUEUED.value, next_try_at__isnull=False, sent_at__isnull=True)
                | Q(state=NoticeState.SENT.value, next_try_at__isnull=True, sent_at__isnull=False)
                | Q(
                    state__in=[NoticeState.FAILED.value, NoticeState.DROPPED.value],
                    next_try_at__isnull=True,
                    sent_at__isnull=True,
                ),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_try_at"], name="notice_due")]

    def __str__(self) -> str:
        return f"{self.order_number} {self.kind}"
