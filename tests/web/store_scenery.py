"""Hand-made orders, a small deck to show, and a reader of pages: what the tests of the storefront stand on."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from crystalcall.minutes.calls.values import AccessNumberInfo, CallProof
from crystalcall.minutes.ledger.values import AllowanceInfo, Balance, Expiry
from crystalcall.minutes.rates.values import DestinationInfo
from crystalcall.payments.queries import PaymentView
from crystalcall.payments.states import PaymentState
from crystalcall.payments.values import DeclineReason
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.numbering import LineType
from crystalcall.rules.ordering import OrderState
from crystalcall.rules.rating import RateTerms
from crystalcall.shop.orders.queries import CardView, OrderView
from crystalcall.shop.orders.values import CardStock, LineView, OrderStock, RevealedCard

TOKEN = "T0ken-of-Annas-order_1"
PIN = "482913570264"
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}

DECK = """prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s
7,Russia,0.02,0,60,60
7495,Russia - Moscow,0.0168,0,60,60
79,Russia - Mobile,0.32,0,60,60
44,United Kingdom,0.012,0,60,60
447,United Kingdom - Mobile,0.3,0.05,30,6
52,Mexico,0.01,0,60,60
91,India,0.0024,0,60,60
500,Falkland Islands,3.9984,0,60,60
"""

CALL = CallProof(
    started_at=NOW,
    state=CallState.ENDED,
    destination=DestinationInfo("ru-landline-moscow", "RU", LineType.LANDLINE, "Moscow"),
    masked_number="+7 495 ••• •• 67",
    prefix="7495",
    deck_version=7,
    terms=RateTerms(21_000),
    granted_seconds=28_560,
    used_seconds=750,
    billable_seconds=780,
    increments=13,
    fee_micros=0,
    charge_micros=273_000,
    balance_before_micros=10_000_000,
    balance_after_micros=9_727_000,
    overrun_seconds=0,
    overrun_micros=0,
    release_cause=ReleaseCause.NORMAL,
)
CARD = CardView(
    serial="K7M29QX4",
    sku="credit-10",
    credit_micros=10_000_000,
    balance=Balance(9_727_000, 500_000, 9_227_000),
    calls=(CALL,),
    deck_id=1,
    deck_version=7,
    guaranteed_until=NOW + timedelta(days=30),
)
LINE = LineView("credit-10", 1, 10_000_000, 10_000_000, 10_000_000, 1, 7)
REVEALED = RevealedCard(CARD.serial, PIN)
ACCESS_NUMBER = AccessNumberInfo("+17185550100", "New York", "Нью-Йорк")


def left(*, minutes: tuple[tuple[str, int, datetime | None], ...] = (), expiry: Expiry | None = None) -> OrderStock:
    """What is left on the card of Anna's order."""
    account = UUID(int=7)
    beside = tuple(AllowanceInfo(account, account, coverage, each, 0, each, ends) for coverage, each, ends in minutes)
    stock = CardStock(CARD.serial, account, CARD.guaranteed_until, CARD.balance, expiry, beside)
    return OrderStock("K7M29QX4AB", TOKEN, "en", None, NOW, (stock,))


def order(state: OrderState, *, declined: bool = False) -> OrderView:
    """Anna's order in a state; with its card once it is fulfilled."""
    payment = None
    if declined:
        reason = DeclineReason.DECLINED
        payment = PaymentView(1, "K7M29QX4AB", 10_000_000, PaymentState.DECLINED, (), reason, NOW, None)
    return OrderView(
        order_number="K7M29QX4AB",
        state=state,
        language="en",
        placed_at=NOW,
        paid_at=None,
        fulfilled_at=None,
        lines=(LINE,),
        total_micros=10_000_000,
        cards=(CARD,) if state is OrderState.FULFILLED else (),
        payment=payment,
        masked_email="a•••@example.org",
    )


BLOCKS = frozenset({"dt", "dd", "p", "li", "td", "th", "h1", "h2", "h3", "option"})


@dataclass
class Page(HTMLParser):
    """What a test asks of a page."""

    ids: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    scripts: list[dict[str, str]] = field(default_factory=list)
    attributes: Counter[str] = field(default_factory=Counter)
    loaded: list[str] = field(default_factory=list)
    language: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if tag in BLOCKS:
            self.text += " "
        self.attributes.update(given.keys())
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in ("aria-describedby", "aria-labelledby", "for"):
            self.references += given.get(name, "").split()
        handler: Any = getattr(self, f"_take_{tag}", None)
        if handler:
            handler(given)

    def _take_html(self, given: dict[str, str]) -> None:
        self.language = given.get("lang", "")

    def _take_a(self, given: dict[str, str]) -> None:
        self.links.append(given.get("href", ""))

    def _take_link(self, given: dict[str, str]) -> None:
        if given.get("rel") in {"stylesheet", "icon"}:
            self.loaded.append(given["href"])

    def _take_script(self, given: dict[str, str]) -> None:
        self.scripts.append(given)

    def _take_form(self, given: dict[str, str]) -> None:
        self.forms.append(given)

    def _take_input(self, given: dict[str, str]) -> None:
        self.fields[given.get("name", "")] = given

    def handle_data(self, data: str) -> None:
        self.text += data


def read_page(response: Any) -> Page:
    """The page of a response, without what waits in templates for a script."""
    page = Page()
    page.feed(re.sub(r"<template.*?</template>", "", response.content.decode(), flags=re.DOTALL))
    page.text = " ".join(page.text.split())
    return page
