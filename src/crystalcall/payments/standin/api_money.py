"""createTransactionRequest: charges, captures, voids, refunds; and the review of held transactions."""

from datetime import timedelta
from typing import Any

from crystalcall.payments.standin import charging, codes, notifications, transactions
from crystalcall.payments.standin.api_charges import charge_card
from crystalcall.payments.standin.asked_parts import parts_of, window_of
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.profiles import find_card
from crystalcall.payments.standin.reply import Reply, cents_of, clean_text, text_at
from crystalcall.payments.standin.state import moment, stamp
from crystalcall.payments.standin.transaction_answers import approved, failed, judged
from crystalcall.payments.standin.transactions import Transaction

ELSEWHERE = {"authOnlyContinueTransaction", "authCaptureContinueTransaction", "getDetailsTransaction"}
ALREADY_VOIDED = "This transaction has already been voided."


def create_transaction(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Do what the transaction's type says; a type nobody knows is E00060."""
    kind = text_at(body, "transactionRequest", "transactionType")
    if kind in {transactions.AUTH_CAPTURE, transactions.AUTH_ONLY, transactions.CAPTURE_ONLY}:
        return charge_card(desk, body)
    if kind == transactions.PRIOR_CAPTURE:
        return _capture(desk, body["transactionRequest"])
    if kind == transactions.VOID:
        return _void(desk, body["transactionRequest"])
    if kind == transactions.REFUND:
        return _refund(desk, body)
    if kind in ELSEWHERE:
        text = f"{kind} exists at Authorize.Net; this local stand-in does not offer it."
        return Reply(message=codes.BAD_TRANSACTION_TYPE.saying(text))
    return Reply(message=codes.BAD_TRANSACTION_TYPE)


def _capture(desk: StandinDesk, request: dict[str, Any]) -> Reply:
    """Capture an authorization, whole or in part; its number stays."""
    ref_trans_id = text_at(request, "refTransId")
    if not ref_trans_id:
        return failed(codes.NO_TRANS_ID)
    with desk.state.writing():
        found = transactions.find(desk.state, ref_trans_id)
        if found is None or found.status != transactions.AUTHORIZED:
            return failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id=ref_trans_id)
        cents = cents_of(text_at(request, "amount")) if "amount" in request else found.amount_cents
        if cents is None:
            return failed(codes.BAD_AMOUNT, ref_trans_id=ref_trans_id)
        if cents > found.amount_cents:
            return failed(codes.CAPTURE_TOO_LARGE, ref_trans_id=ref_trans_id)
        captured = transactions.save(
            desk.state, found, status=transactions.CAPTURED, settle_cents=cents, ready_at=stamp(desk.now())
        )
        event = "net.authorize.payment.priorAuthCapture.created"
        notifications.enqueue(desk.state, event, captured, desk.faults, desk.now())
    desk.courier.wake()
    return Reply({"transactionResponse": approved(captured) | {"refTransID": captured.trans_id}})


def _void(desk: StandinDesk, request: dict[str, Any]) -> Reply:
    """Cancel what is not settled, as a whole; its number stays."""
    ref_trans_id = text_at(request, "refTransId")
    if not ref_trans_id:
        return failed(codes.NO_TRANS_ID)
    with desk.state.writing():
        found = transactions.find(desk.state, ref_trans_id)
        if found is None or found.status not in transactions.VOIDABLE | {transactions.VOIDED}:
            return failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id=ref_trans_id)
        if found.status == transactions.VOIDED:
            return Reply({"transactionResponse": approved(found, code="310", text=ALREADY_VOIDED)})
        voided = transactions.save(desk.state, found, status=transactions.VOIDED)
        event = "net.authorize.payment.void.created"
        notifications.enqueue(desk.state, event, voided, desk.faults, desk.now())
    desk.courier.wake()
    return Reply({"transactionResponse": approved(voided)})


