"""The requests about customer profiles as a whole, and the profile made from a transaction."""

from dataclasses import replace
from typing import Any

from crystalcall.payments.standin import cards, codes, keeping_cards, profiles, transactions
from crystalcall.payments.standin.api_cards import masked_card, read_card, validated
from crystalcall.payments.standin.codes import Message
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.profiles import Address, Profile
from crystalcall.payments.standin.reply import Reply, clean_text, text_at
from crystalcall.payments.standin.transactions import Transaction


class _RefusedError(Exception):
    """Undoes what was written of a request that cannot be done as a whole."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def _created(message: Message, **given: Any) -> Reply:
    """An answer of the create family; its lists are there even when nothing was made."""
    lists: dict[str, Any] = {
        "customerPaymentProfileIdList": [],
        "customerShippingAddressIdList": [],
        "validationDirectResponseList": [],
    }
    return Reply(lists | given, message)


def create_profile(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A new profile, with cards and addresses at once; all of it or nothing."""
    try:
        with desk.state.writing():
            reply = _create(desk, body)
    except _RefusedError as refused:
        return _created(refused.message)
    desk.courier.wake()
    return reply


def _create(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    asked = body["profile"]
    profile = _save_new(desk, asked)
    responses: list[str] = []
    card_ids: list[str] = []
    for paid in asked.get("paymentProfiles", []):
        card = read_card(desk, profile.customer_profile_id, paid)
        added = card if isinstance(card, Message) else keeping_cards.add_card(desk, card)
        if isinstance(added, Message):
            raise _RefusedError(added)
        outcome = validated(
            desk, added, text_at(body, "validationMode"), text_at(paid, "payment", "creditCard", "cardCode")
        )
        if outcome.refused:
            raise _RefusedError(outcome.refused)
        responses += [outcome.direct_response] if outcome.direct_response else []
        card_ids.append(added.payment_profile_id)
    addresses = [_add_address(desk, profile, address) for address in asked.get("shipToList", [])]
    keeping_cards.tell_profile(desk, "created", profile)
    return _created(
        codes.SUCCESSFUL,
        customerProfileId=profile.customer_profile_id,
        customerPaymentProfileIdList=card_ids,
        customerShippingAddressIdList=addresses,
        validationDirectResponseList=responses,
    )


def _save_new(desk: StandinDesk, asked: dict[str, Any]) -> Profile:
    profile = Profile(
        customer_profile_id=profiles.new_id(),
        merchant_customer_id=clean_text(asked, "merchantCustomerId"),
        description=clean_text(asked, "description"),
        email=clean_text(asked, "email"),
        profile_type=text_at(asked, "profileType") or "regular",
    )
    fault = _profile_fault(desk, profile)
    if fault:
        raise _RefusedError(fault)
    return profiles.save(desk.state, profile)


def _profile_fault(desk: StandinDesk, profile: Profile) -> Message | None:
    if not (profile.merchant_customer_id or profile.description or profile.email):
        return codes.EMPTY_PROFILE
    there = profiles.same_as(desk.state, profile)
    if there is None:
        return None
    return codes.DUPLICATE_RECORD.saying(f"A duplicate record with ID {there.customer_profile_id} already exists.")


def _add_address(desk: StandinDesk, profile: Profile, address: dict[str, Any]) -> str:
    made = Address(
        address_id=profiles.new_id(),
        customer_profile_id=profile.customer_profile_id,
        address=keeping_cards.cleaned(address),
    )
    return profiles.save_address(desk.state, made).address_id


def create_from_transaction(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A profile, or one card more in a profile, from a transaction that was approved."""
    found = transactions.find(desk.state, text_at(body, "transId"))
    if found is None:
        return _created(codes.NO_SUCH_TRANSACTION)
    if found.response_code != cards.APPROVED or found.transaction_type == transactions.REFUND:
        return _created(codes.WRONG_TRANSACTION)
    try:
        with desk.state.writing():
            reply = _from_transaction(desk, body, found)
    except _RefusedError as refused:
        return _created(refused.message)
    desk.courier.wake()
    return reply


def _from_transaction(desk: StandinDesk, body: dict[str, Any], found: Transaction) -> Reply:
    profile, fresh = _profile_for(desk, body, found)
    test_card = cards.stored_card(found.card_masked, found.card_brand)
    parts = found.asked
    expiry = str(parts.get("cardExpiry", ""))
    if test_card is None or not expiry:
        raise _RefusedError(codes.WRONG_TRANSACTION)
    bill_to = dict(parts.get("billTo") or {}) or _name_of(found)
    card = keeping_cards.new_card(profile.customer_profile_id, test_card, expiry=expiry, bill_to=bill_to)
    card = replace(
        card,
        is_default=text_at(body, "defaultPaymentProfile") in {"true", "1"},
        network_trans_id=found.network_trans_id,
        network_cents=found.amount_cents,
    )
    added = keeping_cards.add_card(desk, card)
    if isinstance(added, Message):
        raise _RefusedError(added)
    ship_to = parts.get("shipTo")
    addresses = [_add_address(desk, profile, ship_to)] if ship_to else []
    if fresh:
        keeping_cards.tell_profile(desk, "created", profile)
    return _created(
        codes.SUCCESSFUL,
        customerProfileId=profile.customer_profile_id,
        customerPaymentProfileIdList=[added.payment_profile_id],
        customerShippingAddressIdList=addresses,
    )


def _name_of(found: Transaction) -> dict[str, str]:
    named = {"firstName": found.first_name, "lastName": found.last_name, "zip": found.zip_code}
    return {name: text for name, text in named.items() if text}


def _profile_for(desk: StandinDesk, body: dict[str, Any], found: Transaction) -> tuple[Profile, bool]:
    """The profile named in the call, or a new one from the call's or the transaction's customer."""
    wanted = text_at(body, "customerProfileId")
    if wanted:
        there = profiles.find(desk.state, wanted)
        if there is None:
            raise _RefusedError(codes.NOT_FOUND)
        return there, False
    asked = body.get("customer") or {}
    who = {
        "merchantCustomerId": text_at(asked, "merchantCustomerId") or found.customer_id,
        "description": text_at(asked, "description"),
        "email": text_at(asked, "email") or found.email,
        "profileType": text_at(body, "profileType"),
    }
    if not (who["merchantCustomerId"] or who["email"] or who["description"]):
        raise _RefusedError(codes.NO_CUSTOMER)
    return _save_new(desk, who), True


def get_profile(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A profile with its masked cards and its addresses, by number, by the merchant's own id or by e-mail."""
    wanted = text_at(body, "customerProfileId")
    if wanted:
        found = profiles.find(desk.state, wanted)
    else:
        found = profiles.search(
            desk.state, merchant_customer_id=text_at(body, "merchantCustomerId"), email=text_at(body, "email")
        )
    if found is None:
        return Reply(message=codes.NOT_FOUND)
    unmask = text_at(body, "unmaskExpirationDate") in {"true", "1"}
    named = {
        "merchantCustomerId": found.merchant_customer_id,
        "description": found.description,
        "email": found.email,
    }
    profile: dict[str, Any] = {name: text for name, text in named.items() if text}
    profile |= {"customerProfileId": found.customer_profile_id}
    stored = profiles.cards_of(desk.state, found.customer_profile_id)
    if stored:
        profile["paymentProfiles"] = [masked_card(card, unmask=unmask, nested=True) for card in stored]
    addresses = profiles.addresses_of(desk.state, found.customer_profile_id)
    if addresses:
        profile["shipToList"] = [one.address | {"customerAddressId": one.address_id} for one in addresses]
    return Reply({"profile": profile | {"profileType": found.profile_type}})


def get_profile_ids(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """The numbers of all profiles."""
    _ = body
    return Reply({"ids": profiles.every_id(desk.state)})


def update_profile(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Change who a profile is; what is absent becomes empty, as at the gateway."""
    asked = body["profile"]
    with desk.state.writing():
        before = profiles.find(desk.state, text_at(asked, "customerProfileId"))
        if before is None:
            return Reply(message=codes.NOT_FOUND)
        after = replace(
            before,
            merchant_customer_id=clean_text(asked, "merchantCustomerId"),
            description=clean_text(asked, "description"),
            email=clean_text(asked, "email"),
            profile_type=text_at(asked, "profileType") or before.profile_type,
        )
        fault = _profile_fault(desk, after)
        if fault:
            return Reply(message=fault)
        profiles.save(desk.state, after)
        keeping_cards.tell_profile(desk, "updated", after)
    desk.courier.wake()
    return Reply()


def delete_profile(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Delete a profile with its cards and addresses; its transactions remain."""
    with desk.state.writing():
        found = profiles.find(desk.state, text_at(body, "customerProfileId"))
        if found is None:
            return Reply(message=codes.NOT_FOUND)
        keeping_cards.tell_profile(desk, "deleted", found)
        profiles.remove(desk.state, found.customer_profile_id)
    desk.courier.wake()
    return Reply()
