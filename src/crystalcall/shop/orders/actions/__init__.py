"""What happens to orders; each verb is one transaction and may be repeated without harm."""

from crystalcall.shop.orders.actions.claiming import claim_by_address, claim_by_mailbox
from crystalcall.shop.orders.actions.fulfilling import fulfill_order, pins_to_mail, reveal_own_pins, reveal_pins
from crystalcall.shop.orders.actions.holding import (
    add_card,
    bound_card,
    let_card_go,
    replace_lost_card,
    reveal_card,
)
from crystalcall.shop.orders.actions.leaving import leave
from crystalcall.shop.orders.actions.notices import stop_notices
from crystalcall.shop.orders.actions.paying import (
    begin_own_payment,
    begin_payment,
    cancel_order,
    expire_orders,
    mark_declined,
    mark_held,
    mark_paid,
)
from crystalcall.shop.orders.actions.placing import place_order, place_own_order
from crystalcall.shop.orders.actions.short_codes import copy_short_codes, remove_short_code, set_short_code

__all__ = [
    "add_card",
    "begin_own_payment",
    "begin_payment",
    "bound_card",
    "cancel_order",
    "claim_by_address",
    "claim_by_mailbox",
    "copy_short_codes",
    "expire_orders",
    "fulfill_order",
    "leave",
    "let_card_go",
    "mark_declined",
    "mark_held",
    "mark_paid",
    "pins_to_mail",
    "place_order",
    "place_own_order",
    "remove_short_code",
    "replace_lost_card",
    "reveal_card",
    "reveal_own_pins",
    "reveal_pins",
    "set_short_code",
    "stop_notices",
]
