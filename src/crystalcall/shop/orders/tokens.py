"""Bearer tokens of 128 bits in links about an order, sealed to be mailed again and found by a keyed hash."""

import hmac
import re
from typing import Final

from crystalcall.plumbing.sealing import blind_index, seal, unseal
from crystalcall.privacy.keys import columns
from crystalcall.shop.orders.models import NoticeWish, Order

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


def declare_columns() -> None:
    """Name this room's sealed columns: keys that open a page and tell nothing, so they lie under the outer key."""
    columns.register(
        columns.OuterColumn(Order, "sealed_token", lambda order: f"orders.token:{order.order_number}"),
        columns.OuterColumn(
            NoticeWish,
            "sealed_token",
            lambda wish: f"orders.stop-token:{wish.order.order_number}",
            related=("order",),
        ),
    )


def find_order(token: str) -> Order | None:
    """The order whose link holds this token, or None; what is no token is not even looked up."""
    if not TOKEN.fullmatch(token):
        return None
    order = Order.objects.filter(token_index=token_index(token)).first()
    if order is None or not hmac.compare_digest(token_of(order), token):
        return None
    return order


def seal_stop_token(token: str, order_number: str) -> bytes:
    """Seal the token that ends notices, bound to its order; it opens nothing else."""
    return seal(token, f"orders.stop-token:{order_number}")


def stop_token_of(wish: NoticeWish) -> str | None:
    """The token of a wish that stands, opened; None once it was stopped."""
    if wish.sealed_token is None:
        return None
    return unseal(bytes(wish.sealed_token), f"orders.stop-token:{wish.order.order_number}")


def stop_token_index(token: str) -> bytes:
    """The keyed hash a wish is found by, also after it was stopped."""
    return blind_index(token, "orders.stop-token")


def find_wish(token: str) -> NoticeWish | None:
    """The wish, standing or stopped, whose mails held this token; what is no token is not even looked up."""
    if not TOKEN.fullmatch(token):
        return None
    wishes = NoticeWish.objects.select_related("order")
    return wishes.filter(token_index=stop_token_index(token)).first()


def placing_index(placing_key: str, content: str) -> bytes:
    """What makes two submissions one order: the form's random key and everything that was in the form.

    The content is part of it because a buyer may go back, mend a mistyped e-mail address and send the same form
    again: that must be a new order, not the old one with the wrong address.
    """
    return blind_index(f"{placing_key}\n{content}", "orders.placing")
