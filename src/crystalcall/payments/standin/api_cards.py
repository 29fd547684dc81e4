"""The requests about stored cards (payment profiles): made, shown masked, changed, deleted, tried."""

from dataclasses import dataclass, replace
from typing import Any

from crystalcall.payments.standin import cards, codes, keeping_cards, profiles, transactions
from crystalcall.payments.standin.codes import Message
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.profiles import StoredCard
from crystalcall.payments.standin.reply import Reply, is_true, text_at
from crystalcall.payments.standin.transactions import dollars

NONE, TEST_MODE = "none", "testMode"
DIRECT_FIELDS = 68
PAGE_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Validated:
    """What trying a card said: the old comma-separated answer, and why it is refused, if it is."""

    direct_response: str = ""
    refused: Message | None = None


def validated(desk: StandinDesk, card: StoredCard, mode: str, card_code: str = "") -> Validated:
    """Try a card: not at all, against the rules alone (testMode), or at the bank (liveMode)."""
    if mode in {"", NONE}:
        return Validated()
    verdict = cards.judge(card.bill_to.get("zip", ""), card_code)
    if mode == TEST_MODE:
        verdict = replace(verdict, response_code=cards.APPROVED, reason_code=1, reason=transactions.APPROVED_TEXT)
    direct = _direct_response(card, str(verdict.response_code), verdict.reason, verdict.avs)
    if verdict.response_code == cards.APPROVED:
        return Validated(direct)
    if desk.switches.decline_result == "Ok":
        return Validated(direct, codes.UNSUCCESSFUL.saying(verdict.reason))
    return Validated(direct, codes.UNSUCCESSFUL)


def _direct_response(card: StoredCard, code: str, reason: str, avs: str) -> str:
    """The gateway's oldest form of an answer: 68 fields with commas between, most of them empty."""
    fields = [""] * DIRECT_FIELDS
    fields[0:7] = [code, "1", "1", reason, transactions.new_auth_code(), avs, transactions.new_trans_id()]
    fields[7:12] = ["none", "Test transaction for ValidateCustomerPaymentProfile.", "0.00", "CC", "auth_only"]
    fields[12] = card.customer_profile_id
    fields[13:15] = [card.bill_to.get("firstName", ""), card.bill_to.get("lastName", "")]
    fields[19] = card.bill_to.get("zip", "")
    fields[50:52] = [card.card_masked, card.card_brand]
    return ",".join(field.replace(",", " ") for field in fields)


def read_card(
    desk: StandinDesk, profile_id: str, paid: dict[str, Any], before: StoredCard | None = None
) -> StoredCard | Message:
    """The card a payment profile asks for, not yet written; in a change ``XXXX1111`` and ``XXXX`` mean: as before."""
    given = (paid.get("payment") or {}).get("creditCard")
    if given is None:
        if before is None:
            return codes.REQUIRED.saying("Payment Profile: a published test card is required here.")
        brand, masked, expiry = before.card_brand, before.card_masked, before.expiry
    else:
        card = _named_card(text_at(given, "cardNumber"), before)
        if card is None:
            return codes.INVALID_FIELD.saying("Credit Card Number is invalid.")
        brand, masked = card.brand, card.masked
        read = _named_expiry(desk, text_at(given, "expirationDate"), before)
        if isinstance(read, Message):
            return read
        expiry = read
    made = before or StoredCard(
        payment_profile_id=profiles.new_id(),
        customer_profile_id=profile_id,
        customer_type=keeping_cards.INDIVIDUAL,
        bill_to={},
        card_masked=masked,
        card_brand=brand,
        expiry=expiry,
    )
    return replace(
        made,
        customer_type=text_at(paid, "customerType") or made.customer_type,
        bill_to=keeping_cards.cleaned(paid.get("billTo")),
        card_masked=masked,
        card_brand=brand,
        expiry=expiry,
        is_default=made.is_default or is_true(paid, "defaultPaymentProfile"),
    )


def _named_card(typed: str, before: StoredCard | None) -> cards.TestCard | None:
    if before is not None and typed == before.card_masked:
        return cards.stored_card(before.card_masked, before.card_brand)
    return cards.find_test_card(typed)


def _named_expiry(desk: StandinDesk, typed: str, before: StoredCard | None) -> str | Message:
    if before is not None and typed == "XXXX":
        return before.expiry
    expiry = cards.read_expiry(typed)
    if expiry is None:
        return codes.INVALID_FIELD.saying("Expiration Date is invalid.")
    if cards.is_expired(expiry, desk.now()):
        return codes.INVALID_FIELD.saying("Credit Card has expired.")
    return "{}-{:02d}".format(*expiry)


def masked_card(card: StoredCard, *, unmask: bool = False, nested: bool = False) -> dict[str, Any]:
    """A card as answers show it; the expiry only to who asks for it."""
    shown: dict[str, Any] = {"customerType": card.customer_type}
    if card.bill_to:
        shown["billTo"] = card.bill_to
    if not nested:
        shown["customerProfileId"] = card.customer_profile_id
    shown["customerPaymentProfileId"] = card.payment_profile_id
    if card.is_default:
        shown["defaultPaymentProfile"] = True
    shown["payment"] = _masked_payment(card, unmask=unmask)
    if card.network_trans_id:
        shown["originalNetworkTransId"] = card.network_trans_id
        shown["originalAuthAmount"] = dollars(card.network_cents)
    return shown


