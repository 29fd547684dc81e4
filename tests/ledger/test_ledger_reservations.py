"""Reserve, replace, then post, void or expire, once; a repeat of anything gets the same answer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.models import Reservation, Transfer
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    Balance,
    Insufficient,
    LedgerContradictionError,
    NotDue,
    Posted,
    Posting,
    Reserved,
    Returned,
    Transferred,
    UnknownAccountError,
    UnknownReservationError,
)
from crystalcall.rules.ledger import AccountKind, AmountError, ReservationState

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture
def hold(funded, now):
    """Reserves so much of a new account with so much on it."""

    def make(amount, *, of_micros=DOLLAR, **options):
        account_id = funded(of_micros)
        reserved = actions.reserve(account_id, amount, key=f"call:{uuid4()}", now=now, **options)
        assert isinstance(reserved, Reserved)
        return account_id, reserved.reservation_id

    return make


def post(reservation_id, amount, revenue, now, code="call.charge"):
    return actions.post_reservation(reservation_id, amount, credit_account_id=revenue, code=code, now=now)


def test_a_hold_takes_from_what_is_available_but_not_from_the_balance(hold):
    account_id, _ = hold(300_000)
    assert queries.balance(account_id) == Balance(DOLLAR, 300_000, 700_000)


def test_more_than_is_available_is_not_held_and_nothing_changes(hold, now):
    account_id, _ = hold(300_000)
    assert actions.reserve(account_id, 700_001, key="too much", now=now) == Insufficient(700_000)
    assert queries.balance(account_id).held_micros == 300_000


def test_the_whole_balance_can_be_held_to_the_micro(hold, now):
    account_id, _ = hold(300_000)
    assert isinstance(actions.reserve(account_id, 700_000, key="rest", now=now), Reserved)
    assert actions.reserve(account_id, 1, key="more", now=now) == Insufficient(0)


def test_a_repeated_reservation_is_the_same_one_even_after_it_was_replaced_and_posted(funded, revenue, now):
    account_id = funded(DOLLAR)
    first = actions.reserve(account_id, 300_000, key="call:1", now=now)
    assert actions.reserve(account_id, 300_000, key="call:1", now=now) == first
    actions.replace_reservation(first.reservation_id, 500_000, now=now)
    post(first.reservation_id, 400_000, revenue, now)
    assert actions.reserve(account_id, 300_000, key="call:1", now=now) == first
    assert queries.balance(account_id) == Balance(600_000, 0, 600_000)


def test_a_key_that_stands_for_another_reservation_is_a_contradiction(funded, now):
    account_id = funded(DOLLAR)
    actions.reserve(account_id, 300_000, key="call:1", now=now)
    with pytest.raises(LedgerContradictionError):
        actions.reserve(account_id, 300_001, key="call:1", now=now)
    with pytest.raises(LedgerContradictionError):
        actions.reserve(funded(DOLLAR), 300_000, key="call:1", now=now)
    assert queries.balance(account_id).held_micros == 300_000


def test_nothing_can_be_held_for_a_free_call(funded, revenue, now):
    account_id = funded(0)
    reserved = actions.reserve(account_id, 0, key="free", now=now)
    assert post(reserved.reservation_id, 0, revenue, now) == Posted(None, 0, 0, 0)
    assert post(reserved.reservation_id, 0, revenue, now) == Posted(None, 0, 0, 0)


def test_nothing_is_reserved_on_the_stores_own_or_unknown_accounts(revenue, now):
    with pytest.raises(LedgerContradictionError):
        actions.reserve(revenue, 1, key="r", now=now)
    with pytest.raises(UnknownAccountError):
        actions.reserve(uuid4(), 1, key="r", now=now)
    with pytest.raises(AmountError):
        actions.reserve(revenue, -1, key="r", now=now)


def test_a_hold_is_raised_and_lowered_to_an_absolute_amount(hold, now):
    account_id, reservation_id = hold(300_000)
    for amount in (900_000, 900_000, 100_000, 0, DOLLAR):
        assert actions.replace_reservation(reservation_id, amount, now=now) == Reserved(reservation_id, amount)
        assert queries.balance(account_id).held_micros == amount


def test_a_hold_that_cannot_be_raised_stays_whole(hold, now):
    account_id, reservation_id = hold(300_000)
    actions.reserve(account_id, 500_000, key="other call", now=now)
    assert actions.replace_reservation(reservation_id, 500_001, now=now) == Insufficient(200_000)
    assert queries.balance(account_id).held_micros == 800_000


def test_a_top_up_lets_the_hold_of_a_running_call_grow(hold, clearing, now):
    account_id, reservation_id = hold(DOLLAR)
    assert isinstance(actions.replace_reservation(reservation_id, 2 * DOLLAR, now=now), Insufficient)
    actions.transfer(Posting(clearing, account_id, DOLLAR, "order.sale", "top-up"), now=now)
    assert isinstance(actions.replace_reservation(reservation_id, 2 * DOLLAR, now=now), Reserved)


def test_a_post_pays_what_was_used_and_returns_the_rest(hold, revenue, now):
    account_id, reservation_id = hold(700_000)
    posted = post(reservation_id, 123_456, revenue, now)
    assert (posted.amount, posted.balance_before, posted.balance_after) == (
        123_456,
        DOLLAR,
        876_544,
    )
    assert queries.balance(account_id) == Balance(876_544, 0, 876_544)
    assert queries.balance(revenue).posted_micros == 123_456


def test_a_repeated_post_gets_the_same_answer_whatever_happened_since(hold, revenue, clearing, now):
    account_id, reservation_id = hold(700_000)
    posted = post(reservation_id, 123_456, revenue, now)
    actions.transfer(Posting(clearing, account_id, DOLLAR, "order.sale", "top-up"), now=now)
    assert post(reservation_id, 123_456, revenue, now + timedelta(days=1)) == posted
    assert queries.balance(revenue).posted_micros == 123_456


def test_another_post_after_the_end_is_told_what_stands(hold, revenue, now):
    _, reservation_id = hold(700_000)
    post(reservation_id, 123_456, revenue, now)
    stands = AlreadySettled(ReservationState.POSTED, 123_456)
    assert post(reservation_id, 123_457, revenue, now) == stands
    assert post(reservation_id, 123_456, revenue, now, code="call.other") == stands
    assert actions.void_reservation(reservation_id, now=now) == stands
    assert actions.expire_reservation(reservation_id, now=now) == stands
    assert actions.replace_reservation(reservation_id, 1, now=now) == stands


def test_a_charge_never_exceeds_its_hold(hold, revenue, now):
    account_id, reservation_id = hold(300_000)
    with pytest.raises(LedgerContradictionError):
        post(reservation_id, 300_001, revenue, now)
    with pytest.raises(LedgerContradictionError):
        post(reservation_id, 1, account_id, now)
    assert queries.balance(account_id) == Balance(DOLLAR, 300_000, 700_000)


def test_a_hold_can_be_paid_to_another_customer(hold, funded, now):
    account_id, reservation_id = hold(300_000)
    other = funded(0)
    post(reservation_id, 300_000, other, now, code="card.move")
    assert queries.balance(other) == Balance(300_000, 0, 300_000)
    assert queries.balance(account_id) == Balance(700_000, 0, 700_000)


@pytest.mark.parametrize(
    ("settle", "state"),
    [
        (actions.void_reservation, ReservationState.VOIDED),
        (actions.expire_reservation, ReservationState.EXPIRED),
    ],
)
def test_a_hold_that_was_not_used_returns_whole_once(hold, revenue, now, settle, state):
    account_id, reservation_id = hold(300_000)
    assert settle(reservation_id, now=now) == Returned(reservation_id, state, 300_000)
    assert settle(reservation_id, now=now) == Returned(reservation_id, state, 300_000)
    assert queries.balance(account_id) == Balance(DOLLAR, 0, DOLLAR)
    assert post(reservation_id, 1, revenue, now) == AlreadySettled(state, 0)
    assert not Transfer.objects.filter(reservation=reservation_id).exists()


def test_an_extension_between_the_sweeps_look_and_its_act_keeps_the_hold(hold, now):
    account_id, reservation_id = hold(300_000, expires_at=now + timedelta(minutes=5))
    later = now + timedelta(minutes=6)
    assert queries.overdue_reservations(now=now) == ()
    assert queries.overdue_reservations(now=later) == (reservation_id,)
    moved = later + timedelta(minutes=5)
    actions.replace_reservation(reservation_id, 400_000, now=later, expires_at=moved)
    assert actions.expire_reservation(reservation_id, now=later) == NotDue(moved)
    assert queries.balance(account_id).held_micros == 400_000
    assert isinstance(actions.expire_reservation(reservation_id, now=moved), Returned)
    assert queries.overdue_reservations(now=moved) == ()


def test_a_replacement_without_an_end_leaves_the_end_and_a_passed_one_is_refused(hold, now):
    end = now + timedelta(minutes=5)
    _, reservation_id = hold(300_000, expires_at=end)
    actions.replace_reservation(reservation_id, 200_000, now=now)
    assert queries.reservation(reservation_id).expires_at == end
    with pytest.raises(LedgerContradictionError):
        actions.replace_reservation(reservation_id, 200_000, now=now, expires_at=now)


def test_a_reservation_tells_how_it_stands(hold, revenue, now):
    account_id, reservation_id = hold(300_000)
    assert queries.reservation(reservation_id).state is ReservationState.RESERVED
    post(reservation_id, 100_000, revenue, now)
    info = queries.reservation(reservation_id)
    assert (info.account_id, info.state, info.amount) == (account_id, ReservationState.POSTED, 300_000)
    assert (info.posted, info.settled_at) == (100_000, now)
    assert queries.reservation(uuid4()) is None


def test_an_unknown_reservation_is_a_mistake_of_the_program(revenue, now):
    with pytest.raises(UnknownReservationError):
        post(uuid4(), 1, revenue, now)
    with pytest.raises(UnknownReservationError):
        actions.void_reservation(uuid4(), now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "posted"},
        {"state": "voided"},
        {"state": "forgotten"},
        {"posted": 1},
        {"amount": -1},
    ],
)
def test_the_database_itself_refuses_a_reservation_that_is_half_settled(hold, change):
    _, reservation_id = hold(300_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reservation.objects.filter(pk=reservation_id).update(**change)


def test_money_returned_by_one_call_can_be_held_by_the_next(funded, revenue, now):
    account_id = funded(DOLLAR)
    for number in range(4):
        reserved = actions.reserve(account_id, DOLLAR - number * 250_000, key=f"call:{number}", now=now)
        assert isinstance(reserved, Reserved)
        post(reserved.reservation_id, 250_000, revenue, now)
    assert queries.balance(account_id) == Balance(0, 0, 0)
    adjustments = actions.system_account(AccountKind.ADJUSTMENTS, now=now)
    gift = Posting(adjustments, account_id, 1, "adjust.gift", "gift")
    assert isinstance(actions.transfer(gift, now=now), Transferred)
