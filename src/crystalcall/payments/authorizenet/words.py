"""Authorize.Net's words for the state of a transaction, turned into ours: pure. Source: reference, 3.2, 3.3, 3.5."""

from collections.abc import Mapping

from crystalcall.payments.values import DeclineReason, RefusalKind, Standing, Verdict

#: transactionStatus; whatever is not here is UNKNOWN, since the schema leaves it a plain string.
_STANDINGS: Mapping[str, Standing] = {
    "authorizedPendingCapture": Standing.AUTHORIZED,
    "capturedPendingSettlement": Standing.CAPTURED,
    "settledSuccessfully": Standing.SETTLED,
    "FDSPendingReview": Standing.HELD,
    "FDSAuthorizedPendingReview": Standing.HELD,
    "underReview": Standing.HELD,
    "declined": Standing.DECLINED,
    "failedReview": Standing.DECLINED,
    "generalError": Standing.DECLINED,
    "communicationError": Standing.DECLINED,
    "settlementError": Standing.DECLINED,
    "voided": Standing.VOIDED,
    "expired": Standing.EXPIRED,
    "refundPendingSettlement": Standing.REFUNDED,
    "refundSettledSuccessfully": Standing.REFUNDED,
    "chargeback": Standing.CHARGED_BACK,
    "returnedItem": Standing.CHARGED_BACK,
    "approvedReview": Standing.IN_BETWEEN,
    "authorizedPendingRelease": Standing.IN_BETWEEN,
    "couldNotVoid": Standing.IN_BETWEEN,
    "pendingSettlement": Standing.IN_BETWEEN,
    "pendingFinalSettlement": Standing.IN_BETWEEN,
    "updatingSettlement": Standing.IN_BETWEEN,
    "chargebackReversal": Standing.IN_BETWEEN,
}

_VERDICTS: Mapping[int, Verdict] = {1: Verdict.APPROVED, 2: Verdict.DECLINED, 3: Verdict.FAILED, 4: Verdict.HELD}

#: responseReasonCode, as far as a buyer can do something about it.
_REASONS: Mapping[int, DeclineReason] = {
    **dict.fromkeys((2, 3, 4), DeclineReason.DECLINED),
    6: DeclineReason.CARD_NUMBER,
    **dict.fromkeys((7, 8), DeclineReason.CARD_EXPIRED),
    11: DeclineReason.REPEATED,
    17: DeclineReason.CARD_TYPE,
    **dict.fromkeys((*range(19, 24), *range(57, 64)), DeclineReason.TRY_LATER),
    27: DeclineReason.ADDRESS,
    **dict.fromkeys((44, 45, 65), DeclineReason.SECURITY_CODE),
    **dict.fromkeys((250, 251), DeclineReason.FILTERED),
    254: DeclineReason.AFTER_REVIEW,
}

_REFUSALS: Mapping[str, RefusalKind] = {
    **dict.fromkeys(("E00005", "E00006", "E00007", "E00008"), RefusalKind.CREDENTIALS),
    "E00009": RefusalKind.TEST_MODE,
    **dict.fromkeys(("E00010", "E00011"), RefusalKind.PERMISSION),
}

#: Message codes that mean "ask again later" and nothing else.
BUSY_CODES = frozenset({"E00053", "E00104"})
#: Message codes after which nobody can say what was done (an internal error, a timeout inside the gateway).
UNKNOWN_CODES = frozenset({"E00001", "E00049"})
NOT_FOUND_CODE = "E00040"

_PURCHASES = frozenset(
    {"authCaptureTransaction", "authOnlyTransaction", "captureOnlyTransaction", "priorAuthCaptureTransaction"}
)


def verdict(response_code: int) -> Verdict:
    """1 approved, 2 declined, 3 error, 4 held; any other code counts as failed, never as paid."""
    return _VERDICTS.get(response_code, Verdict.FAILED)


def standing(transaction_status: str) -> Standing:
    """Our word for a transactionStatus; UNKNOWN for one the schema did not have."""
    return _STANDINGS.get(transaction_status, Standing.UNKNOWN)


def decline_reason(given: Verdict, reason_code: object) -> DeclineReason | None:
    """Why a card was not charged; None where it was, or may be after review."""
    if given in {Verdict.APPROVED, Verdict.HELD}:
        return None
    text = str(reason_code)
    if not (text.isascii() and text.isdigit()):
        return DeclineReason.OTHER
    return _REASONS.get(int(text), DeclineReason.OTHER)


def is_purchase(transaction_type: object) -> bool:
    """Whether money moves from the card to us; a missing type is taken for a purchase, a named other one is not."""
    return transaction_type is None or transaction_type in _PURCHASES


def refusal_kind(code: str) -> RefusalKind:
    """What a refusal of the whole request is about."""
    return _REFUSALS.get(code, RefusalKind.REQUEST)
