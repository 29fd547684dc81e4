"""What this room keeps about people: no name, no address, no card; only numbers that lead to an order."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Declaration, Personal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_ORDER_NUMBER = _("Order number")
_AMOUNT = _("Amount paid")
_TRANS_ID = _("Number of the payment at Authorize.Net")


def _of_a_payment(label: "_StrPromise", not_exported: "_StrPromise | str" = "") -> Personal:
    # The books and the card rules need the trace of a payment after its buyer is forgotten; what leads to the person is
    # deleted in the rooms that hold it (the order's link), so the number stays and points at nobody.
    return personal(
        category="user.financial",
        purposes=(Purpose.ORDER_FULFILLMENT, Purpose.CUSTOMER_SERVICE),
        retention="order_record",
        erase="keep_for_records",
        label=label,
        not_exported=not_exported,
    )


_ROW = impersonal("row number")
_POINTER = impersonal("points to a row of this room")
_CLOCK = impersonal("time of a step, telling nothing without the order")
_WORD = impersonal("a word of a closed list")
_POLICY = impersonal("number of the policy in force when it was collected")


def declare_all() -> None:
    """Declare every field of every model of this room."""
    declare("payments.Payment", _payment())
    declare("payments.Attempt", _attempt())
    declare("payments.GatewayTransaction", _gateway_transaction())
    declare("payments.GatewayNotification", _gateway_notification())


def _payment() -> dict[str, Declaration]:
    return {
        "id": _ROW,
        "order_number": _of_a_payment(_ORDER_NUMBER),
        "amount_micros": _of_a_payment(_AMOUNT),
        "state": _WORD,
        "last_decline_reason": _WORD,
        "created_at": _CLOCK,
        "captured_at": _CLOCK,
        "policy_version": _POLICY,
    }


def _attempt() -> dict[str, Declaration]:
    return {
        "id": _ROW,
        "payment": _POINTER,
        "ref_id": impersonal("a random code of ours for one visit to the form"),
        "amount_micros": impersonal("repeats the payment's amount"),
        "state": _WORD,
        "started_at": _CLOCK,
        "token_issued_at": _CLOCK,
        "expires_at": _CLOCK,
        "watched_at": _CLOCK,
        "problem": impersonal("the gateway's complaint about our request, or the kind of outage"),
    }


def _gateway_transaction() -> dict[str, Declaration]:
    return {
        "id": _ROW,
        "trans_id": _of_a_payment(_TRANS_ID),
        "payment": _POINTER,
        "attempt": _POINTER,
        "role": _WORD,
        "reason": _WORD,
        "amount_micros": _of_a_payment(_AMOUNT),
        "submitted_at": _CLOCK,
        "first_seen_at": _CLOCK,
        "examined_at": _CLOCK,
        "void_state": _WORD,
        "void_changed_at": _CLOCK,
        "void_detail": impersonal("the gateway's reason for refusing a void"),
        "policy_version": _POLICY,
    }


def _gateway_notification() -> dict[str, Declaration]:
    return {
        "id": _ROW,
        "notification_id": impersonal("the gateway's number for a message"),
        "event_type": _WORD,
        "trans_id": _of_a_payment(_TRANS_ID, _("repeats the number of a transaction that is exported")),
        "received_at": _CLOCK,
        "examined_at": _CLOCK,
        "outcome": _WORD,
        "policy_version": _POLICY,
    }
