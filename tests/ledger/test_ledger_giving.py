"""Top-ups, minutes, moves, refunds, corrections and carriers' costs: each once, and never what a call holds."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.models import LedgerAccount, Transfer
from crystalcall.minutes.ledger.values import (
    AllowanceInfo,
    Balance,
    Insufficient,
    LedgerContradictionError,
    Transferred,
    UnknownAccountError,
)
from crystalcall.rules.ledger import AccountKind, AmountError

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture
def store(now):
    """The balance of the store's account of a kind."""

    def posted(kind: AccountKind) -> int:
        return queries.balance(actions.system_account(kind, now=now)).posted_micros

    return posted


@pytest.fixture(autouse=True)
def sound_books(db):
    """Whatever a test does, the books are in order afterwards."""
    yield
    assert queries.audit() == []


def test_a_top_up_delivers_what_the_store_owed_and_does_it_once(funded, store, now):
    account = funded(0)
    first = actions.top_up(account, 5 * DOLLAR, key="order:1", now=now)
    assert actions.top_up(account, 5 * DOLLAR, key="order:1", now=now) == first
    assert queries.balance(account).posted_micros == 5 * DOLLAR
    assert store(AccountKind.SALES) == -5 * DOLLAR


def test_a_top_up_moves_the_end_of_all_credit_on_the_card_and_a_repeat_does_not(funded, now, settings_of_store):
    settings_of_store(credit_valid_days=365)
    account = funded(DOLLAR)
    assert queries.expiries([account], now=now)[account].due_at == now + timedelta(days=365)
    later = now + timedelta(days=100)
    actions.top_up(account, DOLLAR, key="order:1", now=later)
    actions.top_up(account, DOLLAR, key="order:1", now=later + timedelta(days=50))
    assert queries.expiries([account], now=later)[account].due_at == later + timedelta(days=365)


def test_only_customers_money_is_topped_up(revenue, now):
    with pytest.raises(LedgerContradictionError):
        actions.top_up(revenue, DOLLAR, key="order:1", now=now)


def test_minutes_are_given_beside_the_money_and_once(funded, now):
    card, end = funded(DOLLAR), now + timedelta(days=30)
    given = actions.grant_allowance(card, "ru-landline", 18_000, expires_at=end, key="order:1:minutes", now=now)
    again = actions.grant_allowance(card, "ru-landline", 18_000, expires_at=end, key="order:1:minutes", now=now)
    assert given == again
    assert queries.allowances(card, now=now) == (AllowanceInfo(given, card, "ru-landline", 18_000, 0, 18_000, end),)
    assert queries.allowances(card, now=end) == ()
    assert queries.balance(card) == Balance(DOLLAR, 0, DOLLAR)
    with pytest.raises(LedgerContradictionError):
        queries.balance(given)
    lines = {line.kind: line for line in queries.trial_balance()}
    assert (lines["customer_allowance"].unit, lines["customer_allowance"].credits) == ("seconds", 18_000)
    assert lines["allowances_issued"].debits == 18_000


def test_a_key_stands_for_one_grant_alone(funded, now):
    card = funded(0)
    actions.grant_allowance(card, "ru-*", 60, expires_at=None, key="k", now=now)
    for holder, coverage, seconds in ((card, "ru-mobile", 60), (funded(0), "ru-*", 60), (card, "ru-*", 61)):
        with pytest.raises(LedgerContradictionError):
            actions.grant_allowance(holder, coverage, seconds, expires_at=None, key="k", now=now)
    assert [each.posted_seconds for each in queries.allowances(card, now=now)] == [60]


def test_minutes_need_a_card_a_place_and_an_amount(funded, revenue, now):
    card = funded(0)
    bundle = actions.grant_allowance(card, "ru-*", 60, expires_at=None, key="k", now=now)
    for holder, error in ((revenue, LedgerContradictionError), (uuid4(), UnknownAccountError)):
        with pytest.raises(error):
            actions.grant_allowance(holder, "ru-*", 60, expires_at=None, key="other", now=now)
    with pytest.raises(LedgerContradictionError):
        actions.grant_allowance(bundle, "ru-*", 60, expires_at=None, key="other", now=now)
    for coverage, seconds in (("russia", 60), ("RU-*", 60), ("ru-fax", 60), ("ru-*", 0)):
        with pytest.raises(AmountError):
            actions.grant_allowance(card, coverage, seconds, expires_at=None, key="other", now=now)
    assert LedgerAccount.objects.filter(kind="customer_allowance").count() == 1


def test_credit_moves_from_card_to_card_but_never_what_a_running_call_holds(funded, now):
    giver, taker = funded(DOLLAR), funded(0)
    actions.reserve(giver, 600_000, key="call:1", now=now)
    assert actions.move_credit(giver, taker, 400_001, key="m", now=now) == Insufficient(400_000)
    moved = actions.move_credit(giver, taker, None, key="m", now=now)
    assert isinstance(moved, Transferred)
    assert moved.amount == 400_000
    assert queries.balance(giver) == Balance(600_000, 600_000, 0)
    assert queries.balance(taker) == Balance(400_000, 0, 400_000)


