"""Adding a card to a customer profile, from whatever door: the API, a charge, the hosted form, the hosted profile page.

One rule for all: at most ten cards, no card twice with the same address, and the event goes out with the fact.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crystalcall.payments.standin import codes, notifications, profiles, transactions
from crystalcall.payments.standin.cards import TestCard
from crystalcall.payments.standin.charging import Charge
from crystalcall.payments.standin.codes import Message
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.profiles import Profile, StoredCard
from crystalcall.payments.standin.reply import clean
from crystalcall.payments.standin.transactions import Transaction

INDIVIDUAL = "individual"


def cleaned(address: Mapping[str, object] | None) -> dict[str, str]:
    """An address as it is kept: text only, cleaned, nothing empty."""
    given = (address or {}).items()
    return {name: clean(text) for name, text in given if isinstance(text, str) and text and not name.endswith("Id")}


def same_card(desk: StandinDesk, asked: StoredCard) -> StoredCard | None:
    """A card of the same profile with the same number and address, other than this one."""
    for stored in profiles.cards_of(desk.state, asked.customer_profile_id):
        same = (stored.card_masked, stored.card_brand, stored.bill_to) == (
            asked.card_masked,
            asked.card_brand,
            asked.bill_to,
        )
        if same and stored.payment_profile_id != asked.payment_profile_id:
            return stored
    return None


def add_card(desk: StandinDesk, asked: StoredCard) -> StoredCard | Message:
    """Write a new card and its event, or say why not (E00039, E00042); call inside ``state.writing``."""
    there = profiles.cards_of(desk.state, asked.customer_profile_id)
    if same_card(desk, asked) is not None:
        return codes.DUPLICATE_RECORD.saying("A duplicate customer payment profile already exists.")
    if len(there) >= profiles.MOST_CARDS:
        return codes.TOO_MANY_CARDS
    added = profiles.save_card(desk.state, asked)
    tell_card(desk, "created", added)
    return added


def new_card(profile_id: str, card: TestCard, *, expiry: str, bill_to: dict[str, str]) -> StoredCard:
    """A card with a fresh number, not yet written."""
    return StoredCard(
        payment_profile_id=profiles.new_id(),
        customer_profile_id=profile_id,
        customer_type=INDIVIDUAL,
        bill_to=bill_to,
        card_masked=card.masked,
        card_brand=card.brand,
        expiry=expiry,
    )


def keep(desk: StandinDesk, profile_id: str, card: TestCard, *, expiry: str, bill_to: dict[str, str]) -> bool:
    """Keep a card that was paid with, if its profile still is and has room for it."""
    if profiles.find(desk.state, profile_id) is None:
        return False
    return isinstance(add_card(desk, new_card(profile_id, card, expiry=expiry, bill_to=bill_to)), StoredCard)


def tell_profile(desk: StandinDesk, what: str, profile: Profile) -> None:
    """Queue ``net.authorize.customer.<what>``."""
    held = [
        {"id": card.payment_profile_id, "customerType": card.customer_type}
        for card in profiles.cards_of(desk.state, profile.customer_profile_id)
    ]
    payload: dict[str, Any] = {"paymentProfiles": held} if held else {}
    named = {
        "merchantCustomerId": profile.merchant_customer_id,
        "description": profile.description,
        "email": profile.email,
    }
    payload |= {name: text for name, text in named.items() if text}
    payload |= {"entityName": "customerProfile", "id": profile.customer_profile_id}
    notifications.enqueue_payload(desk.state, f"net.authorize.customer.{what}", payload, desk.faults, desk.now())


def tell_card(desk: StandinDesk, what: str, card: StoredCard) -> None:
    """Queue ``net.authorize.customer.paymentProfile.<what>``; the profile's number is a JSON number there."""
    payload = {
        "customerProfileId": int(card.customer_profile_id),
        "entityName": "customerPaymentProfile",
        "id": card.payment_profile_id,
        "customerType": card.customer_type,
    }
    event = f"net.authorize.customer.paymentProfile.{what}"
    notifications.enqueue_payload(desk.state, event, payload, desk.faults, desk.now())


def create_with_charge(
    desk: StandinDesk, request: dict[str, Any], asked: Charge, made: Transaction
) -> tuple[dict[str, Any], Transaction]:
    """The ``profileResponse`` of a charge with createProfile, and the charge with its profile's numbers."""
    profile = Profile(
        customer_profile_id=profiles.new_id(),
        # Without an id of the merchant's own the gateway must still tell two shoppers apart.
        merchant_customer_id=asked.customer_id or ("" if asked.email else secrets.token_hex(8)),
        description=asked.description,
        email=asked.email,
    )
    there = profiles.same_as(desk.state, profile)
    if there is not None:
        text = f"A duplicate record with ID {there.customer_profile_id} already exists."
        return _response(codes.DUPLICATE_RECORD.saying(text), "", []), made
    profiles.save(desk.state, profile)
    bill_to = cleaned(request.get("billTo"))
    card = new_card(profile.customer_profile_id, asked.card, expiry=asked.expiry, bill_to=bill_to)
    card = replace(card, network_trans_id=made.network_trans_id, network_cents=made.amount_cents)
    tell_profile(desk, "created", profile)
    add_card(desk, card)
    linked = transactions.save(
        desk.state,
        made,
        customer_profile_id=profile.customer_profile_id,
        payment_profile_id=card.payment_profile_id,
    )
    return _response(codes.SUCCESSFUL, profile.customer_profile_id, [card.payment_profile_id]), linked


def _response(message: Message, profile_id: str, card_ids: list[str]) -> dict[str, Any]:
    messages = {
        "resultCode": message.result_code,
        "message": [{"code": message.code, "text": message.text}],
    }
    ids = {"customerProfileId": profile_id} if profile_id else {}
    return (
        {"messages": messages}
        | ids
        | {
            "customerPaymentProfileIdList": card_ids,
            "customerShippingAddressIdList": [],
        }
    )
