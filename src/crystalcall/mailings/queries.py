"""What can be known of notices."""

from datetime import datetime
from typing import Final

from crystalcall.mailings.models import Notice
from crystalcall.mailings.values import FailureReason, NoticeKind, NoticeState, NoticeView

TO_MANY: Final = tuple(
    kind.value for kind in (NoticeKind.PRICES_RISE, NoticeKind.POLICY_CHANGES, NoticeKind.POLICY_WITHDRAWN)
)


def notices_of(order_number: str) -> tuple[NoticeView, ...]:
    """The notices of an order, oldest first."""
    return tuple(_view(row) for row in Notice.objects.filter(order_number=order_number).order_by("pk"))


def due_notice(notice_id: int, *, now: datetime) -> NoticeView | None:
    """The notice if its time to be tried has come, else None."""
    row = Notice.objects.filter(pk=notice_id, state=NoticeState.QUEUED.value, next_try_at__lte=now).first()
    return None if row is None else _view(row)


def due_notices(*, now: datetime, at_most: int = 50) -> tuple[int, ...]:
    """Ids of notices whose time to be tried has come, longest due first.

    Notices that go to everybody who asked come last, since there may be thousands at once: a PIN must not wait behind.
    """
    rows = Notice.objects.filter(state=NoticeState.QUEUED.value, next_try_at__lte=now)
    urgent = rows.exclude(kind__in=TO_MANY).order_by("next_try_at")
    first = tuple(urgent.values_list("pk", flat=True)[:at_most])
    rest = rows.filter(kind__in=TO_MANY).order_by("next_try_at")
    return first + tuple(rest.values_list("pk", flat=True)[: at_most - len(first)])


def was_sent(order_number: str, kind: NoticeKind, about: str) -> bool:
    """Whether an order's buyer was sent this notice about this."""
    sent = Notice.objects.filter(state=NoticeState.SENT.value, order_number=order_number)
    return sent.filter(kind=kind.value, about=about).exists()


def told_of(kind: NoticeKind, about: str) -> tuple[str, ...]:
    """The orders whose buyers were sent a notice about this, or are just being sent it."""
    rows = Notice.objects.filter(kind=kind.value, about=about)
    under_way = rows.filter(state__in=[NoticeState.SENT.value, NoticeState.QUEUED.value])
    return tuple(under_way.order_by("pk").values_list("order_number", flat=True))


def failed_notices(*, at_most: int = 200) -> tuple[NoticeView, ...]:
    """Notices that were given up, newest first: somebody should look at them."""
    rows = Notice.objects.filter(state=NoticeState.FAILED.value).order_by("-pk")
    return tuple(_view(row) for row in rows[:at_most])


def _view(row: Notice) -> NoticeView:
    return NoticeView(
        notice_id=row.pk,
        order_number=row.order_number,
        kind=NoticeKind(row.kind),
        state=NoticeState(row.state),
        tries=row.tries,
        next_try_at=row.next_try_at,
        sent_at=row.sent_at,
        message_id=row.message_id,
        failure=FailureReason(row.failure) if row.failure else None,
        failure_code=row.failure_code,
        about=row.about,
    )
