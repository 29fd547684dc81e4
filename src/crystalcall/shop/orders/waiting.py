"""What of the orders waits for a person: paid and not delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.plumbing.waiting import AT_MOST, Line, WaitingList, contribute
from crystalcall.rules.staffing import Right
from crystalcall.shop.orders.queries import history, paid_unfulfilled

PATIENCE_SECONDS: Final = 300


def contribute_all() -> None:
    """Contribute the list of this room."""
    contribute(
        WaitingList(
            "orders.undelivered",
            _("Paid, and not delivered"),
            Right.LOOK_UP,
            _undelivered,
            _("The worker tries again every minute. If an order stays here, money has to be given back."),
        )
    )


def _undelivered(now: datetime) -> Sequence[Line]:
    numbers = paid_unfulfilled(now=now, older_than_seconds=PATIENCE_SECONDS)[:AT_MOST]
    return [
        Line("order", number, _("paid for five minutes and more"), since=history(number)[-1].happened_at)
        for number in numbers
    ]