def test_a_move_of_all_is_the_same_move_when_asked_for_again(funded, clearing, now):
    giver, taker = funded(DOLLAR), funded(0)
    moved = actions.move_credit(giver, taker, None, key="m", now=now)
    actions.top_up(giver, DOLLAR, key="top-up", now=now)
    assert actions.move_credit(giver, taker, None, key="m", now=now) == moved
    assert queries.balance(giver).posted_micros == DOLLAR
    assert actions.move_credit(taker, funded(0), 1, key="n", now=now).amount == 1
    assert actions.move_credit(funded(0), taker, None, key="o", now=now) == Insufficient(0)


def test_moved_credit_lives_as_long_as_the_longer_of_the_two_cards(funded, now, settings_of_store):
    settings_of_store(credit_valid_days=100)
    old = funded(DOLLAR)
    later = now + timedelta(days=50)
    young = actions.open_account(AccountKind.CUSTOMER_CREDIT, key="young", now=later)
    actions.move_credit(old, young, 1, key="m", now=later)
    actions.move_credit(young, old, 1, key="n", now=later)
    ends = queries.expiries([old, young], now=later)
    assert {end.due_at for end in ends.values()} == {later + timedelta(days=100)}


def test_credit_moves_only_between_customers_cards(funded, revenue, now):
    card = funded(DOLLAR)
    bundle = actions.grant_allowance(card, "ru-*", 60, expires_at=None, key="k", now=now)
    for other in (revenue, bundle, card):
        with pytest.raises(LedgerContradictionError):
            actions.move_credit(card, other, 1, key="m", now=now)
    assert queries.balance(card).posted_micros == DOLLAR


def test_a_refund_takes_unused_credit_at_once_and_owes_it_to_the_buyer(funded, store, now):
    card = funded(DOLLAR)
    actions.reserve(card, 300_000, key="call:1", now=now)
    assert actions.refund_unused(card, 700_001, key="r", now=now) == Insufficient(700_000)
    first = actions.refund_unused(card, 700_000, key="r", now=now)
    assert actions.refund_unused(card, 700_000, key="r", now=now) == first
    assert queries.balance(card) == Balance(300_000, 300_000, 0)
    assert store(AccountKind.REFUNDS) == 700_000


def test_an_operator_gives_and_takes_with_a_reason_that_the_books_keep(funded, store, now):
    card = funded(DOLLAR)
    actions.adjust(card, 250_000, reason="goodwill", key="a", now=now)
    actions.reserve(card, DOLLAR, key="call:1", now=now)
    assert actions.adjust(card, -250_001, reason="fraud", key="b", now=now) == Insufficient(250_000)
    actions.adjust(card, -50_000, reason="correction", key="c", now=now)
    assert queries.balance(card) == Balance(1_200_000, DOLLAR, 200_000)
    assert store(AccountKind.ADJUSTMENTS) == 200_000
    codes = Transfer.objects.filter(code__startswith="adjust.").values_list("code", flat=True)
    assert set(codes) == {"adjust.goodwill", "adjust.correction"}


@pytest.mark.parametrize(("amount", "reason"), [(0, "goodwill"), (1, "Because Anna asked"), (1, ""), (10**16, "gift")])
def test_an_adjustment_that_makes_no_sense_is_refused(funded, now, amount, reason):
    card = funded(DOLLAR)
    with pytest.raises(AmountError):
        actions.adjust(card, amount, reason=reason, key="a", now=now)
    assert queries.balance(card).posted_micros == DOLLAR


def test_what_carriers_charge_is_booked_once_a_day_and_owed_to_each(db, store, now):
    day, costs = date(2026, 11, 1), {"atlas": 400_000, "borealis": 100_000, "idle": 0}
    assert actions.book_carrier_cost(day, costs, now=now) == 2
    assert actions.book_carrier_cost(day, costs, now=now) == 0
    assert actions.book_carrier_cost(day + timedelta(days=1), {"atlas": 5}, now=now) == 1
    assert store(AccountKind.CARRIER_COST) == 500_005
    owed = LedgerAccount.objects.filter(kind="carrier_payable", key__startswith="carrier:")
    assert sorted(queries.balance(row.pk).posted_micros for row in owed) == [100_000, 400_005]


def test_a_day_whose_costs_changed_is_a_contradiction_and_books_nothing(db, store, now):
    day = date(2026, 11, 1)
    actions.book_carrier_cost(day, {"borealis": 5}, now=now)
    with pytest.raises(LedgerContradictionError):
        actions.book_carrier_cost(day, {"atlas": 7, "borealis": 6}, now=now)
    assert store(AccountKind.CARRIER_COST) == 5
