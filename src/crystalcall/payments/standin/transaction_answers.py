"""``transactionResponse``: what createTransaction and updateHeldTransaction say of a transaction."""

from typing import Any

from crystalcall.payments.standin import cards, codes
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply
from crystalcall.payments.standin.transactions import APPROVED_TEXT, Transaction

_EMPTY: tuple[tuple[str, Any], ...] = (
    ("responseCode", "3"),
    ("authCode", ""),
    ("avsResultCode", "P"),
    ("cvvResultCode", ""),
    ("cavvResultCode", ""),
    ("transId", "0"),
    ("refTransID", ""),
    ("transHash", ""),
    ("testRequest", "0"),
    ("accountNumber", ""),
    ("accountType", ""),
)


def shape(**given: Any) -> dict[str, Any]:
    """The keys of transactionResponse; what was not given is empty. All values are strings, as the gateway has it."""
    return dict(_EMPTY) | given | {"transHashSha2": "", "SupplementalDataQualificationIndicator": 0}


def failed(reason: tuple[str, str], *, ref_trans_id: str = "", trans_id: str = "0", **given: Any) -> Reply:
    """Response code 3: nothing happened, transId is "0", and the top level says E00027."""
    code, text = reason
    errors = [{"errorCode": code, "errorText": text}]
    response = shape(refTransID=ref_trans_id, transId=trans_id, errors=errors, **given)
    return Reply({"transactionResponse": response}, codes.UNSUCCESSFUL)


def approved(transaction: Transaction, *, code: str = "1", text: str = APPROVED_TEXT) -> dict[str, Any]:
    """What was done with a transaction that exists: void, capture, refund."""
    return shape(
        responseCode="1",
        authCode=transaction.auth_code,
        transId=transaction.trans_id,
        refTransID=transaction.ref_trans_id,
        accountNumber=transaction.card_masked,
        accountType=transaction.card_brand,
        messages=[{"code": code, "description": text}],
    )


def judged(desk: StandinDesk, made: Transaction, **more: Any) -> Reply:
    """A charge or a review by its own response code: approved, held (4) or declined (2)."""
    response = shape(
        responseCode=str(made.response_code),
        authCode=made.auth_code,
        avsResultCode=made.avs,
        cvvResultCode=made.cvv,
        cavvResultCode="2" if made.response_code == cards.APPROVED else "",
        transId=made.trans_id,
        testRequest="1" if made.trans_id == "0" else "0",
        accountNumber=made.card_masked,
        accountType=made.card_brand,
    )
    for name, value in (("userFields", made.asked.get("userFields")), ("networkTransId", made.network_trans_id)):
        if value:
            response[name] = value
    if ids := profile_ids(made):
        response["profile"] = ids
    code, text = str(made.reason_code), made.reason
    if made.response_code == cards.DECLINED:
        fields = {"transactionResponse": response | {"errors": [{"errorCode": code, "errorText": text}]}} | more
        error = desk.switches.decline_result == "Error"
        return Reply(fields, codes.UNSUCCESSFUL if error else codes.SUCCESSFUL)
    return Reply({"transactionResponse": response | {"messages": [{"code": code, "description": text}]}} | more)


def profile_ids(made: Transaction) -> dict[str, str]:
    """The customer profile a transaction belongs to, as answers and reports name it."""
    ids = {
        "customerProfileId": made.customer_profile_id,
        "customerPaymentProfileId": made.payment_profile_id,
    }
    return {name: text for name, text in ids.items() if text} if made.customer_profile_id else {}
