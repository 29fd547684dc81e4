"""createTransactionRequest for charges: by card number (published test cards only) or by stored card."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crystalcall.payments.standin import cards, codes, keeping_cards, profiles, transactions
from crystalcall.payments.standin.asked_parts import MOST_LINES, is_test, lines_of, parts_of, window_of
from crystalcall.payments.standin.cards import TestCard
from crystalcall.payments.standin.charging import Charge, Repeated, charge
from crystalcall.payments.standin.codes import Message
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply, cents_of, clean_text, is_true, text_at
from crystalcall.payments.standin.transaction_answers import failed, judged, shape

Reason = tuple[str, str]


def charge_card(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Charge or authorize; response codes 1, 2, 4, or 3 with the reason."""
    request = body["transactionRequest"]
    refusal = profile_conflict(request)
    if refusal:
        return Reply(message=refusal)
    fault = amount_fault(desk, request) or _auth_code_fault(request)
    if fault:
        return failed(fault)
    with desk.state.writing():
        asked = _by_profile(desk, body) if _uses_profile(request) else _by_card(desk, body)
        if isinstance(asked, Message):
            return Reply(message=asked)
        if not isinstance(asked, Charge):
            return failed(asked)
        reply = _charged(desk, request, asked)
    desk.courier.wake()
    return reply


def _charged(desk: StandinDesk, request: dict[str, Any], asked: Charge) -> Reply:
    outcome = charge(desk, asked)
    if isinstance(outcome, Repeated):
        named = outcome.first.trans_id if outcome.named else "0"
        code, text = codes.DUPLICATE
        response = shape(
            transId=named,
            accountNumber=asked.card.masked,
            accountType=asked.card.brand,
            errors=[{"errorCode": code, "errorText": text}],
        )
        return Reply({"transactionResponse": response}, codes.UNSUCCESSFUL)
    made = outcome.transaction
    if not is_true(request, "profile", "createProfile") or made.response_code == cards.DECLINED or not outcome.kept:
        return judged(desk, made)
    created, made = keeping_cards.create_with_charge(desk, request, asked, made)
    return judged(desk, made, profileResponse=created)


def profile_conflict(request: dict[str, Any]) -> Message | None:
    """Why profile, payment and addresses cannot stand together (E00088 to E00093)."""
    profile = request.get("profile") or {}
    paid = "payment" in request
    by_id = "paymentProfile" in profile
    rules: tuple[tuple[Callable[[], bool], Message], ...] = (
        (lambda: is_true(profile, "createProfile") and bool(profile.keys() - {"createProfile"}), codes.IDS_WITH_CREATE),
        (lambda: is_true(profile, "createProfile") and not paid, codes.NO_PAYMENT_TO_KEEP),
        (lambda: by_id and paid, codes.PROFILE_AND_PAYMENT),
        (lambda: "shippingProfileId" in profile and "shipTo" in request, codes.PROFILE_AND_SHIP_TO),
        (lambda: by_id and "billTo" in request, codes.PROFILE_AND_BILL_TO),
    )
    return next((message for holds, message in rules if holds()), None)


def amount_fault(desk: StandinDesk, request: dict[str, Any]) -> Reason | None:
    """What is wrong with amount, currency or lines."""
    if cents_of(text_at(request, "amount")) is None:
        return codes.BAD_AMOUNT
    if text_at(request, "currencyCode") not in {"", desk.switches.currency}:
        return codes.CURRENCY
    return codes.TOO_MANY_LINES if len(lines_of(request)) > MOST_LINES else None


def _auth_code_fault(request: dict[str, Any]) -> Reason | None:
    by_voice = text_at(request, "transactionType") == transactions.CAPTURE_ONLY
    if by_voice and not text_at(request, "authCode").strip():
        code, text = codes.FIELD_MISSING
        return code, text.format(name="Authorization code")
    return None


def _uses_profile(request: dict[str, Any]) -> bool:
    return "paymentProfile" in (request.get("profile") or {}) or (
        "customerProfileId" in (request.get("profile") or {}) and "payment" not in request
    )


def _common(body: dict[str, Any], card: TestCard) -> Charge:
    request = body["transactionRequest"]
    seconds, named = window_of(request)
    return Charge(
        kind=text_at(request, "transactionType"),
        amount_cents=cents_of(text_at(request, "amount")) or 0,
        card=card,
        zip_code=clean_text(request, "billTo", "zip"),
        first_name=clean_text(request, "billTo", "firstName"),
        last_name=clean_text(request, "billTo", "lastName"),
        ref_id=clean_text(body, "refId"),
        invoice_number=clean_text(request, "order", "invoiceNumber"),
        description=clean_text(request, "order", "description"),
        customer_id=clean_text(request, "customer", "id"),
        email=clean_text(request, "customer", "email") or clean_text(request, "billTo", "email"),
        auth_code=clean_text(request, "authCode")[: transactions.AUTH_CODE_LENGTH],
        window_seconds=seconds,
        window_named=named,
        test=is_test(request),
        parts=parts_of(request),
    )


def _by_card(desk: StandinDesk, body: dict[str, Any]) -> Charge | Reason:
    payment = body["transactionRequest"].get("payment") or {}
    if "bankAccount" in payment:
        return codes.NO_BANK_ACCOUNTS
    if "creditCard" not in payment:
        code, text = codes.FIELD_MISSING
        return (code, text.format(name="Credit card number")) if not payment else codes.UNSUPPORTED_PAYMENT
    card = cards.find_test_card(text_at(payment, "creditCard", "cardNumber"))
    if card is None:
        return codes.BAD_CARD
    expiry = cards.read_expiry(text_at(payment, "creditCard", "expirationDate"))
    if expiry is None:
        return codes.BAD_EXPIRY
    if cards.is_expired(expiry, desk.now()):
        return codes.EXPIRED_CARD
    code = text_at(payment, "creditCard", "cardCode")
    return replace(_common(body, card), expiry="{}-{:02d}".format(*expiry), card_code=code)


def _by_profile(desk: StandinDesk, body: dict[str, Any]) -> Charge | Reason | Message:
    profile = body["transactionRequest"]["profile"]
    profile_id = text_at(profile, "customerProfileId")
    who = profiles.find(desk.state, profile_id)
    stored = profiles.find_card(desk.state, profile_id, text_at(profile, "paymentProfile", "paymentProfileId"))
    card = cards.stored_card(stored.card_masked, stored.card_brand) if stored else None
    if who is None or stored is None or card is None:
        return codes.NOT_FOUND
    if cards.is_expired(stored.expiry_pair, desk.now()):
        return codes.EXPIRED_CARD
    asked = _common(body, card)
    bill_to = stored.bill_to
    return replace(
        asked,
        expiry=stored.expiry,
        card_code=text_at(profile, "paymentProfile", "cardCode"),
        zip_code=bill_to.get("zip", ""),
        first_name=bill_to.get("firstName", ""),
        last_name=bill_to.get("lastName", ""),
        email=asked.email or who.email,
        customer_id=asked.customer_id or who.merchant_customer_id,
        customer_profile_id=profile_id,
        payment_profile_id=stored.payment_profile_id,
        parts=asked.parts | ({"billTo": bill_to} if bill_to else {}),
    )
