"""What tests of calls share: a small deck, cards with credit, and a switch's words in short."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from crystalcall.minutes.calls import actions
from crystalcall.minutes.calls.values import AuthorizeRequest
from crystalcall.minutes.ledger.actions import open_account, system_account, transfer
from crystalcall.minutes.ledger.queries import balance
from crystalcall.minutes.ledger.values import Posting, Transferred
from crystalcall.minutes.pins.actions import issue_pin, reveal_pin
from crystalcall.minutes.rates.actions import ImportDeck, Imported, PublishDeck, Published, import_deck, publish_deck
from crystalcall.minutes.rates.values import Deck
from crystalcall.rules.ledger import AccountKind

TANDEM = 1
DOLLAR = 1_000_000
MOSCOW = "+7 495 123-45-67"
MEXICO = "+52 55 1234 5678"
HEADER = "prefix,destination,price_usd_per_min,connect_fee_usd,first_increment_s,next_increment_s\n"
# Prices are cost and retail at once: the test decks are published without a margin.
DECK = (
    HEADER
    + """\
7,Russia - Other,0.20,0,60,60
7495,Russia - Moscow,0.10,0,60,60
79,Russia - Mobile,0.30,0,30,6
52,Mexico,0.03,0.05,6,6
44,United Kingdom,0.02,0,60,60
8816,Iridium,6.00,0,60,60
"""
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card as its buyer holds it."""

    serial: str
    pin: str
    account_id: UUID

    @property
    def available_micros(self) -> int:
        return balance(self.account_id).available_micros

    @property
    def held_micros(self) -> int:
        return balance(self.account_id).held_micros


def publish(text: str, now: datetime, carrier: str = "northline") -> Deck:
    """The prices in force from now on."""
    imported = import_deck(
        ImportDeck(carrier=carrier, content=text.encode(), source="test.csv", effective_at=now), now=now
    )
    assert isinstance(imported, Imported), imported
    published = publish_deck(PublishDeck(margin_basis_points=0), now=now)
    assert isinstance(published, Published), published
    return published.deck


def pay_in(account_id: UUID, dollars: float, now: datetime) -> None:
    """A purchase or a top-up."""
    clearing = system_account(AccountKind.GATEWAY_CLEARING, now=now)
    posting = Posting(clearing, account_id, round(dollars * DOLLAR), "order.sale", f"test:{uuid4()}")
    assert isinstance(transfer(posting, now=now), Transferred)


def make_card(dollars: float, now: datetime) -> Card:
    """A card with so much credit."""
    account_id = open_account(AccountKind.CUSTOMER_CREDIT, key=f"test:{uuid4()}", now=now)
    if dollars:
        pay_in(account_id, dollars, now)
    serial = issue_pin(account_id, key=f"test:{account_id}", now=now).serial
    return Card(serial, reveal_pin(serial), account_id)


def asking(card: Card, call_id: str = "call-1", called_number: str = MOSCOW, **more) -> AuthorizeRequest:
    """The request of a caller who keyed in the card's PIN."""
    given = {"switch_id": TANDEM, "pin": card.pin, "caller_number": "+12125550142"} | more
    return AuthorizeRequest(call_id=call_id, called_number=called_number, **given)


@dataclass
class SwitchWords:
    """What the switch says of one call of one card; `now` moves as a test says."""

    card: Card
    now: datetime
    call_id: str = "call-1"

    def authorize(self, **more):
        return actions.authorize_call(asking(self.card, self.call_id, **more), now=self.now)

    def answer(self, answered_at: datetime | None = None):
        return actions.answer_call(TANDEM, self.call_id, answered_at=answered_at, now=self.now)

    def extend(self, sequence: int, used_seconds: int):
        return actions.extend_call(TANDEM, self.call_id, sequence=sequence, used_seconds=used_seconds, now=self.now)

    def end(self, used_seconds: int, release_cause: str = "normal", carrier: str | None = None):
        said = {"used_seconds": used_seconds, "release_cause": release_cause, "carrier": carrier}
        return actions.end_call(TANDEM, self.call_id, now=self.now, **said)


def at(text: str) -> datetime:
    """A moment of the test day, by its time."""
    return datetime.fromisoformat(f"2026-11-02T{text}").replace(tzinfo=UTC)
