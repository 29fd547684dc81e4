"""getHostedPaymentPageRequest: what was asked is checked and frozen under a token."""

from typing import Any

from crystalcall.payments.standin import codes, hosted_forms, transactions
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.hosted_settings import SettingFault, read_settings
from crystalcall.payments.standin.reply import Reply, cents_of, clean_text, text_at

DEFAULT_DUPLICATE_WINDOW_SECONDS = 120
LONGEST_DUPLICATE_WINDOW_SECONDS = 28_800


def open_hosted_page(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A token for the hosted form, or why there is none."""
    request = body["transactionRequest"]
    fault = _fault_of(request)
    if fault:
        return fault
    options = read_settings((body.get("hostedPaymentSettings") or {}).get("setting", []))
    if isinstance(options, SettingFault):
        return Reply(message=codes.INVALID_FIELD.saying(options.text))
    ask = HostedAsk(
        transaction_type=text_at(request, "transactionType"),
        amount_cents=cents_of(text_at(request, "amount")) or 0,
        ref_id=clean_text(body, "refId"),
        invoice_number=clean_text(request, "order", "invoiceNumber"),
        description=clean_text(request, "order", "description"),
        customer_id=clean_text(request, "customer", "id"),
        email=clean_text(request, "customer", "email"),
        first_name=clean_text(request, "billTo", "firstName"),
        last_name=clean_text(request, "billTo", "lastName"),
        zip_code=clean_text(request, "billTo", "zip"),
        duplicate_window_seconds=_duplicate_window_seconds(request),
        options=options,
    )
    with desk.state.writing():
        token = hosted_forms.issue(desk.state, ask, desk.now())
    return Reply({"token": token})


def _fault_of(request: dict[str, Any]) -> Reply | None:
    if text_at(request, "transactionType") not in {transactions.AUTH_CAPTURE, transactions.AUTH_ONLY}:
        return Reply(message=codes.BAD_TRANSACTION_TYPE)
    if cents_of(text_at(request, "amount")) is None:
        text = "The field amount is invalid: more than 0.00, at most 99999.99, at most two decimals."
        return Reply(message=codes.INVALID_FIELD.saying(text))
    if text_at(request, "currencyCode") not in {"", "USD"}:
        return Reply(message=codes.INVALID_FIELD.saying("The field currencyCode is invalid: this account is in USD."))
    if "payment" in request:
        # Card data has no business here; it is refused unread.
        return Reply(message=codes.INVALID_FIELD.saying("The field payment is invalid for this request."))
    if "customerProfileId" in (request.get("profile") or {}):
        # There are no profiles in the stand-in yet.
        return Reply(message=codes.NOT_FOUND)
    return None


def _duplicate_window_seconds(request: dict[str, Any]) -> int:
    for setting in (request.get("transactionSettings") or {}).get("setting", []):
        if setting.get("settingName") == "duplicateWindow":
            try:
                seconds = int(setting.get("settingValue", ""))
            except ValueError:
                continue
            return min(max(seconds, 0), LONGEST_DUPLICATE_WINDOW_SECONDS)
    return DEFAULT_DUPLICATE_WINDOW_SECONDS
