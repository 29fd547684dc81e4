"""Customer profiles as the gateway keeps them: who, their cards (XXXX and four digits only), their addresses."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from crystalcall.payments.standin import cards
from crystalcall.payments.standin.state import State

MOST_CARDS = 10
MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One customer, by the merchant's own id, a description, an e-mail: at least one of the three."""

    customer_profile_id: str
    merchant_customer_id: str
    description: str
    email: str
    profile_type: str = "regular"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCard:
    """One payment profile.

    Attributes:
        expiry: year and month, ``2030-12``; shown only to who asks to have it unmasked.
        network_trans_id: of the first charge, to which later ones refer; with its amount in cents.
    """

    payment_profile_id: str
    customer_profile_id: str
    customer_type: str
    bill_to: dict[str, str]
    card_masked: str
    card_brand: str
    expiry: str
    is_default: bool = False
    network_trans_id: str = ""
    network_cents: int = 0

    @property
    def expiry_pair(self) -> tuple[int, int]:
        """Year and month."""
        return cards.read_expiry(self.expiry) or (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One shipping address."""

    address_id: str
    customer_profile_id: str
    address: dict[str, str]
    is_default: bool = False


def new_id() -> str:
    """A number of ten digits, as profiles have them."""
    return str(secrets.randbelow(9 * 10**8) + 1_500_000_000)


def find(state: State, profile_id: str) -> Profile | None:
    """The profile of that number, or None."""
    row = state.row("SELECT * FROM customer_profile WHERE customer_profile_id = ?", profile_id)
    return Profile(**row) if row else None


def search(state: State, *, merchant_customer_id: str = "", email: str = "") -> Profile | None:
    """The profile of a merchant's own id or an e-mail, the oldest first, or None."""
    row = state.row(
        "SELECT * FROM customer_profile WHERE (? <> '' AND merchant_customer_id = ?) OR (? <> '' AND email = ?) "
        "ORDER BY rowid LIMIT 1",
        merchant_customer_id,
        merchant_customer_id,
        email,
        email,
    )
    return Profile(**row) if row else None


def same_as(state: State, profile: Profile) -> Profile | None:
    """Another profile with the same three words about the customer, or None."""
    row = state.row(
        "SELECT * FROM customer_profile WHERE merchant_customer_id = ? AND description = ? AND email = ? "
        "AND customer_profile_id <> ?",
        profile.merchant_customer_id,
        profile.description,
        profile.email,
        profile.customer_profile_id,
    )
    return Profile(**row) if row else None


def every_id(state: State) -> list[str]:
    """The numbers of all profiles, oldest first."""
    return [row["customer_profile_id"] for row in state.rows("SELECT * FROM customer_profile ORDER BY rowid")]


def save(state: State, profile: Profile) -> Profile:
    """Write a profile, new or changed."""
    row = asdict(profile)
    state.run(
        "INSERT INTO customer_profile (customer_profile_id, merchant_customer_id, description, email, profile_type) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (customer_profile_id) DO UPDATE SET "
        "merchant_customer_id = excluded.merchant_customer_id, description = excluded.description, "
        "email = excluded.email, profile_type = excluded.profile_type",
        *row.values(),
    )
    return profile


def remove(state: State, profile_id: str) -> bool:
    """Delete a profile with its cards and addresses; False when there was none."""
    return state.run("DELETE FROM customer_profile WHERE customer_profile_id = ?", profile_id) == 1


def _card(row: dict[str, Any]) -> StoredCard:
    bill_to = msgspec.json.decode(row["bill_to"], type=dict[str, str])
    return StoredCard(**(row | {"bill_to": bill_to, "is_default": bool(row["is_default"])}))


def cards_of(state: State, profile_id: str) -> list[StoredCard]:
    """The cards of a profile, oldest first."""
    rows = state.rows("SELECT * FROM payment_profile WHERE customer_profile_id = ? ORDER BY rowid", profile_id)
    return [_card(row) for row in rows]


def every_card(state: State) -> list[StoredCard]:
    """The cards of all profiles, by their numbers."""
    return [_card(row) for row in state.rows("SELECT * FROM payment_profile ORDER BY payment_profile_id")]


def find_card(state: State, profile_id: str, payment_profile_id: str) -> StoredCard | None:
    """The card of that number in that profile, or None."""
    row = state.row(
        "SELECT * FROM payment_profile WHERE customer_profile_id = ? AND payment_profile_id = ?",
        profile_id,
        payment_profile_id,
    )
    return _card(row) if row else None


def save_card(state: State, card: StoredCard) -> StoredCard:
    """Write a card, new or changed; a new default takes the place of the old one."""
    if card.is_default:
        state.run("UPDATE payment_profile SET is_default = 0 WHERE customer_profile_id = ?", card.customer_profile_id)
    row = asdict(card) | {"bill_to": msgspec.json.encode(card.bill_to), "is_default": int(card.is_default)}
    state.run(
        "INSERT INTO payment_profile (payment_profile_id, customer_profile_id, customer_type, bill_to, card_masked, "
        "card_brand, expiry, is_default, network_trans_id, network_cents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (payment_profile_id) DO UPDATE SET customer_type = excluded.customer_type, "
        "bill_to = excluded.bill_to, card_masked = excluded.card_masked, card_brand = excluded.card_brand, "
        "expiry = excluded.expiry, is_default = excluded.is_default",
        *row.values(),
    )
    return card


def remove_card(state: State, card: StoredCard) -> None:
    """Delete one card."""
    state.run("DELETE FROM payment_profile WHERE payment_profile_id = ?", card.payment_profile_id)


def _address(row: dict[str, Any]) -> Address:
    address = msgspec.json.decode(row["address"], type=dict[str, str])
    return Address(**(row | {"address": address, "is_default": bool(row["is_default"])}))


def addresses_of(state: State, profile_id: str) -> list[Address]:
    """The shipping addresses of a profile, oldest first."""
    rows = state.rows("SELECT * FROM shipping_address WHERE customer_profile_id = ? ORDER BY rowid", profile_id)
    return [_address(row) for row in rows]


def find_address(state: State, profile_id: str, address_id: str) -> Address | None:
    """The address of that number in that profile; without a number the default one; or None."""
    found = addresses_of(state, profile_id)
    if not address_id:
        return next((one for one in found if one.is_default), None)
    return next((one for one in found if one.address_id == address_id), None)


def save_address(state: State, address: Address) -> Address:
    """Write an address, new or changed; a new default takes the place of the old one."""
    if address.is_default:
        state.run(
            "UPDATE shipping_address SET is_default = 0 WHERE customer_profile_id = ?", address.customer_profile_id
        )
    state.run(
        "INSERT INTO shipping_address (address_id, customer_profile_id, address, is_default) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (address_id) DO UPDATE SET address = excluded.address, is_default = excluded.is_default",
        address.address_id,
        address.customer_profile_id,
        msgspec.json.encode(address.address),
        int(address.is_default),
    )
    return address


def remove_address(state: State, address: Address) -> None:
    """Delete one address."""
    state.run("DELETE FROM shipping_address WHERE address_id = ?", address.address_id)
