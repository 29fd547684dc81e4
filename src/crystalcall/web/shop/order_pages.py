"""How an order is shown in each of its states: which heading, which next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from crystalcall.minutes.calls.values import CallProof
from crystalcall.payments.states import PaymentState
from crystalcall.payments.wording import decline_text
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.orders.queries import CardView, OrderView
from crystalcall.web.shop import popular


class Stage(StrEnum):
    """What the buyer sees.

    WAITING: back from the gateway, nothing known yet. AWAY: no form now. OFTEN: too many forms.
    """

    UNPAID = "unpaid"
    AWAY = "away"
    OFTEN = "often"
    WAITING = "waiting"
    DECLINED = "declined"
    HELD = "held"
    PAID = "paid"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call with its place named and its end said in words."""

    proof: CallProof
    place: str
    said_state: str


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with its place among the order's cards; `pin` is "" until its holder asks for it."""

    place: int
    card: CardView
    pin: str
    examples: tuple[popular.Example, ...]
    calls: tuple[ShownCall, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """An order, the stage it is at, and its cards."""

    stage: Stage
    order: OrderView
    cards: tuple[ShownCard, ...]
    pins_shown: bool
    advice: str


def order_page(
    view: OrderView,
    *,
    now: datetime,
    language: str,
    stage: Stage | None = None,
    pins: Mapping[str, str] | None = None,
) -> OrderPage:
    """The page of an order; `stage` overrides what the order's own state says, `pins` maps serials to PINs."""
    cards = tuple(
        ShownCard(
            place,
            card,
            (pins or {}).get(card.serial, ""),
            popular.balance_examples(card.balance.available_micros, card.deck_id, language, now),
            tuple(shown_call(proof, language) for proof in card.calls),
        )
        for place, card in enumerate(view.cards, 1)
    )
    return OrderPage(stage or stage_of(view), view, cards, pins_shown=bool(pins), advice=_advice(view))


def stage_of(view: OrderView, *, returned: bool = False) -> Stage:
    """The stage that an order's state and its payment add up to."""
    if view.state is not OrderState.PLACED:
        return Stage(view.state.value)
    if returned:
        # Not even after a decline is the return a proof: the form lets the buyer try another card on the spot.
        return Stage.WAITING
    return Stage.DECLINED if _declined(view) else Stage.UNPAID


def _declined(view: OrderView) -> bool:
    return view.payment is not None and view.payment.state is PaymentState.DECLINED


def _advice(view: OrderView) -> str:
    """Why the last card was not charged and what to do; "" where none was declined."""
    payment = view.payment
    if payment is None or payment.last_decline_reason is None or not _declined(view):
        return ""
    return decline_text(payment.last_decline_reason)


def shown_call(proof: CallProof, language: str) -> ShownCall:
    """A call of the proof's figures, with words around them."""
    return ShownCall(proof, proof.destination.name(language), call_state_text(proof))


def call_state_text(proof: CallProof) -> str:
    """Where a call stands or how it ended, in a few words for its buyer."""
    if proof.state in {CallState.AUTHORIZED, CallState.ANSWERED}:
        return _("in progress")
    if not proof.used_seconds:
        return {
            ReleaseCause.BUSY: _("busy, not charged"),
            ReleaseCause.NO_ANSWER: _("no answer, not charged"),
        }.get(proof.release_cause or ReleaseCause.OTHER, _("not connected, not charged"))
    if proof.release_cause is ReleaseCause.LIMIT_REACHED:
        return _("ended at the limit of the credit")
    return _("ended")
