"""Placing an order: everything checked, everything wrong said at once, the same form one order."""

import json
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from crystalcall.customers.actions import record_guest
from crystalcall.customers.contact_details import (
    ContactDetails,
    ContactProblemReason,
    ContactProblems,
    read_contact,
)
from crystalcall.customers.queries import collected_under, contact
from crystalcall.minutes.rates.queries import current_deck
from crystalcall.minutes.rates.values import Deck
from crystalcall.plumbing import tallies
from crystalcall.plumbing.announcements import announce
from crystalcall.plumbing.ids import random_code, random_token
from crystalcall.privacy.policy.queries import current_number
from crystalcall.privacy.purposes import Purpose
from crystalcall.rules.ordering import INITIAL
from crystalcall.shop.cart.values import Cart
from crystalcall.shop.catalogue.queries import ProductInfo, products
from crystalcall.shop.orders import history, tokens
from crystalcall.shop.orders.actions import claiming, notices
from crystalcall.shop.orders.events import OrderPlaced
from crystalcall.shop.orders.models import Order, OrderLine
from crystalcall.shop.orders.values import (
    CannotPlace,
    ClaimWay,
    NobodySignedInError,
    NoticeTopic,
    OwnOrder,
    Placed,
    PlaceOrder,
    PlacingProblem,
    PlacingProblemReason,
)

CARD_NUMBERS_REFUSED: Final = "card_numbers_refused"
"""The tally of forms with a payment card's number where none belongs (clause C22); shown on the evidence page."""


def place_order(wish: PlaceOrder, *, now: datetime) -> Placed | CannotPlace:
    """Place an order, once for each form: the same form again gives the same order."""
    details = read_contact(wish.name, wish.email, wish.telephone, wish.language)
    catalogue = {product.sku: product for product in products()}
    deck = current_deck(now)
    problems = _problems(wish, details, catalogue, deck)
    if problems or isinstance(details, ContactProblems) or deck is None:
        if any(problem.reason is ContactProblemReason.CARD_NUMBER for problem in problems):
            tallies.count(CARD_NUMBERS_REFUSED)
        return CannotPlace(problems)
    index = tokens.placing_index(wish.placing_key, _content(wish, details))
    try:
        with transaction.atomic():
            return _known(index) or _place(wish, details, catalogue, deck, index=index, now=now)
    except IntegrityError:
        # Two copies of one form at the same moment: the other was first, and its order is this one's too.
        placed = _known(index)
        if placed is None:
            raise
        return placed


def place_own_order(wish: OwnOrder, *, now: datetime) -> Placed | CannotPlace:
    """Place an order for a customer who is signed in, with the details on file; the same form again, the same order.

    It stands in their account from the first moment. Errors: NobodySignedInError.
    """
    known = contact(wish.customer_id, purpose=Purpose.ORDER_FULFILLMENT)
    if known is None:
        raise NobodySignedInError(str(wish.customer_id))
    placing = PlaceOrder(
        placing_key=wish.placing_key,
        cart=wish.cart,
        name=known.name,
        email=known.email,
        telephone=known.telephone,
        language=wish.language,
        price_notices=NoticeTopic.PRICES in wish.topics,
        policy_notices=NoticeTopic.POLICY in wish.topics,
        customer_id=wish.customer_id,
    )
    return place_order(placing, now=now)


def _problems(
    wish: PlaceOrder,
    details: ContactDetails | ContactProblems,
    catalogue: dict[str, ProductInfo],
    deck: Deck | None,
) -> tuple[PlacingProblem, ...]:
    problems = []
    if not tokens.PLACING_KEY.fullmatch(wish.placing_key):
        problems.append(PlacingProblem("form", PlacingProblemReason.FORM_BROKEN))
    if not wish.cart.lines:
        problems.append(PlacingProblem("cart", PlacingProblemReason.CART_EMPTY))
    elif not wish.cart.orderable or not _as_shown(wish.cart, catalogue):
        problems.append(PlacingProblem("cart", PlacingProblemReason.CART_CHANGED))
    if deck is None:
        problems.append(PlacingProblem("cart", PlacingProblemReason.NO_RATES))
    if isinstance(details, ContactProblems):
        problems += [PlacingProblem(problem.field, problem.reason) for problem in details.problems]
    return tuple(problems)


def _as_shown(cart: Cart, catalogue: dict[str, ProductInfo]) -> bool:
    """Whether every product is still sold at the price the buyer saw."""
    return all(
        (product := catalogue.get(line.sku)) is not None
        and product.active
        and product.price_micros == line.unit_price_micros
        for line in cart.lines
    )


def _content(wish: PlaceOrder, details: ContactDetails) -> str:
    """All of the form that makes it this form, in one canonical text."""
    lines = sorted((line.sku, line.quantity) for line in wish.cart.lines)
    typed = [lines, details.name, details.email, details.telephone, details.language]
    if wish.customer_id is not None:
        typed.append(str(wish.customer_id))
    # Said only where it is asked for, so that a form sent before the box existed is still known by its content.
    asked = [*(["price notices"] if wish.price_notices else []), *(["policy notices"] if wish.policy_notices else [])]
    return json.dumps([*typed, *asked])


def _known(index: bytes) -> Placed | None:
    order = Order.objects.filter(placing_index=index).first()
    return None if order is None else Placed(tokens.token_of(order), order.order_number)


def _place(
    wish: PlaceOrder,
    details: ContactDetails,
    catalogue: dict[str, ProductInfo],
    deck: Deck,
    *,
    index: bytes,
    now: datetime,
) -> Placed:
    customer_id = wish.customer_id or record_guest(
        details.name, details.email, details.telephone, details.language, now=now
    )
    # What a registered customer gave keeps the promises of the day on which it was given.
    given_under = current_number() if wish.customer_id is None else collected_under(customer_id)
    placed = Placed(token=random_token(), order_number=random_code())
    order = Order.objects.create(
        order_number=placed.order_number,
        sealed_token=tokens.seal_token(placed.token, placed.order_number),
        token_index=tokens.token_index(placed.token),
        placing_index=index,
        customer_id=customer_id,
        state=INITIAL.value,
        language=details.language,
        total_micros=wish.cart.total_micros,
        placed_at=now,
        policy_version=given_under or current_number(),
    )
    if wish.customer_id is not None:
        claiming.note(order, customer_id, ClaimWay.BOUGHT, now=now)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            sku=line.sku,
            quantity=line.quantity,
            unit_price_micros=line.unit_price_micros,
            unit_credit_micros=catalogue[line.sku].credit_micros,
            deck_id=deck.id,
            deck_version=deck.version,
        )
        for position, line in enumerate(wish.cart.lines, start=1)
    )
    for topic in wish.topics:
        notices.ask(order, topic, now=now)
    history.append(order, "placed", before=INITIAL, now=now)
    announce(OrderPlaced(placed.order_number))
    return placed
