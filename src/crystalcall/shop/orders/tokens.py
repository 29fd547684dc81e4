"""The order's link: a bearer token of 128 bits, sealed to be mailed again and found by its keyed hash."""

import hmac
import re
from typing import Final

from crystalcall.plumbing.sealing import blind_index, seal, unseal
from crystalcall.shop.orders.models import Order

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
PLACING_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")


def seal_token(token: str, order_number: str) -> bytes:
    """Seal a token, bound to its order."""
    return seal(token, f"orders.token:{order_number}")


def token_of(order: Order) -> str:
    """The token of an order, opened."""
    return unseal(bytes(order.sealed_token), f"orders.token:{order.order_number}")


def token_index(token: str) -> bytes:
    """The keyed hash an order is found by."""
    return blind_index(token, "orders.token")


def find_order(token: str) -> Order | None:
    """The order whose link holds this token, or None; what is no token is not even looked up."""
    if not TOKEN.fullmatch(token):
        return None
    order = Order.objects.filter(token_index=token_index(token)).first()
    if order is None or not hmac.compare_digest(token_of(order), token):
        return None
    return order


def placing_index(placing_key: str, content: str) -> bytes:
    """What makes two submissions one order: the form's random key and everything that was in the form.

    The content is part of it because a buyer may go back, mend a mistyped e-mail address and send the same form
    again: that must be a new order, not the old one with the wrong address.
    """
    return blind_index(f"{placing_key}\n{content}", "orders.placing")
