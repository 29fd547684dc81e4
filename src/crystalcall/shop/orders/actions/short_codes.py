"""Speed dial of cards in an account: whoever bought a card keeps its list, and nobody to whom it was only shown.

A card that was added by its PIN, or whose order was added by its address, stays the card of whoever bought it: its list
is sealed under the buyer's key and stands in the buyer's export, so that another's numbers have no place there.
"""

from uuid import UUID

from crystalcall.minutes.speed_dial.actions import copy_entries, remove_entry, set_entry
from crystalcall.minutes.speed_dial.values import EntryRefused, EntrySet
from crystalcall.shop.orders.belongings import OwnCard, bought_cards_of
from crystalcall.shop.orders.values import NotYourCard


def set_short_code(
    customer_id: UUID, serial: str, code: int, typed_number: str, label: str
) -> EntrySet | EntryRefused | NotYourCard:
    """Have a code of a card that this customer bought dial a number."""
    mine = _bought(customer_id, serial)
    return NotYourCard(serial) if mine is None else set_entry(mine.account_id, code, typed_number, label)


def remove_short_code(customer_id: UUID, serial: str, code: int) -> bool | NotYourCard:
    """Have it dial nothing any more; whether it dialled something."""
    mine = _bought(customer_id, serial)
    return NotYourCard(serial) if mine is None else remove_entry(mine.account_id, code)


def copy_short_codes(customer_id: UUID, from_serial: str, to_serial: str) -> int | NotYourCard:
    """Give one card the list of another, beside what it has; gives how many codes were copied."""
    source, target = _bought(customer_id, from_serial), _bought(customer_id, to_serial)
    if source is None or target is None:
        return NotYourCard(to_serial if source else from_serial)
    return copy_entries(source.account_id, target.account_id)


def _bought(customer_id: UUID, serial: str) -> OwnCard | None:
    return next((card for card in bought_cards_of(customer_id) if card.serial == serial), None)
