"""What orders keep about people: whose order it is, what was bought, the power of its link, and wishes for notices.

`Order.customer_id` alone says whose an order is: deletion empties it, and what was sold stays in the books as nobody's.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Personal, declare, impersonal, joined, personal
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LINK: Final = "orders.Order.customer_id"
_PURPOSES = (
    *(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.CUSTOMER_SERVICE),
    *(Purpose.PRIVACY_REQUEST, Purpose.RECORD_KEEPING, Purpose.LEGAL_OBLIGATION),
)


def _of_an_order(label: "_StrPromise", category: str = "user.behavior.purchase_history") -> Personal:
    return personal(category=category, purposes=_PURPOSES, retention="order_record", erase="unlink", label=label)


# A mail of either kind that was wished for names the order it was wished with.
_NUMBER = replace(_of_an_order(_("Order number")), purposes=(*_PURPOSES, Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE))
_WHEN = _of_an_order(_("When an order was placed, paid and delivered, and how it stands"))
_TOTAL = _of_an_order(_("What an order cost"))
_WHAT = joined(_of_an_order(_("What you ordered, how many, and at what price")), by=LINK)
_STEP = joined(_of_an_order(_("What happened to your orders")), by=LINK)
_CARD = joined(_of_an_order(_("Which cards an order became"), "user.account"), by=LINK)


def declare_all() -> None:
    """Declare every field of this room."""
    _declare_order()
    _declare_contents()
    _declare_wish()
    _declare_accounts()
    declare(
        "orders.OrderEvent",
        {
            "id": impersonal("row number"),
            "order": impersonal("points to the order"),
            "sequence": impersonal("a count"),
            "fact": _STEP,
            "reference": impersonal("the id of a payment inside this program"),
            "before": _STEP,
            "after": _STEP,
            "happened_at": _STEP,
        },
    )


def _declare_order() -> None:
    declare(
        "orders.Order",
        {
            "id": impersonal("row number"),
            "order_number": _NUMBER,
            "sealed_token": personal(
                category="user.authorization.credentials",
                purposes=(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS),
                retention="order_record",
                erase="destroy",
                label=_("Secret address of your order’s page"),
                not_exported=_("a key that opens the order's page, not a fact about the buyer"),
            ),
            "token_index": impersonal("keyed hash of a random token"),
            "placing_index": impersonal("keyed hash over a random key, telling nothing without it"),
            "customer_id": personal(
                category="user.unique_id",
                purposes=_PURPOSES,
                retention="order_record",
                erase="unlink",
                label=_("Which orders are yours"),
            ),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "state": _WHEN,
            "language": _of_an_order(_("Language of the order"), "user.demographic.language"),
            "total_micros": _TOTAL,
            "placed_at": _WHEN,
            "paid_at": _WHEN,
            "fulfilled_at": _WHEN,
        },
    )


def _declare_contents() -> None:
    declare(
        "orders.OrderLine",
        {
            "id": impersonal("row number"),
            "order": impersonal("points to the order"),
            "position": impersonal("place in the order"),
            "sku": _WHAT,
            "quantity": _WHAT,
            "unit_price_micros": _WHAT,
            "unit_credit_micros": _WHAT,
            "deck_id": impersonal("number of the rate deck shown at the purchase, inside this program"),
            "deck_version": _WHAT,
        },
    )
    declare(
        "orders.Card",
        {
            "id": impersonal("row number"),
            "line": impersonal("points to the order line"),
            "index": impersonal("place in the line"),
            "pin_serial": _CARD,
            "ledger_account_id": _CARD,
            "guaranteed_until": _CARD,
            "issued_at": _CARD,
        },
    )


def _declare_wish() -> None:
    wish = personal(
        category="user.privacy_preferences",
        purposes=(Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE, Purpose.PRIVACY_REQUEST),
        retention="until_stopped",
        erase="destroy",
        label=_("Your wish to be told of prices or of this policy"),
    )
    declare(
        "orders.NoticeWish",
        {
            "id": impersonal("row number"),
            "order": wish,
            "sealed_token": personal(
                category="user.authorization.credentials",
                purposes=(Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE),
                retention="until_stopped",
                erase="destroy",
                label=_("Secret address that ends your wish"),
                not_exported=_("a key that ends the wish, not a fact about the buyer"),
            ),
            "topic": wish,
            "token_index": impersonal("keyed hash of a random token"),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "asked_at": wish,
            "stopped_at": wish,
        },
    )


def _declare_accounts() -> None:
    """What stands in a customer's account, for as long as they have one."""
    claimed = _("Which orders stand in your account")
    held = _("Which cards you added by their PIN")
    declare(
        "orders.OrderClaim",
        {
            "id": impersonal("row number"),
            "order": impersonal("points to the order"),
            "customer_id": _in_account("user.unique_id", claimed),
            "way": _in_account("user.account", claimed),
            "claimed_at": _in_account("user.account", claimed),
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )
    declare(
        "orders.HeldCard",
        {
            "id": impersonal("row number"),
            "customer_id": _in_account("user.unique_id", held),
            "ledger_account_id": _in_account("user.account", held),
            "pin_serial": _in_account("user.account", held),
            "added_at": _in_account("user.account", held),
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )


def _in_account(category: str, label: "_StrPromise") -> Personal:
    return personal(
        category=category,
        purposes=(
            *(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.CALL_RECORD),
            *(Purpose.CUSTOMER_SERVICE, Purpose.PRIVACY_REQUEST),
        ),
        retention="registration",
        erase="destroy",
        label=label,
    )
