"""Whatever somebody does to the machine's clock, the moments by which calls are decided never go back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.minutes.calls.desk import figures
from crystalcall.minutes.calls.desk.moments import CORRECTION, DOUBT_SECONDS, SteadyClock

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


class Machine:
    """A machine whose clock a test sets."""

    def __init__(self) -> None:
        self.wall = START
        self.up_seconds = 1000.0
        self.clock = SteadyClock(lambda: self.wall, lambda: self.up_seconds)

    def run(self, seconds: float) -> datetime:
        """Time passes; gives the moment to decide by."""
        self.wall += timedelta(seconds=seconds)
        self.up_seconds += seconds
        return self.clock.now()

    def set(self, **jump: float) -> None:
        """Somebody sets the clock."""
        self.wall += timedelta(**jump)


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    assert machine.clock.now() == START
    return machine


def jumps(direction: str) -> float:
    return figures.CLOCK_JUMPS.labels(direction)._value.get()


def test_a_clock_that_runs_as_it_should_is_followed(machine):
    assert [machine.run(seconds) for seconds in (0.5, 0.0, 7.0)] == [
        START + timedelta(seconds=seconds) for seconds in (0.5, 0.5, 7.5)
    ]


def test_a_corrected_clock_is_followed_but_not_back(machine):
    machine.set(seconds=20)
    assert machine.run(1) == START + timedelta(seconds=21)
    machine.set(seconds=-20)
    assert machine.run(1) == START + timedelta(seconds=21)
    assert machine.run(30) == START + timedelta(seconds=32)


def test_a_leap_forward_for_a_moment_dates_nothing_in_the_future(machine, caplog):
    before = jumps("forward")
    machine.set(days=365)
    assert machine.run(1) == START + timedelta(seconds=1)
    assert machine.run(5) == START + timedelta(seconds=6)
    machine.set(days=-365)
    assert machine.run(1) == START + timedelta(seconds=7)
    assert [record.getMessage() for record in caplog.records] == [
        "the machine's clock jumped forward by 31536000 seconds"
    ]
    assert jumps("forward") == before + 1


def test_a_machine_that_slept_is_believed_once_the_new_time_has_lasted(machine):
    machine.set(hours=8)
    assert machine.run(1) == START + timedelta(seconds=1)
    assert machine.run(DOUBT_SECONDS) == START + timedelta(hours=8, seconds=1 + DOUBT_SECONDS)
    assert machine.run(1) == START + timedelta(hours=8, seconds=2 + DOUBT_SECONDS)


def test_after_a_leap_back_time_goes_on_at_half_its_pace_until_it_is_caught_up_with(machine, caplog):
    before = jumps("back")
    machine.set(hours=-1)
    assert machine.run(10) == START + timedelta(seconds=5)
    assert machine.run(10) == START + timedelta(seconds=10)
    assert jumps("back") == before + 1
    assert len(caplog.records) == 1
    for _ in range(400):
        machine.run(20)
    assert machine.clock.now() == machine.wall


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(-1e8, 1e8) | st.just(0.0) | st.floats(-100, 100)),
        min_size=1,
        max_size=40,
    )
)
def test_no_sequence_of_jumps_makes_a_moment_earlier_than_one_before(history):
    machine = Machine()
    said = [machine.clock.now()]
    for seconds, jump in history:
        machine.set(seconds=jump)
        said.append(machine.run(seconds))
    assert said == sorted(said)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-1e7, 1e7)), max_size=20))
def test_after_any_history_a_quiet_clock_is_followed_again(history):
    machine = Machine()
    for seconds, jump in history:
        machine.set(seconds=jump)
        machine.run(seconds)
    ahead = (machine.clock.now() - machine.wall).total_seconds()
    for _ in range(3):
        machine.run(max(DOUBT_SECONDS, 2 * abs(ahead)))
    assert abs(machine.clock.now() - machine.wall) <= CORRECTION
