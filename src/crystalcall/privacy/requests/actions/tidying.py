"""What the clock does with requests: links grow old, and after two years nothing is left of an answered one."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from crystalcall.privacy.holds.queries import held_names, waiting_erasures
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.locks import locked_request
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import Channel
from crystalcall.rules.privacy.requesting import RequestState

UNPROVED_FOR: Final = timedelta(hours=1)
"""The link is good for half of it; the mail may have been late."""
UNUSED_FOR: Final = timedelta(hours=24)
COUNTED_FOR: Final = timedelta(hours=24)
"""A request that nobody proved only counts against floods, and is deleted after that."""
PIECE: Final = 500


def tidy(now: datetime) -> int:
    """Let requests from the site expire that nobody proved or used, and delete keys and rows that serve nothing.

    A letter to us, and what the office opened, stays until somebody answers it. Gives how many rows were changed.
    """
    unproved = Q(verified_at__isnull=True, received_at__lte=now - UNPROVED_FOR)
    unused = Q(verified_at__lte=now - UNUSED_FOR)
    stale = PrivacyRequest.objects.filter(unproved | unused, closed_at__isnull=True, channel=Channel.SITE.value)
    # Used, but held up by the law: it is answered when the hold ends.
    stale = stale.exclude(
        reference__in=[name for each in waiting_erasures() for name in each.person.of(NameKind.REQUEST)]
    )
    expired = 0
    for request_id in list(stale.values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            row = locked_request(request_id)
            if row is not None and row.closed_at is None:
                move_request(row, RequestState.EXPIRED, now=now)
                expired += 1
    noise = PrivacyRequest.objects.filter(
        verified_at__isnull=True,
        channel=Channel.SITE.value,
        received_at__lte=now - COUNTED_FOR,
        closed_at__isnull=False,
    )
    deleted, _by_model = noise.delete()
    return expired + deleted + one_time.forget_old(now)


def forget_closed(*, before: datetime, limit: int) -> int:
    """Delete at most so many requests that were closed before then and that no legal hold holds; gives how many."""
    over = PrivacyRequest.objects.filter(closed_at__lt=before).exclude(reference__in=held_names(NameKind.REQUEST))
    old = list(over.values_list("pk", flat=True)[:limit])
    PrivacyRequest.objects.filter(pk__in=old).delete()
    return len(old)