def _masked_payment(card: StoredCard, *, unmask: bool) -> dict[str, Any]:
    return {
        "creditCard": {
            "cardNumber": card.card_masked,
            "expirationDate": card.expiry if unmask else "XXXX",
            "cardType": card.card_brand,
        }
    }


def create_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """One card more in a profile."""
    profile_id = text_at(body, "customerProfileId")
    with desk.state.writing():
        if profiles.find(desk.state, profile_id) is None:
            return Reply(message=codes.NOT_FOUND)
        card = read_card(desk, profile_id, body["paymentProfile"])
        if isinstance(card, Message):
            return Reply(message=card)
        code = text_at(body, "paymentProfile", "payment", "creditCard", "cardCode")
        outcome = validated(desk, card, text_at(body, "validationMode"), code)
        if outcome.refused:
            return Reply(message=outcome.refused)
        same = keeping_cards.same_card(desk, card)
        added = keeping_cards.add_card(desk, card)
        if isinstance(added, Message):
            ids = {"customerProfileId": profile_id, "customerPaymentProfileId": same.payment_profile_id} if same else {}
            return Reply(ids, added)
    desk.courier.wake()
    direct = {"validationDirectResponse": outcome.direct_response} if outcome.direct_response else {}
    ids = {"customerProfileId": profile_id, "customerPaymentProfileId": added.payment_profile_id}
    return Reply(ids | direct)


def _find(desk: StandinDesk, body: dict[str, Any]) -> StoredCard | None:
    return profiles.find_card(desk.state, text_at(body, "customerProfileId"), text_at(body, "customerPaymentProfileId"))


def get_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """One card, masked; without its number the profile's default card."""
    found = _find(desk, body)
    if found is None and not text_at(body, "customerPaymentProfileId"):
        stored = profiles.cards_of(desk.state, text_at(body, "customerProfileId"))
        found = next((card for card in stored if card.is_default), None)
    if found is None:
        return Reply(message=codes.NOT_FOUND)
    return Reply({"paymentProfile": masked_card(found, unmask=is_true(body, "unmaskExpirationDate"))})


def list_cards(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """The cards that expire in a month."""
    found = [card for card in profiles.every_card(desk.state) if card.expiry == text_at(body, "month")]
    found.sort(key=lambda card: int(card.payment_profile_id))
    if is_true(body, "sorting", "orderDescending"):
        found.reverse()
    limit = int(text_at(body, "paging", "limit") or PAGE_LENGTH)
    start = (int(text_at(body, "paging", "offset") or 1) - 1) * limit
    shown = [_listed(card) for card in found[start : start + limit]]
    message = codes.SUCCESSFUL if shown else codes.NO_RECORDS
    return Reply({"totalNumInResultSet": len(found)} | ({"paymentProfiles": shown} if shown else {}), message)


def _listed(card: StoredCard) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "defaultPaymentProfile": card.is_default,
        "customerPaymentProfileId": int(card.payment_profile_id),
        "customerProfileId": int(card.customer_profile_id),
    }
    if card.bill_to:
        shown["billTo"] = card.bill_to
    return shown | {"payment": _masked_payment(card, unmask=False)}


def update_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Change a card; masked values stay as they are."""
    paid = body["paymentProfile"]
    profile_id = text_at(body, "customerProfileId")
    with desk.state.writing():
        before = profiles.find_card(desk.state, profile_id, text_at(paid, "customerPaymentProfileId"))
        if before is None:
            return Reply(message=codes.NOT_FOUND)
        after = read_card(desk, profile_id, paid, before)
        if isinstance(after, Message):
            return Reply(message=after)
        if keeping_cards.same_card(desk, after):
            text = "A duplicate customer payment profile already exists."
            return Reply(message=codes.DUPLICATE_RECORD.saying(text))
        code = text_at(paid, "payment", "creditCard", "cardCode")
        outcome = validated(desk, after, text_at(body, "validationMode"), code)
        if outcome.refused:
            return Reply(message=outcome.refused)
        profiles.save_card(desk.state, after)
        keeping_cards.tell_card(desk, "updated", after)
    desk.courier.wake()
    return Reply({"validationDirectResponse": outcome.direct_response} if outcome.direct_response else {})


def delete_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Delete one card."""
    with desk.state.writing():
        found = _find(desk, body)
        if found is None:
            return Reply(message=codes.NOT_FOUND)
        profiles.remove_card(desk.state, found)
        keeping_cards.tell_card(desk, "deleted", found)
    desk.courier.wake()
    return Reply()


def validate_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Try a stored card."""
    found = _find(desk, body)
    address_id = text_at(body, "customerShippingAddressId")
    missing = address_id and profiles.find_address(desk.state, text_at(body, "customerProfileId"), address_id) is None
    if found is None or missing:
        return Reply(message=codes.NOT_FOUND)
    outcome = validated(desk, found, text_at(body, "validationMode") or TEST_MODE, text_at(body, "cardCode"))
    message = outcome.refused or codes.SUCCESSFUL
    return Reply({"directResponse": outcome.direct_response} if outcome.direct_response else {}, message)
