"""How long personal data is kept: a closed list of classes, so that no field can be kept for a reason nobody named.

The nightly sweep of retention enforces these; the policy page, the data map and each person's export show them.
Lengths that the operator chooses are settings, read when they are asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crystalcall.plumbing.settings import current
from crystalcall.rules.privacy.periods import Period

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MONTHS_OF_A_YEAR: Final = 12


class Clock(StrEnum):
    """What starts the time of a retention class."""

    ORDER_PLACED = "order_placed"
    CALL_ENDED = "call_ended"
    LAST_MISS = "last_miss"
    WISH_ENDED = "wish_ended"
    REQUEST_CLOSED = "request_closed"
    SEALED = "sealed"
    OFFICE_ENDED = "office_ended"
    EXPORT_MADE = "export_made"
    PERSON_FORGOTTEN = "person_forgotten"
    MESSAGE_ANSWERED = "message_answered"
    MAIL_MADE = "mail_made"
    FACT_TOLD = "fact_told"
    PERSON_TOLD = "person_told"
    WORK_DONE = "work_done"
    REGISTRATION_ENDED = "registration_ended"
    STEP_BEGUN = "step_begun"
    DISCLOSED = "disclosed"
    HOLD_RELEASED = "hold_released"
    STAFF_ACTED = "staff_acted"


class AtEnd(StrEnum):
    """What happens when the time is over."""

    DESTROY = "destroy"
    UNLINK = "unlink"
    KEEP_IMPERSONAL = "keep_impersonal"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One class: what starts its clock, how many days it lasts, what happens then, and how readers are told.

    `days` is None where the clock's own event is the end: nothing is kept after it.
    """

    name: str
    clock: Clock
    at_end: AtEnd
    words: "_StrPromise | str"
    length: Callable[[], Period] | None

    def ends(self, started: datetime) -> datetime | None:
        """When it is over whose clock started then, by the calendar (UTC); None where the event itself ends it."""
        return None if self.length is None else self.length().end(started)

    def over_before(self, now: datetime) -> datetime | None:
        """Whatever's clock started before this moment is over now; None where the event itself ends it."""
        return None if self.length is None else self.length().begin(now)

    @property
    def days(self) -> int | None:
        """The most days that it lasts after the clock's event; None where the event itself ends it."""
        return None if self.length is None else self.length().most_days

    @property
    def period(self) -> timedelta | None:
        """The same as a length of time; `ends` says when exactly."""
        days = self.days
        return None if days is None else timedelta(days=days)


def _days(number: int) -> Callable[[], Period]:
    return lambda: Period(days=number)


def _years(number: int) -> Callable[[], Period]:
    return lambda: Period(months=number * MONTHS_OF_A_YEAR)


def _records() -> Period:
    return Period(months=current().record_retention_months)


def _after_a_call() -> str:
    months = current().record_retention_months
    return ngettext(
        "for %(months)s month after the call, so that you can check what it cost",
        "for %(months)s months after the call, so that you can check what it cost",
        months,
    ) % {"months": months}


_RULES: Final = (
    RetentionRule(
        "order_record",
        Clock.ORDER_PLACED,
        AtEnd.UNLINK,
        _("seven years after the order, for taxes and disputes; deleted sooner when you ask"),
        _years(7),
    ),
    RetentionRule(
        "call_record",
        Clock.CALL_ENDED,
        AtEnd.DESTROY,
        lazy(_after_a_call, str)(),
        _records,
    ),
    RetentionRule(
        "credit_record",
        Clock.ORDER_PLACED,
        AtEnd.UNLINK,
        _("seven years after the order, or until you ask; then the sums stay in our books as those of nobody’s card"),
        _years(7),
    ),
    RetentionRule(
        "mail_notice",
        Clock.MAIL_MADE,
        AtEnd.DESTROY,
        _("for a year after the mail; its text and address are not kept with it"),
        _years(1),
    ),
    RetentionRule("pin_misses", Clock.LAST_MISS, AtEnd.DESTROY, _("for a day after the last wrong PIN"), _days(1)),
    RetentionRule("registration", Clock.REGISTRATION_ENDED, AtEnd.DESTROY, _("as long as you have an account"), None),
    RetentionRule(
        "signing_in",
        Clock.STEP_BEGUN,
        AtEnd.DESTROY,
        _("for a day at most, while you register, sign in or change your address"),
        _days(1),
    ),
    RetentionRule(
        "disclosure",
        Clock.DISCLOSED,
        AtEnd.DESTROY,
        _("for seven years after somebody got it; once your data is deleted, it leads to nobody"),
        _years(7),
    ),
    RetentionRule("until_stopped", Clock.WISH_ENDED, AtEnd.DESTROY, _("until you end it"), None),
    RetentionRule(
        "privacy_request",
        Clock.REQUEST_CLOSED,
        AtEnd.DESTROY,
        _("two years after the answer, without a name"),
        _years(2),
    ),
    RetentionRule(
        "sealed_archive",
        Clock.SEALED,
        AtEnd.DESTROY,
        _("sealed, one year after you changed or deleted it; then the key is destroyed"),
        _years(1),
    ),
    RetentionRule("export_file", Clock.EXPORT_MADE, AtEnd.DESTROY, _("for a day, so that you can fetch it"), _days(1)),
    RetentionRule(
        "officer",
        Clock.OFFICE_ENDED,
        AtEnd.KEEP_IMPERSONAL,
        _("ten years after a member of staff left office, to check what was signed"),
        _years(10),
    ),
    RetentionRule(
        "staff",
        Clock.OFFICE_ENDED,
        AtEnd.DESTROY,
        _("three years after a member of staff left, to check who did what"),
        _years(3),
    ),
    RetentionRule(
        "staff_act",
        Clock.STAFF_ACTED,
        AtEnd.DESTROY,
        _("three years after a member of staff did something about you, to check that it was right"),
        _years(3),
    ),
    RetentionRule(
        "until_forgotten", Clock.PERSON_FORGOTTEN, AtEnd.DESTROY, _("until your other data is deleted"), None
    ),
    RetentionRule(
        "until_told", Clock.PERSON_TOLD, AtEnd.DESTROY, _("until you were told that an authority got data"), None
    ),
    RetentionRule("legal_hold", Clock.HOLD_RELEASED, AtEnd.DESTROY, _("as long as the law orders us to keep it"), None),
)

CLASSES: Final[Mapping[str, RetentionRule]] = {rule.name: rule for rule in _RULES}
"""Every class by its name. A new one is added above, and to the policy's practices with it."""

_BOOKKEEPING: Final = (
    RetentionRule(
        "abandoned_order",
        Clock.ORDER_PLACED,
        AtEnd.DESTROY,
        "thirty days after an order that was given up unpaid, and with it its buyer",
        _days(30),
    ),
    RetentionRule(
        "call_answer",
        Clock.MESSAGE_ANSWERED,
        AtEnd.DESTROY,
        "answers to a switch, kept for its repeats",
        lambda: Period(days=current().step_retention_days),
    ),
    RetentionRule("outbox", Clock.FACT_TOLD, AtEnd.DESTROY, "facts that every listener has been told", _days(30)),
    RetentionRule("background_work", Clock.WORK_DONE, AtEnd.DESTROY, "finished background work", _days(3)),
)

SCHEDULE: Final[Mapping[str, RetentionRule]] = {**CLASSES, **{rule.name: rule for rule in _BOOKKEEPING}}
"""What the night goes through: every class, and what is kept without a person or ends sooner than its class.

These need no word in the policy: they keep nobody's data longer than it says.
"""
