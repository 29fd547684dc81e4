"""How cards answer for a person: what is on them before a deletion, and that a child's are emptied and blocked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from crystalcall.minutes.cards.actions import refund_credit
from crystalcall.minutes.cards.values import CreditRefunded
from crystalcall.minutes.ledger import queries as ledger
from crystalcall.minutes.pins.actions import block_pin
from crystalcall.minutes.pins.queries import pins_of_account
from crystalcall.privacy.keepers import Counts, Erasing, Holding, Keeper, NameKind, Person, Way

REASON: Final = "found to be a child’s"


class CardsKeeper(Keeper):
    """Cards as a whole: money, minutes and the PIN's state; the room keeps nothing itself."""

    room = "cards"

    def holdings(self, person: Person, *, now: datetime) -> Sequence[Holding]:
        """What is left on each card."""
        accounts = person.ids(NameKind.ACCOUNT)
        money = ledger.balances(accounts)
        held = []
        for account_id in accounts:
            minutes = sum(each.available_seconds for each in ledger.allowances(account_id, now=now))
            left = money[account_id].available_micros if account_id in money else 0
            held += [Holding(pin.serial, left, minutes) for pin in pins_of_account(account_id) if left or minutes]
        return held

    def suspend(self, person: Person, *, now: datetime) -> Counts:
        """Block the PINs: a call hands the number called to a telephone company."""
        for serial in person.of(NameKind.CARD):
            block_pin(serial, reason=REASON, now=now)
        return {"cards_blocked": len(person.of(NameKind.CARD))}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """A child's credit is taken off and owed to whoever paid; all other cards work on for their bearers."""
        if erasing.way is not Way.CHILD:
            return {}
        given_back = [
            refund_credit(serial, amount_micros=None, key=f"child:{serial}", now=erasing.now)
            for serial in person.of(NameKind.CARD)
        ]
        refunded = [each.amount_micros for each in given_back if isinstance(each, CreditRefunded)]
        return {"cards_refunded": len(refunded), "refunded_micros": sum(refunded)}
