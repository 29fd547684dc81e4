"""Credit given to a card by hand, at the shop's own cost: takes two members of staff above the operator's limit.

The room's first use of four eyes (`customers.staff.four_eyes`): the credit goes through the ledger's own action, in the
approver's transaction, under the proposal's number as its key, so that it is given once whatever is repeated.
"""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.staff.kinds import Alone, Content, Executed, Kind, NotExecuted
from crystalcall.customers.staff.values import Subject, SubjectKind
from crystalcall.minutes.cards.actions import adjust_credit
from crystalcall.minutes.cards.values import CreditSet
from crystalcall.minutes.pins import queries as pins
from crystalcall.plumbing.settings import current
from crystalcall.rules.money import MICROS_PER_CENT, MICROS_PER_DOLLAR
from crystalcall.rules.pins import PinState
from crystalcall.rules.staffing import Right

NAME: Final = "cards.goodwill"
REASON: Final = "goodwill"
MOST_MICROS: Final = 500 * MICROS_PER_DOLLAR
"""The most that one proposal gives: nobody means more, but somebody may mistype more."""

_FIELDS: Final = {"serial", "amount_micros"}
_BAD_AMOUNT: Final = "bad_amount"
_TOO_MUCH: Final = "too_much"
_UNKNOWN: Final = "unknown_serial"
_SHUT: Final = {PinState.BLOCKED: "blocked_card", PinState.EXPIRED: "expired_card"}
"""Cards that get nothing: a blocked one is out of its holder's hands; what is put on an expired one is gone at once."""


def check(content: Content) -> str:
    """What is wrong with a serial and an amount in micros, as a word; "" where nothing is. Whole cents only."""
    amount, serial = content.get("amount_micros"), content.get("serial")
    if set(content) != _FIELDS or not isinstance(serial, str):
        return _UNKNOWN
    if type(amount) is not int or amount <= 0 or amount % MICROS_PER_CENT:
        return _BAD_AMOUNT
    return _TOO_MUCH if amount > MOST_MICROS else _standing(serial)


def execute(content: Content, key: str, now: datetime) -> Executed | NotExecuted:
    """Give the credit, once for the key."""
    serial, amount = str(content["serial"]), int(content["amount_micros"])
    if wrong := _standing(serial):
        return NotExecuted(wrong)
    done = adjust_credit(serial, amount_micros=amount, reason=REASON, key=key, now=now)
    if not isinstance(done, CreditSet):
        return NotExecuted(_UNKNOWN)
    return Executed({"balance_micros": done.balance.posted_micros})


def _standing(serial: str) -> str:
    """Why nothing is given to this card, as a word; "" where it may be."""
    pin = pins.pin(serial)
    return _UNKNOWN if pin is None else _SHUT.get(pin.state, "")


KIND: Final = Kind(
    name=NAME,
    words=_("goodwill credit"),
    proposes=Right.PROPOSE_CREDIT,
    approves=Right.APPROVE_CREDIT,
    check=check,
    subject=lambda content: Subject(SubjectKind.CARD, str(content["serial"])),
    execute=execute,
    alone=Alone(
        right=Right.GIVE_CREDIT_ALONE,
        weight=lambda content: int(content["amount_micros"]),
        limit=lambda: current().goodwill_alone_micros,
    ),
)
