"""What this room keeps about people: no name, no address, no card; only numbers that lead to an order."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Declaration, Personal, declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_ORDER_NUMBER = _("Order number")
_AMOUNT = _("Amount paid")
_TRANS_ID = _("Number of the payment at Authorize.Net")
_COURSE = _("When a payment was begun and made, and what became of it")


def _of_a_payment(label: "_StrPromise", not_exported: "_StrPromise | str" = "") -> Personal:
    # The books and the card rules need the trace of a payment after its buyer is forgotten; what leads to the person is
    # deleted in the rooms that hold it (the order's link), so the number stays and points at nobody.
    kept = personal(
        category="user.financial",
        purposes=(
            *(Purpose.ORDER_FULFILLMENT, Purpose.CUSTOMER_SERVICE),
            *(Purpose.PRIVACY_REQUEST, Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
        ),
        retention="order_record",
        erase="unlink",
        label=label,
        not_exported=not_exported,
    )
    return joined(kept, by="orders.Order.order_number")


_ROW = impersonal("row number")
_POINTER = impersonal("points to a row of this room")
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
        "state": _of_a_payment(_COURSE),
        "last_decline_reason": _of_a_payment(_COURSE),
        "created_at": _of_a_payment(_COURSE),
        "captured_at": _of_a_payment(_COURSE),
        "given_up_at": impersonal(
            "when its order was cut loose from its buyer unpaid: from then on it is about nobody"
        ),
        "policy_version": _POLICY,
    }


def _attempt() -> dict[str, Declaration]:
    tried = _of_a_payment(
        _("Each visit to the payment form"),
        _("a step on the way to the payment, which the export gives with what became of it"),
    )
    return {
        "id": _ROW,
        "payment": _POINTER,
        "ref_id": impersonal("a random code of ours for one visit to the form"),
        "amount_micros": tried,
        "state": tried,
        "started_at": tried,
        "token_issued_at": tried,
        "expires_at": tried,
        "watched_at": tried,
        "problem": impersonal("the gateway's complaint about our request, or the kind of outage"),
    }


def _gateway_transaction() -> dict[str, Declaration]:
    examined = _of_a_payment(_COURSE, _("when the shop looked at a payment, and gave back what was paid twice"))
    return {
        "id": _ROW,
        "trans_id": _of_a_payment(_TRANS_ID),
        "payment": _POINTER,
        "attempt": _POINTER,
        "role": _of_a_payment(_COURSE),
        "reason": examined,
        "amount_micros": _of_a_payment(_AMOUNT),
        "submitted_at": _of_a_payment(_COURSE),
        "first_seen_at": examined,
        "examined_at": examined,
        "void_state": examined,
        "void_changed_at": examined,
        "void_detail": impersonal("the gateway's reason for refusing a void"),
        "policy_version": _POLICY,
    }


def _gateway_notification() -> dict[str, Declaration]:
    return {
        "id": _ROW,
        "notification_id": impersonal("the gateway's number for a message"),
        "event_type": _WORD,
        "trans_id": _of_a_payment(_TRANS_ID, _("repeats the number of a transaction that is exported")),
        "received_at": _of_a_payment(_COURSE),
        "examined_at": impersonal("when the shop looked at a message of the gateway's"),
        "outcome": _WORD,
        "policy_version": _POLICY,
    }
