"""What of the payments waits for a person: money that failed a check, money taken twice, messages nobody looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crystalcall.payments.models import Payment
from crystalcall.payments.queries import disputed, surplus, unexamined_messages
from crystalcall.payments.states import PaymentState, VoidState
from crystalcall.plumbing.waiting import AT_MOST, Line, WaitingList, contribute
from crystalcall.rules.staffing import Right

OUTAGE_SECONDS: Final = 600


def contribute_all() -> None:
    """Contribute the lists of this room."""
    contribute(
        WaitingList(
            "payments.held",
            _("Payments held or unclear"),
            Right.SEE_MONEY_LISTS,
            _held,
            _("Authorize.Net reviews a held payment; accept or decline it in its merchant interface."),
        ),
        WaitingList(
            "payments.disputed",
            _("Money that failed a check, or came twice"),
            Right.SEE_MONEY_LISTS,
            _doubtful,
            _("Nothing was delivered for it. Give it back in the gateway’s merchant interface."),
        ),
        WaitingList("payments.messages", _("The gateway’s messages"), Right.SEE_SYSTEM_LISTS, _unread),
    )


def _held(_now: datetime) -> Sequence[Line]:
    rows = Payment.objects.filter(state=PaymentState.HELD.value).order_by("created_at")[:AT_MOST]
    return [
        Line("order", row.order_number, _("held for review"), since=row.created_at, amount_micros=row.amount_micros)
        for row in rows
    ]


def _doubtful(_now: datetime) -> Sequence[Line]:
    second = [
        Line("order", each.order_number, _("paid twice"), since=each.submitted_at, amount_micros=each.amount_micros)
        for each in surplus()
        if each.void_state is not VoidState.VOIDED
    ]
    failed = [
        Line("order", each.order_number, _("failed a check"), since=each.submitted_at, amount_micros=each.amount_micros)
        for each in disputed()
    ]
    return [*second, *failed]


def _unread(now: datetime) -> Sequence[Line]:
    number = unexamined_messages(now=now, older_than_seconds=OUTAGE_SECONDS)
    words = ngettext_lazy(
        "%(number)s message waits for ten minutes and more: the gateway does not answer, or the worker stands still",
        "%(number)s messages wait for ten minutes and more: the gateway does not answer, or the worker stands still",
        number,
    )
    return [Line("", "", words % {"number": number})] if number else []
