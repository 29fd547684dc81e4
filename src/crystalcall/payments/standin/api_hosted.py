"""Tokens for the hosted pages: what was asked is checked and frozen under a token."""

from typing import Any

from crystalcall.payments.standin import codes, hosted_forms, profile_tokens, profiles, transactions
from crystalcall.payments.standin.api_charges import amount_fault, profile_conflict
from crystalcall.payments.standin.asked_parts import is_test, parts_of, window_of
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.hosted_settings import HostedOptions, SettingFault, read_settings
from crystalcall.payments.standin.profile_settings import read_profile_settings
from crystalcall.payments.standin.reply import Reply, cents_of, clean_text, text_at


def open_hosted_page(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A token for the hosted form, or why there is none."""
    request = body["transactionRequest"]
    fault = _fault_of(desk, request)
    if fault:
        return fault
    options = read_settings((body.get("hostedPaymentSettings") or {}).get("setting", []), desk.switches)
    if isinstance(options, SettingFault):
        return Reply(message=codes.INVALID_FIELD.saying(options.text))
    with desk.state.writing():
        token = hosted_forms.issue(desk.state, _ask(body, options), desk.now())
    return Reply({"token": token})


def _ask(body: dict[str, Any], options: HostedOptions) -> HostedAsk:
    request = body["transactionRequest"]
    seconds, named = window_of(request)
    return HostedAsk(
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
        duplicate_window_seconds=seconds,
        window_named=named,
        test=is_test(request),
        customer_profile_id=text_at(request, "profile", "customerProfileId"),
        parts=parts_of(request),
        options=options,
    )


def _fault_of(desk: StandinDesk, request: dict[str, Any]) -> Reply | None:
    if text_at(request, "transactionType") not in {transactions.AUTH_CAPTURE, transactions.AUTH_ONLY}:
        return Reply(message=codes.BAD_TRANSACTION_TYPE)
    if fault := _field_fault(desk, request):
        return Reply(message=codes.INVALID_FIELD.saying(fault))
    if conflict := profile_conflict(request):
        return Reply(message=conflict)
    profile_id = text_at(request, "profile", "customerProfileId")
    unknown = profile_id and profiles.find(desk.state, profile_id) is None
    return Reply(message=codes.NOT_FOUND) if unknown else None


def _field_fault(desk: StandinDesk, request: dict[str, Any]) -> str:
    if cents_of(text_at(request, "amount")) is None:
        return "The field amount is invalid: more than 0.00, at most 99999.99, at most two decimals."
    if fault := amount_fault(desk, request):
        return fault[1]
    # Card data has no business here; it is refused unread.
    return "The field payment is invalid for this request." if "payment" in request else ""


def open_profile_page(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A token for the hosted profile pages, or why there is none."""
    profile_id = text_at(body, "customerProfileId")
    if profiles.find(desk.state, profile_id) is None:
        return Reply(message=codes.NOT_FOUND)
    options = read_profile_settings((body.get("hostedProfileSettings") or {}).get("setting", []), desk.switches)
    if isinstance(options, SettingFault):
        return Reply(message=codes.INVALID_FIELD.saying(options.text))
    with desk.state.writing():
        token = profile_tokens.issue(desk.state, profile_id, options, desk.now())
    return Reply({"token": token})
