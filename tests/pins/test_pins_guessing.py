"""Mallory guesses. She is slowed, the PINs she comes near are blocked, and nobody else is stopped."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from crystalcall.minutes.pins import actions, queries
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.minutes.pins.values import Origin, PinAccepted, PinRefused
from crystalcall.rules.pins import PinRefusalReason, PinState

pytestmark = pytest.mark.django_db

MALLORY = Origin("+17185550166", "+17185550100")
ANNA = Origin("+12125550142", "+17185550100")
WITHHELD = Origin(None, "+17185550100")
NOBODY = Origin()
UNKNOWN = PinRefused(PinRefusalReason.UNKNOWN_PIN)
WRONG = "000000000000"


def guess(times, origin, now, typed=WRONG):
    return [actions.check_pin(typed, origin=origin, now=now) for _ in range(times)]


def slowed(seconds: int) -> PinRefused:
    return PinRefused(PinRefusalReason.TOO_MANY_TRIES, seconds)


def test_five_misses_are_told_as_such_and_the_sixth_try_must_wait(issued, now):
    assert guess(5, MALLORY, now) == [UNKNOWN] * 5
    assert guess(2, MALLORY, now) == [slowed(30)] * 2


def test_the_right_pin_is_refused_like_a_wrong_one_while_its_source_is_slowed(issued, now):
    _, pin, _ = issued()
    guess(5, MALLORY, now)
    later = now + timedelta(seconds=10)
    assert actions.check_pin(pin, origin=MALLORY, now=later) == guess(1, MALLORY, later)[0] == slowed(20)
    assert Pin.objects.get().state == PinState.ISSUED


def test_the_right_pin_opens_from_elsewhere_and_after_the_wait(issued, now):
    serial, pin, account_id = issued()
    guess(5, MALLORY, now)
    assert actions.check_pin(pin, origin=ANNA, now=now) == PinAccepted(serial, account_id)
    later = now + timedelta(seconds=30)
    assert actions.check_pin(pin, origin=MALLORY, now=later) == PinAccepted(serial, account_id)


def test_the_wait_grows_with_every_miss(issued, now):
    waits = []
    guess(4, MALLORY, now)
    for _ in range(9):
        assert guess(1, MALLORY, now) == [UNKNOWN]
        waits.append(guess(1, MALLORY, now)[0].retry_after_seconds)
        now += timedelta(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_right_pin_in_between_does_not_make_the_misses_forgotten(issued, now):
    _, pin, _ = issued()
    guess(4, MALLORY, now)
    assert isinstance(actions.check_pin(pin, origin=MALLORY, now=now), PinAccepted)
    guess(1, MALLORY, now)
    assert guess(1, MALLORY, now) == [slowed(30)]


def test_misses_are_forgotten_after_quiet_minutes(issued, now):
    guess(4, MALLORY, now)
    later = now + timedelta(minutes=10)
    assert guess(5, MALLORY, later) == [UNKNOWN] * 5
    assert guess(1, MALLORY, later) == [slowed(30)]


def test_tries_while_slowed_do_not_count_so_an_impatient_caller_is_not_punished(issued, now):
    guess(5, MALLORY, now)
    guess(50, MALLORY, now)
    assert PinMissSource.objects.get().misses == 5


def test_a_number_is_one_source_however_it_is_written(issued, now):
    guess(3, Origin("+1 718 555-0166", "+17185550100"), now)
    guess(2, Origin("17185550166", "1 (718) 555-0100"), now)
    assert guess(1, MALLORY, now) == [slowed(30)]


def test_the_same_caller_at_another_access_number_is_another_source(issued, now):
    guess(5, MALLORY, now)
    assert guess(1, Origin(MALLORY.caller_number, "+13125550100"), now) == [UNKNOWN]


def test_a_caller_is_slowed_where_the_access_number_is_not_known(issued, now):
    guess(5, Origin("+17185550166"), now)
    assert guess(1, Origin("+17185550166"), now) == [slowed(30)]


def test_withheld_callers_at_one_access_number_are_slowed_later_and_shorter(issued, now):
    serial, pin, account_id = issued()
    assert guess(20, WITHHELD, now) == [UNKNOWN] * 20
    assert guess(1, Origin("anonymous", "+17185550100"), now) == [slowed(5)]
    assert actions.check_pin(pin, origin=ANNA, now=now) == PinAccepted(serial, account_id)
    for _ in range(20):
        wait = actions.check_pin(WRONG, origin=WITHHELD, now=now).retry_after_seconds or 0
        now += timedelta(seconds=wait)
        assert wait <= 60


def test_a_whole_switch_is_never_stopped(issued, now):
    serial, pin, account_id = issued()
    assert guess(200, NOBODY, now) == [UNKNOWN] * 200
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinAccepted(serial, account_id)
    assert not PinMissSource.objects.exists()


def test_what_is_no_pin_is_a_miss_too(issued, now):
    assert guess(5, MALLORY, now, typed="hello") == [UNKNOWN] * 5
    assert guess(1, MALLORY, now) == [slowed(30)]


def test_a_caller_who_never_misses_leaves_no_trace(issued, now):
    _, pin, _ = issued()
    actions.check_pin(pin, origin=ANNA, now=now)
    assert not PinMissSource.objects.exists()


def test_misses_are_deleted_when_no_rule_remembers_them(issued, now):
    guess(1, MALLORY, now)
    assert actions.forget_old_misses(now=now + timedelta(minutes=69)) == 0
    assert actions.forget_old_misses(now=now + timedelta(minutes=70)) == 1
    assert not PinMissSource.objects.exists()


def test_a_miss_stays_counted_when_the_callers_transaction_goes_on(issued, now):
    with transaction.atomic():
        assert guess(1, MALLORY, now) == [UNKNOWN]
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _ = 1 / 0
    assert PinMissSource.objects.get().misses == 1


def near(pin: str, count: int) -> list[str]:
    return [ending for ending in (f"{pin[:8]}{number:04d}" for number in range(count + 1)) if ending != pin][:count]


def test_ten_misses_that_begin_like_a_pin_block_it_wherever_they_come_from(issued, heard, now):
    serial, pin, _ = issued()
    for number, typed in enumerate(near(pin, 10)):
        actions.check_pin(typed, origin=Origin(f"+1718555{number:04d}"), now=now)
    info = queries.pin(serial)
    assert (info.state, info.blocked_at) == (PinState.BLOCKED, now)
    assert "10 misses" in info.block_reason
    assert actions.check_pin(pin, origin=ANNA, now=now) == PinRefused(PinRefusalReason.BLOCKED)
    assert heard() == [("minutes.pin.blocked", {"serial": serial})]


def test_nine_near_misses_and_any_number_of_far_ones_block_nothing(issued, now):
    serial, pin, account_id = issued()
    for typed in (*near(pin, 9), *([WRONG] * 30)):
        actions.check_pin(typed, origin=NOBODY, now=now)
    assert actions.check_pin(pin, origin=ANNA, now=now) == PinAccepted(serial, account_id)


def test_near_misses_of_another_day_do_not_add_up(issued, now):
    serial, pin, _ = issued()
    for number, typed in enumerate(near(pin, 18)):
        actions.check_pin(typed, origin=NOBODY, now=now + timedelta(hours=24 * (number // 9)))
    assert queries.pin(serial).state is PinState.ISSUED


def test_every_pin_that_begins_alike_is_concerned(chosen, issued, now):
    chosen("123456780001", "123456780002", "123456790001")
    serials = [issued()[0] for _ in range(3)]
    for typed in [f"12345678{number:04d}" for number in range(100, 110)]:
        actions.check_pin(typed, origin=NOBODY, now=now)
    assert [queries.pin(serial).state.value for serial in serials] == ["blocked", "blocked", "issued"]


def test_a_slowed_guesser_cannot_block_anybodys_pin(issued, now):
    serial, pin, _ = issued()
    for typed in near(pin, 100):
        actions.check_pin(typed, origin=MALLORY, now=now)
    assert queries.pin(serial).state is PinState.ISSUED


def test_a_customer_who_is_signed_in_is_slowed_like_a_caller_and_apart_from_others(issued, now):
    _, pin, _ = issued()
    here, there = Origin(customer_id=UUID(int=1)), Origin(customer_id=UUID(int=2))
    assert guess(5, here, now) == [UNKNOWN] * 5
    assert guess(1, here, now, typed=pin) == [slowed(30)]
    assert isinstance(guess(1, there, now, typed=pin)[0], PinAccepted)


def test_looking_at_a_card_is_no_use_of_it(issued, now):
    serial, pin, _ = issued()
    assert isinstance(actions.check_pin(pin, origin=ANNA, now=now, is_use=False), PinAccepted)
    assert queries.pin(serial).state is PinState.ISSUED


def test_who_mistyped_while_signed_in_is_forgotten_with_the_person(now):
    from crystalcall.minutes.pins.keeping_people import PinsKeeper
    from crystalcall.privacy.keepers import Erasing, NameKind, Person, Way

    guess(1, Origin(customer_id=UUID(int=1)), now)
    guess(1, MALLORY, now)
    person = Person().joined(NameKind.CUSTOMER, (UUID(int=1),))
    assert PinsKeeper().erase(person, Erasing(Way.DELETION, now)) == {"pin_misses": 1}
    assert PinMissSource.objects.count() == 1
