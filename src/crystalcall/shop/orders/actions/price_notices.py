"""A buyer's wish to be told before prices rise: asked at the checkout, ended by the link in every such mail."""

from datetime import datetime

from django.db import transaction

from crystalcall.customers.queries import sharing_mailbox
from crystalcall.plumbing.ids import random_token
from crystalcall.shop.orders import tokens
from crystalcall.shop.orders.models import Order, PriceNoticeWish
from crystalcall.shop.orders.values import PriceNoticesStopped, UnknownLink


def ask(order: Order, *, now: datetime) -> None:
    """Keep the wish with its order, in the transaction that places it."""
    token = random_token()
    PriceNoticeWish.objects.create(
        order=order,
        sealed_token=tokens.seal_stop_token(token, order.order_number),
        token_index=tokens.stop_token_index(token),
        asked_at=now,
    )


def stop_price_notices(token: str, *, now: datetime) -> PriceNoticesStopped | UnknownLink:
    """End the price notices to the mailbox that got this link; opening the link again changes nothing.

    Whoever opens it has read the mail, so the wishes of every order with the same address end together: nobody
    wants to unsubscribe five times. Their keys are destroyed.
    """
    wish = tokens.find_wish(token)
    if wish is None:
        return UnknownLink()
    customer_id = wish.order.customer_id
    with transaction.atomic():
        standing = PriceNoticeWish.objects.filter(stopped_at__isnull=True)
        same = standing.filter(order__customer_id__in=sharing_mailbox(customer_id) if customer_id else ())
        stopped = (same | standing.filter(pk=wish.pk)).update(stopped_at=now, sealed_token=None)
    return PriceNoticesStopped(stopped)
