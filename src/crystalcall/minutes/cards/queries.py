"""A card in one look."""

from datetime import datetime

from crystalcall.minutes.calls.queries import day_facts
from crystalcall.minutes.cards.values import Card, UnknownSerial
from crystalcall.minutes.ledger import queries as ledger
from crystalcall.minutes.limits import queries as limits
from crystalcall.minutes.pins import queries as pins


def card(serial: str, *, now: datetime) -> Card | UnknownSerial:
    """All that is known of the card with this serial, without a digit of its PIN."""
    pin = pins.pin(serial)
    if pin is None:
        return UnknownSerial(serial)
    account = pin.account_id
    return Card(
        pin=pin,
        balance=ledger.balance(account),
        minutes=ledger.allowances(account, now=now),
        limits=limits.limits_of([account], now)[account],
        own_limits=limits.own_limits(account),
        today=day_facts([account], now)[account],
    )
