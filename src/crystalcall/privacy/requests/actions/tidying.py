"""What the clock does with requests: links grow old, and after two years nothing is left of an answered one."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crystalcall.privacy.holds.queries import held_names, waiting_erasures
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.bounding import COUNTED_FOR
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import FORMER_ADDRESS, detail_or_nothing
from crystalcall.privacy.requests.locks import locked_request
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import Channel
from crystalcall.rules.privacy.linking import LONG_LIFE
from crystalcall.rules.privacy.requesting import RequestState

UNPROVED_FOR: Final = LONG_LIFE + timedelta(hours=1)
"""As long as a link lives at most, and the mail may have been late."""
UNUSED_FOR: Final = timedelta(hours=1)
"""So long after the proof a request is left alone whatever became of its keys."""
UNCONFIRMED_FOR: Final = timedelta(hours=24)
"""So long a new address waits for its proof, and the old one to be told: their mails may be late."""
PIECE: Final = 500


def tidy(now: datetime) -> int:
    """Let requests from the site expire that nobody proved or used, and delete keys and rows that serve nothing.

    A letter to us, and what the office opened, stays until somebody answers it. Gives how many rows were changed.
    """
    site = PrivacyRequest.objects.filter(channel=Channel.SITE.value)
    unproved = site.filter(verified_at__isnull=True)
    # Nobody was told of these and nothing is written into them: they only count against floods, until they are deleted.
    expired = unproved.filter(closed_at__isnull=True, received_at__lte=now - UNPROVED_FOR).update(
        state=RequestState.EXPIRED.value, reason="", closed_at=now
    )
    lapsed = sum(_lapse(request_id, now) for request_id in _unused(site, now))
    noise = unproved.filter(received_at__lte=now - COUNTED_FOR, closed_at__isnull=False)
    deleted, _by_model = noise.delete()
    return expired + lapsed + deleted + one_time.forget_old(now)


def _unused(site: QuerySet[PrivacyRequest], now: datetime) -> list[UUID]:
    """Proved requests with which nothing can be done any more, since every key of theirs is over."""
    living = OneTimeKey.objects.filter(request=OuterRef("pk"), expires_at__gt=now, tries_left__gt=0)
    waits = Q(sealed_detail__isnull=False, verified_at__gt=now - UNCONFIRMED_FOR)
    over = site.filter(~Exists(living), ~waits, closed_at__isnull=True, verified_at__lte=now - UNUSED_FOR)
    # Used, but held up by the law: it is answered when the hold ends.
    held = [name for each in waiting_erasures() for name in each.person.of(NameKind.REQUEST)]
    return list(over.exclude(reference__in=held).values_list("pk", flat=True)[:PIECE])


def _lapse(request_id: UUID, now: datetime) -> bool:
    """Close a request that nobody can go on with; one whose new address was proved is answered all the same."""
    with transaction.atomic():
        row = locked_request(request_id)
        if row is None or row.closed_at is not None:
            return False
        is_done = FORMER_ADDRESS in detail_or_nothing(row)
        move_request(row, RequestState.FULFILLED if is_done else RequestState.EXPIRED, now=now)
        return True


def forget_closed(*, before: datetime, limit: int, now: datetime) -> int:
    """Delete at most so many requests whose time is over and that no legal hold holds; gives how many.

    The clock of one that nobody ever closed starts with the day by which it had to be answered, so that it is not kept
    for ever either: it is closed as expired, which the register is told, and what was written with it goes too.
    """
    is_over = Q(closed_at__lt=before) | Q(closed_at__isnull=True, expected_by__lt=before)
    over = PrivacyRequest.objects.filter(is_over).exclude(reference__in=held_names(NameKind.REQUEST))
    old = list(over.values_list("pk", flat=True)[:limit])
    for request_id in PrivacyRequest.objects.filter(pk__in=old, closed_at__isnull=True).values_list("pk", flat=True):
        with transaction.atomic():
            row = locked_request(request_id)
            if row is not None and row.closed_at is None:
                move_request(row, RequestState.EXPIRED, now=now)
    PrivacyRequest.objects.filter(pk__in=old).delete()
    return len(old)
