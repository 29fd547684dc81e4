"""How an order is shown in each of its states: which heading, which next step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from crystalcall.minutes.calls.explaining import explain
from crystalcall.minutes.calls.values import CallProof
from crystalcall.payments.states import PaymentState
from crystalcall.payments.wording import decline_text
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.ordering import OrderState
from crystalcall.shop.catalogue.quotes import price_range
from crystalcall.shop.orders.queries import CardView, OrderView
from crystalcall.shop.orders.values import CardStock, OrderStock
from crystalcall.shop.orders.wording import coverage_name
from crystalcall.web.shop import popular

RUNNING: Final = frozenset({CallState.AUTHORIZED, CallState.ANSWERED})


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
    """A call with its place named, its end said in words, and its charge explained in sentences.

    `low_micros` and `high_micros` are the prices of a minute that it met, the same where there was one.
    """

    proof: CallProof
    place: str
    low_micros: int
    high_micros: int
    said_state: str
    explanation: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether it has ended, so that its charge stands."""
        return self.proof.state not in RUNNING


@dataclass(frozen=True, slots=True)
class ShownMinutes:
    """Minutes for some places: how many seconds are left of them, and until when."""

    place: str
    seconds: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with its place among the order's cards; `pin` is "" until its holder asks for it.

    `expires_at` is None where the credit never expires; `by_dormancy` where any call would move that day.
    """

    place: int
    card: CardView
    pin: str
    examples: tuple[popular.Example, ...]
    calls: tuple[ShownCall, ...]
    minutes: tuple[ShownMinutes, ...]
    expires_at: datetime | None
    by_dormancy: bool


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
    left: OrderStock | None,
    *,
    now: datetime,
    language: str,
    stage: Stage | None = None,
    pins: Mapping[str, str] | None = None,
) -> OrderPage:
    """The page of an order; `left` is what its cards still hold, `stage` overrides what the order's own state says.

    `pins` maps serials to PINs; None shows none.
    """
    stocks = {stock.serial: stock for stock in left.cards} if left else {}
    cards = tuple(
        _shown_card(place, card, stocks.get(card.serial), now=now, language=language)
        for place, card in enumerate(view.cards, 1)
    )
    cards = tuple(replace(shown, pin=(pins or {}).get(shown.card.serial, "")) for shown in cards)
    return OrderPage(stage or stage_of(view), view, cards, pins_shown=bool(pins), advice=_advice(view))


def _shown_card(place: int, card: CardView, stock: CardStock | None, *, now: datetime, language: str) -> ShownCard:
    expiry = stock.expiry if stock else None
    return ShownCard(
        place=place,
        card=card,
        pin="",
        examples=popular.balance_examples(card.balance.available_micros, card.deck_id, language, now),
        calls=tuple(shown_call(proof, language) for proof in card.calls),
        minutes=tuple(
            ShownMinutes(coverage_name(one.coverage, language), one.available_seconds, one.expires_at)
            for one in (stock.minutes if stock else ())
        ),
        expires_at=expiry.due_at if expiry else None,
        by_dormancy=expiry.by_dormancy if expiry else False,
    )


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
    met = [part.minute_price_micros for part in proof.parts] or [*price_range(proof.terms)]
    place, said = proof.destination.name(language), call_state_text(proof)
    return ShownCall(proof, place, min(met), max(met), said, explain(proof, language))


def call_state_text(proof: CallProof) -> str:
    """Where a call stands or how it ended, in a few words for its buyer."""
    if proof.state in RUNNING:
        return _("in progress")
    if not proof.used_seconds:
        return {
            ReleaseCause.BUSY: _("busy, not charged"),
            ReleaseCause.NO_ANSWER: _("no answer, not charged"),
        }.get(proof.release_cause or ReleaseCause.OTHER, _("not connected, not charged"))
    if proof.fairness is not None:
        return fairness_text(proof.fairness, charged=bool(proof.charge_micros or proof.allowance_seconds))
    if proof.allowance_seconds:
        return _("ended, partly paid by your minutes") if proof.charge_micros else _("ended, paid by your minutes")
    if proof.release_cause is ReleaseCause.LIMIT_REACHED:
        return _("ended at the limit of the credit")
    return _("ended")


def fairness_text(reason: FairnessReason, *, charged: bool) -> str:
    """Why a call cost nothing, or less than its seconds, in a few words."""
    if charged:
        return _("dropped, the last part not charged")
    return {
        FairnessReason.SHORT_CALL: _("very short, not charged"),
        FairnessReason.FAILED_CALL: _("failed, not charged"),
        FairnessReason.DROPPED_CALL: _("dropped, not charged"),
    }[reason]