def _refund(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Give back what was settled, in whole or in part; a new number that refers to the first."""
    request = body["transactionRequest"]
    ref_trans_id = text_at(request, "refTransId")
    if not ref_trans_id:
        # Credits to a card that paid nothing need a contract of their own at the gateway.
        return failed(codes.NO_TRANS_ID)
    with desk.state.writing():
        original = transactions.find(desk.state, ref_trans_id)
        if original is None:
            return failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id=ref_trans_id)
        fault = _refund_fault(desk, original, request)
        if fault:
            return failed(fault, ref_trans_id=ref_trans_id)
        asked = _refund_of(desk, original, body)
        window, _ = window_of(request)
        held = desk.switches.refund_duplicates
        if held and transactions.find_duplicate(desk.state, asked.fingerprint, desk.now(), window):
            return failed(codes.DUPLICATE, ref_trans_id=ref_trans_id)
        refund = transactions.add(desk.state, asked)
        event = "net.authorize.payment.refund.created"
        notifications.enqueue(desk.state, event, refund, desk.faults, desk.now())
    desk.courier.wake()
    return Reply({"transactionResponse": approved(refund)})


def _refund_fault(desk: StandinDesk, original: Transaction, request: dict[str, Any]) -> tuple[str, str] | None:
    """Why a refund is refused: the amount, the state of the first, its age, the card, or what was given back before."""
    cents = cents_of(text_at(request, "amount"))
    if cents is None:
        return codes.BAD_AMOUNT
    if original.status in {transactions.CAPTURED, transactions.AUTHORIZED} | transactions.HELD:
        early = desk.switches.unsettled_refund_code == "50"
        return codes.NOT_CREDITABLE_YET if early else codes.NO_CREDIT_ALLOWED
    if not _may_be_refunded(desk, original) or _card_asked(desk, request) != original.card_masked:
        return codes.NO_CREDIT_ALLOWED
    given_back = transactions.refunded_cents(desk.state, original.trans_id)
    return codes.CREDIT_TOO_LARGE if given_back + cents > original.takes_cents else None


def _may_be_refunded(desk: StandinDesk, original: Transaction) -> bool:
    if original.status not in transactions.REFUNDABLE or not original.settled_at:
        return False
    return desk.now() <= moment(original.settled_at) + timedelta(days=desk.switches.refund_days)


def _card_asked(desk: StandinDesk, request: dict[str, Any]) -> str:
    """The masked card a refund names: by its last four, by its whole number, or by a stored card."""
    number = text_at(request, "payment", "creditCard", "cardNumber").strip()
    if number:
        return f"XXXX{number[-4:]}"
    profile_id = text_at(request, "profile", "customerProfileId")
    stored = find_card(desk.state, profile_id, text_at(request, "profile", "paymentProfile", "paymentProfileId"))
    return stored.card_masked if stored else ""


def _refund_of(desk: StandinDesk, original: Transaction, body: dict[str, Any]) -> Transaction:
    request = body["transactionRequest"]
    cents = cents_of(text_at(request, "amount")) or 0
    return Transaction(
        trans_id=transactions.new_trans_id(),
        submitted_at=stamp(desk.now()),
        ready_at=stamp(desk.now()),
        transaction_type=transactions.REFUND,
        status=transactions.REFUND_PENDING,
        response_code=1,
        reason_code=1,
        reason=transactions.APPROVED_TEXT,
        amount_cents=cents,
        card_masked=original.card_masked,
        card_brand=original.card_brand,
        avs="P",
        invoice_number=clean_text(request, "order", "invoiceNumber") or original.invoice_number,
        description=clean_text(request, "order", "description") or original.description,
        ref_id=clean_text(body, "refId"),
        ref_trans_id=original.trans_id,
        email=original.email,
        customer_id=original.customer_id,
        fingerprint=transactions.fingerprint_of(transactions.REFUND, original.trans_id, cents, parts_of(request)),
    )


def update_held_transaction(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """The merchant approves (response code 1, or 2 where the bank declines) or declines (2) what was held."""
    held = body["heldTransactionRequest"]
    ref_trans_id = text_at(held, "refTransId")
    with desk.state.writing():
        found = transactions.find(desk.state, ref_trans_id)
        if found is None or found.status not in transactions.HELD:
            return failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id=ref_trans_id)
        changed = charging.review(desk, found, approve=text_at(held, "action") == "approve")
    desk.courier.wake()
    return judged(desk, changed)
