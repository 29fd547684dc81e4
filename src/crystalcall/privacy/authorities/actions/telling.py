"""Telling: at once, or on the day on which an order of silence ends; by a mail, and in the person's own export."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.authorities.actions.steps import OVER, enter_step
from crystalcall.privacy.authorities.events import AuthorityNoticeDue
from crystalcall.privacy.authorities.locks import locked_case
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure, AuthorityNotice
from crystalcall.privacy.authorities.notices import forget_contacts_told
from crystalcall.privacy.authorities.values import CaseState
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.register.actions import unveil
from crystalcall.privacy.register.kinds import EntryKind

PIECE: Final = 500
MAILED_BY: Final = timedelta(days=7)
"""After so long a mail was sent or given up (`mailings.patience`)."""


def speak_if_free(row: AuthorityCase, *, now: datetime) -> None:
    """End the silence over a locked case that is decided, unless an order still stands; last in its transaction.

    Its lines in the register are unveiled, and whoever something was handed over about gets a mail, unless it was a
    child: nothing is left of them to be told, nor where.
    """
    if row.unveiled_at is not None or (row.gag_until is not None and row.gag_until > now):
        return
    row.unveiled_at = row.closed_at = now
    if row.state == CaseState.EXTRACTED.value and row.forgotten_at is None:
        row.told_at = now
        announce(AuthorityNoticeDue(row.reference))
    row.save(update_fields=["unveiled_at", "closed_at", "told_at"])
    unveil(row.entries, reference=row.reference, now=now)


def tell_due(now: datetime) -> int:
    """End the silence over every decided case whose order of silence is over; gives how many."""
    due = AuthorityCase.objects.filter(
        Q(gag_until__isnull=True) | Q(gag_until__lte=now), state__in=OVER, unveiled_at__isnull=True
    )
    told = 0
    for reference in list(due.values_list("reference", flat=True)[:PIECE]):
        with transaction.atomic():
            row = locked_case(reference)
            if row is not None and row.unveiled_at is None:
                speak_if_free(row, now=now)
                told += 1
    forget_contacts_told(now - MAILED_BY, now=now)
    return told


def lapse_open(*, before: datetime, now: datetime, limit: int) -> int:
    """Close at most so many cases that were received before then, and that nobody decided; gives how many.

    Their deadlines are long over, and a letter that nobody answers must not be kept for ever.
    """
    open_ones = AuthorityCase.objects.exclude(state__in=OVER).filter(received_at__lt=before)
    open_ones = open_ones.filter(Q(deadline__isnull=True) | Q(deadline__lt=before.date()))
    lapsed = 0
    for reference in list(open_ones.order_by("received_at", "pk").values_list("reference", flat=True)[:limit]):
        with transaction.atomic():
            row = locked_case(reference)
            if row is None or row.state in OVER:
                continue
            row.state, row.closed_at = CaseState.REFUSED.value, now
            row.save(update_fields=["state", "closed_at"])
            enter_step(row, EntryKind.AUTHORITY_REFUSED, {"why": "nobody-decided"}, now=now)
            speak_if_free(row, now=now)
            lapsed += 1
    return lapsed


def forget_told(*, before: datetime, now: datetime, limit: int) -> int:
    """Delete at most so many cases over which the silence ended before then, with their keys; gives how many."""
    with transaction.atomic():
        rows = AuthorityCase.objects.filter(closed_at__lt=before, unveiled_at__lt=before)
        old = list(rows.order_by("closed_at", "pk").values_list("pk", flat=True)[:limit])
        notices = list(AuthorityNotice.objects.filter(case__in=old).values_list("pk", flat=True))
        AuthorityDisclosure.objects.filter(case__in=old).delete()
        AuthorityCase.objects.filter(pk__in=old).delete()
        destroy([*old, *notices], now=now)
    return len(old)
