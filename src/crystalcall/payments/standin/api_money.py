"""createTransactionRequest for void and refund, and the review of held transactions."""

from datetime import timedelta
from typing import Any

from crystalcall.payments.standin import codes, notifications, payment, transactions
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply, cents_of, clean_text, text_at
from crystalcall.payments.standin.state import moment, stamp
from crystalcall.payments.standin.transactions import Transaction

REFUND_WITHIN = timedelta(days=180)
HERE = {"voidTransaction", transactions.REFUND}
ELSEWHERE = {
    "authCaptureTransaction",
    "authOnlyTransaction",
    "priorAuthCaptureTransaction",
    "captureOnlyTransaction",
    "authOnlyContinueTransaction",
    "authCaptureContinueTransaction",
}


def create_transaction(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Void or refund; other types are refused with a sentence."""
    request = body["transactionRequest"]
    kind = text_at(request, "transactionType")
    if kind == "voidTransaction":
        return _void(desk, request)
    if kind == transactions.REFUND:
        return _refund(desk, body, request)
    if kind in ELSEWHERE:
        text = f"{kind} exists at Authorize.Net; this local stand-in does not offer it yet."
        return Reply(message=codes.BAD_TRANSACTION_TYPE.saying(text))
    return Reply(message=codes.BAD_TRANSACTION_TYPE)


def _response(transaction: Transaction, *, code: str, description: str) -> dict[str, Any]:
    return _shape(
        {
            "responseCode": str(transaction.response_code),
            "authCode": transaction.auth_code,
            "avsResultCode": "P",
            "transId": transaction.trans_id,
            "refTransID": transaction.ref_trans_id,
            "accountNumber": transaction.card_masked,
            "accountType": transaction.card_brand,
            "messages": [{"code": code, "description": description}],
        }
    )


def _shape(given: dict[str, Any]) -> dict[str, Any]:
    """The keys of transactionResponse in their order; all values are strings."""
    order = (
        ("responseCode", "3"),
        ("authCode", ""),
        ("avsResultCode", ""),
        ("cvvResultCode", ""),
        ("cavvResultCode", ""),
        ("transId", "0"),
        ("refTransID", ""),
        ("transHash", ""),
        ("testRequest", "0"),
        ("accountNumber", ""),
        ("accountType", ""),
    )
    shaped: dict[str, Any] = {name: given.get(name, default) for name, default in order}
    shaped |= {name: given[name] for name in ("messages", "errors") if name in given}
    return shaped | {"transHashSha2": "", "SupplementalDataQualificationIndicator": 0}


def _failed(reason: tuple[str, str], ref_trans_id: str) -> Reply:
    """Response code 3: nothing happened, transId is "0"."""
    code, text = reason
    given = {"refTransID": ref_trans_id, "errors": [{"errorCode": code, "errorText": text}]}
    return Reply({"transactionResponse": _shape(given)}, codes.UNSUCCESSFUL)


def _void(desk: StandinDesk, request: dict[str, Any]) -> Reply:
    ref_trans_id = text_at(request, "refTransId")
    with desk.state.writing():
        found = transactions.find(desk.state, ref_trans_id)
        if found is None or found.status not in transactions.VOIDABLE | {transactions.VOIDED}:
            return _failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id)
        if found.status == transactions.VOIDED:
            done = _response(found, code="310", description="This transaction has already been voided.")
            return Reply({"transactionResponse": done})
        voided = transactions.change_status(desk.state, found, transactions.VOIDED)
        event = "net.authorize.payment.void.created"
        notifications.enqueue(desk.state, event, voided, desk.faults, desk.now())
    desk.courier.wake()
    done = _response(voided, code="1", description="This transaction has been approved.")
    return Reply({"transactionResponse": done})


def _refund_fault(desk: StandinDesk, original: Transaction | None, request: dict[str, Any]) -> tuple[str, str] | None:
    cents = cents_of(text_at(request, "amount"))
    if cents is None:
        return codes.BAD_AMOUNT
    if original is None:
        return codes.TRANSACTION_NOT_FOUND
    last_four = text_at(request, "payment", "creditCard", "cardNumber")[-4:]
    settled_at = moment(original.settled_at) if original.settled_at else None
    fit = (
        original.status == transactions.SETTLED
        and settled_at is not None
        and desk.now() <= settled_at + REFUND_WITHIN
        and original.card_masked == f"XXXX{last_four}"
    )
    if not fit:
        return codes.NO_CREDIT_ALLOWED
    given_back = transactions.refunded_cents(desk.state, original.trans_id)
    return codes.CREDIT_TOO_LARGE if given_back + cents > original.amount_cents else None


def _refund(desk: StandinDesk, body: dict[str, Any], request: dict[str, Any]) -> Reply:
    ref_trans_id = text_at(request, "refTransId")
    with desk.state.writing():
        original = transactions.find(desk.state, ref_trans_id)
        fault = _refund_fault(desk, original, request)
        if fault or original is None:
            return _failed(fault or codes.TRANSACTION_NOT_FOUND, ref_trans_id)
        refund = transactions.add(desk.state, _refund_of(desk, original, body, request))
        event = "net.authorize.payment.refund.created"
        notifications.enqueue(desk.state, event, refund, desk.faults, desk.now())
    desk.courier.wake()
    done = _response(refund, code="1", description="This transaction has been approved.")
    return Reply({"transactionResponse": done})


def _refund_of(desk: StandinDesk, original: Transaction, body: dict[str, Any], request: dict[str, Any]) -> Transaction:
    return Transaction(
        trans_id=transactions.new_trans_id(),
        submitted_at=stamp(desk.now()),
        transaction_type=transactions.REFUND,
        status=transactions.REFUND_PENDING,
        response_code=1,
        reason_code=1,
        reason="This transaction has been approved.",
        amount_cents=cents_of(text_at(request, "amount")) or 0,
        card_masked=original.card_masked,
        card_brand=original.card_brand,
        avs="P",
        invoice_number=clean_text(request, "order", "invoiceNumber") or original.invoice_number,
        description=clean_text(request, "order", "description") or original.description,
        ref_id=clean_text(body, "refId"),
        ref_trans_id=original.trans_id,
        email=original.email,
        customer_id=original.customer_id,
    )


def update_held_transaction(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """The merchant approves (response code 1) or declines (2) what was held."""
    held = body["heldTransactionRequest"]
    ref_trans_id = text_at(held, "refTransId")
    found = transactions.find(desk.state, ref_trans_id)
    if found is None or found.status != transactions.HELD_AUTHORIZED:
        return _failed(codes.TRANSACTION_NOT_FOUND, ref_trans_id)
    approve = text_at(held, "action") == "approve"
    changed = payment.review(desk.state, found, approve=approve, faults=desk.faults, now=desk.now())
    desk.courier.wake()
    done = _response(changed, code=str(changed.reason_code), description=changed.reason)
    return Reply({"transactionResponse": done})
