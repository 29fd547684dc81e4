"""PINs checked together: as few statements as one, and no more guesses for who sends them all at once."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crystalcall.minutes.pins import actions, queries
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.minutes.pins.values import FoundPin, Origin, PinAccepted, PinRefused, TypedPin
from crystalcall.rules.pins import PinRefusalReason, PinState

pytestmark = pytest.mark.django_db

MALLORY = Origin("+17185550166", "+17185550100")
WRONG = "000000000000"
UNKNOWN = PinRefused(PinRefusalReason.UNKNOWN_PIN)


def caller(number: int) -> Origin:
    return Origin(f"+1212555{number:04d}", "+17185550100")


def check(pairs, now):
    return actions.check_pins([TypedPin(typed, origin) for typed, origin in pairs], now=now)


def test_many_right_pins_cost_three_statements_and_are_active_then(issued, now):
    cards = [issued() for _ in range(40)]
    with CaptureQueriesContext(connection) as asked:
        answers = check([(pin, caller(number)) for number, (_, pin, _) in enumerate(cards)], now)
    assert answers == [PinAccepted(serial, account_id) for serial, _, account_id in cards]
    assert len([query for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]) <= 3
    rows = Pin.objects.all()
    assert {(row.state, row.activated_at) for row in rows} == {("active", now)}
    assert check([(cards[0][1], caller(0))], now + timedelta(days=1)) == [answers[0]]
    assert {row.activated_at for row in rows.all()} == {now}
    assert check([], now) == []


def test_answers_come_in_the_order_of_the_questions(issued, now):
    serial, pin, account_id = issued()
    blocked, blocked_pin, _ = issued()
    actions.block_pin(blocked, reason="lost", now=now)
    assert check([(WRONG, MALLORY), (pin, caller(1)), ("x", caller(2)), (blocked_pin, caller(3))], now) == [
        UNKNOWN,
        PinAccepted(serial, account_id),
        UNKNOWN,
        PinRefused(PinRefusalReason.BLOCKED),
    ]


def test_five_hundred_guesses_at_once_from_one_number_are_five_guesses(issued, now):
    _, pin, _ = issued()
    answers = check([*[(WRONG, MALLORY)] * 400, (pin, MALLORY), *[(WRONG, MALLORY)] * 99], now)
    assert answers[:5] == [UNKNOWN] * 5
    assert set(answers[5:]) == {PinRefused(PinRefusalReason.TOO_MANY_TRIES, 30)}
    assert PinMissSource.objects.get().misses == 5
    assert Pin.objects.get().state == PinState.ISSUED


def test_near_misses_at_once_from_many_numbers_block_the_pin_before_it_opens(issued, now):
    serial, pin, account_id = issued()
    near = [ending for ending in (f"{pin[:8]}{number:04d}" for number in range(60)) if ending != pin]
    nine = [(typed, caller(number)) for number, typed in enumerate(near[:9])]
    assert check([*nine, (pin, caller(99))], now)[-1] == PinAccepted(serial, account_id)
    rest = [(typed, caller(number)) for number, typed in enumerate(near[9:], start=9)]
    answers = check([(pin, caller(98)), *rest], now)
    assert answers[0] == PinRefused(PinRefusalReason.BLOCKED)
    assert set(answers[1:]) == {UNKNOWN}
    assert queries.pin(serial).state is PinState.BLOCKED


def test_who_did_not_miss_is_not_slowed_by_who_did(issued, now):
    serial, pin, account_id = issued()
    answers = check([*[(WRONG, MALLORY)] * 20, (pin, caller(1))], now)
    assert answers[-1] == PinAccepted(serial, account_id)
    assert PinMissSource.objects.count() == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["right", "wrong", "near", "none"]), st.integers(0, 3)), max_size=30))
def test_together_nobody_gets_more_guesses_than_one_by_one(issued, now, story):
    PinMissSource.objects.all().delete()
    origins = [MALLORY, caller(1), Origin(None, "+17185550100"), Origin()]

    def told(serial_pin, *, together):
        pin = serial_pin[1]
        near = f"{pin[:8]}{(int(pin[8:]) + 1) % 10_000:04d}"
        typed = {"right": pin, "wrong": WRONG, "near": near, "none": "hello"}
        pairs = [(typed[kind], origins[which]) for kind, which in story]
        PinMissSource.objects.all().delete()
        answers = check(pairs, now) if together else [check([pair], now)[0] for pair in pairs]
        misses = sorted(PinMissSource.objects.values_list("misses", flat=True))
        return answers, misses, Pin.objects.get(serial=serial_pin[0])

    one_by_one, their_misses, their_pin = told(issued(), together=False)
    together, our_misses, our_pin = told(issued(), together=True)
    assert our_misses == their_misses
    assert (our_pin.concern_misses, our_pin.state == "blocked") == (
        their_pin.concern_misses,
        their_pin.state == "blocked",
    )
    for ours, theirs in zip(together, one_by_one, strict=True):
        if isinstance(ours, PinAccepted):
            assert isinstance(theirs, PinAccepted)
        elif isinstance(theirs, PinRefused):
            assert ours == theirs


def test_pins_are_found_by_their_hashes_in_whatever_state(issued, now):
    cards = [issued() for _ in range(3)]
    actions.block_pin(cards[1][0], reason="lost", now=now)
    lookups = [queries.lookup_of(pin) for _, pin, _ in cards]
    nobodys = queries.lookup_of(WRONG)
    assert queries.by_lookups([*lookups, lookups[0], nobodys]) == {
        lookup: FoundPin(serial, account_id, PinState.BLOCKED if number == 1 else PinState.ISSUED)
        for number, (lookup, (serial, _, account_id)) in enumerate(zip(lookups, cards, strict=True))
    }
    assert queries.lookup_of("hello") is None
    assert queries.by_lookups([]) == {}


def test_slowed_sources_are_told_with_their_seconds_and_others_are_left_out(now):
    check([(WRONG, MALLORY)] * 5 + [(WRONG, caller(1))] * 4, now)
    asked = [MALLORY, Origin("1 718 555 0166", "17185550100"), caller(1), caller(2), Origin()]
    assert queries.slowed_sources(asked, now) == {asked[0]: 30, asked[1]: 30}
    assert queries.slowed_sources(asked, now + timedelta(seconds=30)) == {}
    assert queries.slowed_sources([], now) == {}


# --- PINs follow what their account holds ----------------------------------------------------------------------------


@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize(("empty", "state"), [(actions.exhaust_all, "exhausted"), (actions.expire_all, "expired")])
def test_a_pin_is_emptied_and_opens_again_as_what_it_was(issued, now, used, empty, state):
    serial, pin, account_id = issued()
    other, _, _ = issued()
    if used:
        check([(pin, caller(1))], now)
    assert empty([account_id]) == 1
    assert empty([account_id]) == 0
    assert queries.pin(serial).state.value == state
    assert actions.reopen_all([account_id]) == 1
    assert actions.reopen_all([account_id]) == 0
    assert queries.pin(serial).state is (PinState.ACTIVE if used else PinState.ISSUED)
    assert queries.pin(other).state is PinState.ISSUED


def test_a_blocked_pin_stays_blocked_whatever_its_account_holds(issued, now):
    serial, _, account_id = issued()
    actions.block_pin(serial, reason="lost", now=now)
    assert actions.expire_all([account_id]) == 1
    assert queries.pin(serial).state is PinState.BLOCKED
    assert actions.unblock_pin(serial).state is PinState.EXPIRED
    actions.block_pin(serial, reason="lost again", now=now)
    assert actions.reopen_all([account_id]) == 1
    assert queries.pin(serial).state is PinState.BLOCKED
    assert actions.unblock_pin(serial).state is PinState.ISSUED


def test_the_first_use_undoes_nothing(issued, now):
    serials = [issued()[0] for _ in range(3)]
    actions.block_pin(serials[0], reason="lost", now=now)
    Pin.objects.filter(serial=serials[1]).update(state="expired")
    assert actions.activate_all([*serials, "NOSUCH"], now) == 1
    assert [queries.pin(serial).state.value for serial in serials] == ["blocked", "expired", "active"]
    assert actions.activate_all([], now) == 0


def test_living_pins_are_gone_through_in_pieces(issued, now):
    cards = [issued() for _ in range(7)]
    random.Random(7).shuffle(cards)
    actions.block_pin(cards[0][0], reason="lost", now=now)
    actions.exhaust_all([cards[1][2]])
    pieces = list(queries.open_pins(at_a_time=2))
    assert [len(piece) for piece in pieces] == [2, 2, 1]
    found = {account_id for piece in pieces for account_id in piece}
    assert found == {account_id for _, _, account_id in cards[2:]}
    assert [len(piece) for piece in queries.over_pins(at_a_time=2)] == [1]


def test_locking_the_pins_of_accounts_gives_them(issued, now):
    serial, _, account_id = issued()
    assert [each.serial for each in actions.lock_accounts_pins([account_id, uuid4()])] == [serial]
