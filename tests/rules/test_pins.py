"""How PINs are read and guessing is slowed, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.pins import (
    CALLER_SLOWING,
    CONCERN_MISSES,
    CONCERN_WINDOW,
    PIN_COUNT,
    WITHHELD_SLOWING,
    PinRefusalReason,
    PinState,
    concern_blocks,
    concern_prefix,
    is_forgotten,
    next_concern_misses,
    next_misses,
    normalize,
    pin_from_draw,
    refusal_for,
    retry_after_seconds,
    wait_after,
)

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
SLOWINGS = st.sampled_from([CALLER_SLOWING, WITHHELD_SLOWING])


@pytest.mark.parametrize(
    "typed",
    [
        "123456789012",
        " 1234 5678 9012 ",
        "1234-5678-9012",
        "1234\u20135678\u20149012",
        "1234\u00a05678\u202f9012",
        "1234.5678.9012#",
        "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11\uff12",
        "١٢٣٤٥٦٧٨٩٠١٢",
        "1234\u200b5678\u200d9012\n",
    ],
)
def test_a_pin_is_read_however_it_is_written(typed):
    assert normalize(typed) == "123456789012"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "#",
        "12345678901",
        "1234567890123",
        "12345678901a",
        "1234+56789012",
        "12345678901²",
        "#123456789012",
        "1" * 5000,
    ],
)
def test_what_is_no_pin_is_not_read_as_one(typed):
    assert normalize(typed) is None


@given(st.text())
def test_reading_never_fails_and_gives_twelve_plain_digits_or_nothing(typed):
    read = normalize(typed)
    assert read is None or (len(read) == 12 and read.isascii() and read.isdigit())


@given(st.integers(0, PIN_COUNT - 1))
def test_every_draw_gives_a_different_pin_of_twelve_digits_without_a_leading_zero(draw):
    pin = pin_from_draw(draw)
    assert normalize(pin) == pin
    assert pin[0] != "0"
    assert int(pin) - draw == int(pin_from_draw(0))


@pytest.mark.parametrize("draw", [-1, PIN_COUNT])
def test_a_draw_outside_the_range_is_refused(draw):
    with pytest.raises(ValueError, match="a draw lies"):
        pin_from_draw(draw)


def test_a_miss_concerns_the_first_eight_digits():
    assert concern_prefix("123456789012") == "12345678"


def test_four_misses_cost_nothing_and_the_fifth_starts_a_doubling_wait():
    waits = [wait_after(misses, CALLER_SLOWING).total_seconds() for misses in range(9)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240]


def test_the_wait_has_a_longest_however_many_the_misses():
    assert wait_after(10**9, CALLER_SLOWING) == timedelta(hours=1)
    assert wait_after(10**9, WITHHELD_SLOWING) == timedelta(seconds=60)


@given(st.integers(0, 10**6), SLOWINGS)
def test_the_wait_never_falls_with_another_miss(misses, slowing):
    assert wait_after(misses, slowing) <= wait_after(misses + 1, slowing) <= slowing.longest_wait


@given(st.integers(0, 100), st.integers(-(10**6), 10**6), SLOWINGS)
def test_a_clock_that_jumps_never_makes_the_wait_longer(misses, seconds, slowing):
    left = retry_after_seconds(misses, NOW, NOW + timedelta(seconds=seconds), slowing)
    assert 0 <= left <= wait_after(misses, slowing).total_seconds()


def test_a_wait_is_told_in_whole_seconds_rounded_up():
    assert retry_after_seconds(5, NOW, NOW + timedelta(seconds=0.5), CALLER_SLOWING) == 30
    assert retry_after_seconds(5, NOW, NOW + timedelta(seconds=29.9), CALLER_SLOWING) == 1
    assert retry_after_seconds(5, NOW, NOW + timedelta(seconds=30), CALLER_SLOWING) == 0


def test_a_source_is_forgotten_ten_quiet_minutes_after_its_wait():
    quiet = timedelta(minutes=10)
    assert next_misses(4, NOW, NOW + quiet - timedelta(seconds=1), CALLER_SLOWING) == 5
    assert next_misses(4, NOW, NOW + quiet, CALLER_SLOWING) == 1
    assert not is_forgotten(5, NOW, NOW + quiet, CALLER_SLOWING)
    assert is_forgotten(5, NOW, NOW + quiet + timedelta(seconds=30), CALLER_SLOWING)


@given(st.integers(5, 60))
def test_who_misses_as_soon_as_allowed_gets_few_guesses_a_day(hours):
    misses, last, now, guesses = 0, NOW, NOW, 0
    while now < NOW + timedelta(hours=hours):
        misses = next_misses(misses, last, now, CALLER_SLOWING)
        last, guesses = now, guesses + 1
        now += timedelta(seconds=max(1, retry_after_seconds(misses, last, now, CALLER_SLOWING)))
    assert guesses <= 12 + hours


def test_ten_misses_within_a_day_block_and_a_new_day_starts_anew():
    misses, since = 0, None
    for hour in range(CONCERN_MISSES - 1):
        misses, since = next_concern_misses(misses, since, NOW + timedelta(hours=hour))
        assert not concern_blocks(misses)
    assert since == NOW
    assert concern_blocks(next_concern_misses(misses, since, NOW + timedelta(hours=23))[0])
    assert next_concern_misses(misses, since, NOW + CONCERN_WINDOW) == (1, NOW + CONCERN_WINDOW)


def test_only_blocked_and_expired_pins_are_refused_for_their_state():
    refused = {state: refusal_for(state) for state in PinState if refusal_for(state)}
    assert refused == {PinState.BLOCKED: PinRefusalReason.BLOCKED, PinState.EXPIRED: PinRefusalReason.EXPIRED}
