"""A buyer's wish to be told of something: asked at the checkout, ended by the link in every such mail."""

from datetime import datetime

from django.db import transaction

from crystalcall.customers.queries import sharing_mailbox
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders import tokens
from crystalcall.shop.orders.models import NoticeWish, Order
from crystalcall.shop.orders.values import NoticesStopped, NoticeTopic, UnknownLink


def ask(order: Order, topic: NoticeTopic, *, now: datetime) -> None:
    """Keep the wish with its order, in the transaction that places it."""
    token = random_token()
    NoticeWish.objects.create(
        order=order,
        topic=topic.value,
        sealed_token=tokens.seal_stop_token(token, order.order_number),
        token_index=tokens.stop_token_index(token),
        asked_at=now,
        policy_version=current_number(),
    )


def stop_notices(token: str, *, now: datetime) -> NoticesStopped | UnknownLink:
    """End the notices of this kind to the mailbox that got this link; opening the link again changes nothing.

    Whoever opens it has read the mail, so the wishes of every order with the same address end together: nobody
    wants to unsubscribe five times. Their keys are destroyed. Of an order for which nothing was delivered nobody has
    proved the address: its link, which stands on its page too, ends its own wish alone.
    """
    wish = tokens.find_wish(token)
    if wish is None:
        return UnknownLink()
    customer_id = wish.order.customer_id
    with transaction.atomic():
        standing = NoticeWish.objects.filter(topic=wish.topic, stopped_at__isnull=True)
        is_proved = customer_id is not None and wish.order.state == OrderState.FULFILLED.value
        sharing = sharing_mailbox(customer_id) if is_proved and customer_id is not None else ()
        same = standing.filter(order__customer_id__in=sharing)
        stopped = (same | standing.filter(pk=wish.pk)).update(stopped_at=now, sealed_token=None)
    return NoticesStopped(stopped)
