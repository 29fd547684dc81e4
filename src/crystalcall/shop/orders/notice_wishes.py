"""Who asked at the checkout to be told of prices or of the privacy policy, and the link that ends it."""

from datetime import datetime
from typing import Final

from crystalcall.customers.queries import mailboxes, masked_email, sharing_mailbox
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.models import NoticeWish, Order
from crystalcall.shop.orders.stock import stock_of
from crystalcall.shop.orders.tokens import find_wish, stop_token_of
from crystalcall.shop.orders.values import NoticeLink, NoticeTopic, OrderStock

PURPOSES: Final = {NoticeTopic.PRICES: Purpose.PRICE_NOTICE, NoticeTopic.POLICY: Purpose.POLICY_NOTICE}
"""Why a mailbox is read for a notice of each topic."""


def notice_orders(topic: NoticeTopic) -> tuple[str, ...]:
    """One order a mailbox of those who asked to be told of this: the latest fulfilled one, oldest first."""
    standing = NoticeWish.objects.filter(topic=topic.value, stopped_at__isnull=True)
    wishes = standing.filter(order__state=OrderState.FULFILLED.value)
    rows = wishes.order_by("order__fulfilled_at", "pk").values_list("order__customer_id", "order__order_number")
    asked = [(customer_id, number) for customer_id, number in rows if customer_id is not None]
    boxes = mailboxes([customer_id for customer_id, _number in asked])
    latest = {boxes[customer_id]: number for customer_id, number in asked if customer_id in boxes}
    return tuple(latest.values())


def price_notice_stock(order_number: str, *, now: datetime) -> tuple[OrderStock, ...]:
    """Every fulfilled order whose wish for price notices stands and goes to the same mailbox as this order's mail.

    Oldest first; empty once the wish was stopped.
    """
    order = Order.objects.filter(order_number=order_number).first()
    if order is None or order.customer_id is None:
        return ()
    wanted = Order.objects.filter(
        customer_id__in=sharing_mailbox(order.customer_id),
        state=OrderState.FULFILLED.value,
        notice_wishes__topic=NoticeTopic.PRICES.value,
        notice_wishes__stopped_at__isnull=True,
    )
    return tuple(stock_of(each, now=now) for each in wanted.order_by("fulfilled_at", "pk"))


def stop_token(order_number: str, topic: NoticeTopic = NoticeTopic.PRICES) -> str | None:
    """The token of the link that ends this order's notices; None where none were asked for, or they ended."""
    wishes = NoticeWish.objects.select_related("order").filter(topic=topic.value)
    wish = wishes.filter(order__order_number=order_number).first()
    return None if wish is None else stop_token_of(wish)


def stop_tokens(order: Order) -> dict[NoticeTopic, str]:
    """The tokens of the links that end an order's notices, by topic; those that stand."""
    found = {}
    for wish in NoticeWish.objects.filter(order=order):
        wish.order = order
        if (token := stop_token_of(wish)) is not None:
            found[NoticeTopic(wish.topic)] = token
    return found


def notice_link(token: str) -> NoticeLink | None:
    """What the page behind a stop link shows, or None where no mail ever held it."""
    wish = find_wish(token)
    if wish is None:
        return None
    topic, customer_id = NoticeTopic(wish.topic), wish.order.customer_id
    address = masked_email(customer_id, purpose=PURPOSES[topic]) if customer_id else None
    return NoticeLink(topic, wish.stopped_at is not None, address)
