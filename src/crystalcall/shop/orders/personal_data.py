"""What orders keep about people: whose order it is, the power of its link, and whether they want price notices."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


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
            "fact": impersonal("a word of a closed list"),
            "reference": impersonal("the id of a payment inside this program"),
            "before": impersonal("a state of an order"),
            "after": impersonal("a state of an order"),
            "happened_at": impersonal("time of a step; who took it stands in no column"),
        },
    )


def _declare_order() -> None:
    declare(
        "orders.Order",
        {
            "id": impersonal("row number"),
            "order_number": impersonal("random number of an order, for the books and the gateway"),
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
                purposes=(Purpose.ORDER_FULFILLMENT, Purpose.CUSTOMER_SERVICE),
                retention="order_record",
                erase="unlink",
                label=_("Which orders are yours"),
            ),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "state": impersonal("a state of an order"),
            "language": impersonal("one of the store's two languages"),
            "total_micros": impersonal("price of an order"),
            "placed_at": impersonal("time of an order"),
            "paid_at": impersonal("time of a payment"),
            "fulfilled_at": impersonal("time of fulfillment"),
        },
    )


def _declare_contents() -> None:
    declare(
        "orders.OrderLine",
        {
            "id": impersonal("row number"),
            "order": impersonal("points to the order"),
            "position": impersonal("place in the order"),
            "sku": impersonal("name of a product"),
            "quantity": impersonal("a count"),
            "unit_price_micros": impersonal("price of a product"),
            "unit_credit_micros": impersonal("credit of a product"),
            "deck_id": impersonal("rate deck shown at the purchase"),
            "deck_version": impersonal("its version"),
        },
    )
    declare(
        "orders.Card",
        {
            "id": impersonal("row number"),
            "line": impersonal("points to the order line"),
            "index": impersonal("place in the line"),
            "pin_serial": impersonal("public name of a PIN, opening nothing"),
            "ledger_account_id": impersonal("an opaque account; its owner stands in customers.AccountLink"),
            "guaranteed_until": impersonal("end of a guarantee"),
            "issued_at": impersonal("time of issue"),
        },
    )


def _declare_wish() -> None:
    declare(
        "orders.NoticeWish",
        {
            "id": impersonal("row number"),
            "order": personal(
                category="user.privacy_preferences",
                purposes=(Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE),
                retention="until_stopped",
                erase="destroy",
                label=_("Your wish to be told of prices or of this policy"),
            ),
            "sealed_token": personal(
                category="user.authorization.credentials",
                purposes=(Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE),
                retention="until_stopped",
                erase="destroy",
                label=_("Secret address that ends your wish"),
                not_exported=_("a key that ends the wish, not a fact about the buyer"),
            ),
            "topic": impersonal("a word of a closed list: what the wish is about"),
            "token_index": impersonal("keyed hash of a random token"),
            "policy_version": impersonal("number of the policy in force when it was collected"),
            "asked_at": impersonal("time of a wish, telling nothing without its order"),
            "stopped_at": impersonal("time of its end, telling nothing without its order"),
        },
    )


def _declare_accounts() -> None:
    """What stands in a customer's account, for as long as they have one."""
    declare(
        "orders.OrderClaim",
        {
            "id": impersonal("row number"),
            "order": impersonal("points to the order"),
            "customer_id": personal(
                category="user.unique_id",
                purposes=(Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.CUSTOMER_SERVICE),
                retention="registration",
                erase="destroy",
                label=_("Which orders stand in your account"),
            ),
            "way": impersonal("a word of a closed list: how the order came there"),
            "claimed_at": impersonal("time of a step, telling nothing without whose it is"),
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )
    declare(
        "orders.HeldCard",
        {
            "id": impersonal("row number"),
            "customer_id": personal(
                category="user.unique_id",
                purposes=(Purpose.ORDER_FULFILLMENT, Purpose.CALL_RECORD, Purpose.CUSTOMER_SERVICE),
                retention="registration",
                erase="destroy",
                label=_("Which cards you added by their PIN"),
            ),
            "ledger_account_id": impersonal("an opaque account; who added it is the row itself"),
            "pin_serial": impersonal("public name of a PIN, opening nothing"),
            "added_at": impersonal("time of a step, telling nothing without whose it is"),
            "policy_version": impersonal("number of the policy in force when it was collected"),
        },
    )
