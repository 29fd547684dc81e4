from datetime import UTC, datetime, timedelta

import pytest

from crystalcall.jobs.clock import Lane, Sweep, is_due, run_due, run_one
from crystalcall.jobs.sweeps import SWEEPS

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Ran:
    """A sweep's function that remembers when it ran, and may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.at: list[datetime] = []
        self.fails = fails

    def __call__(self, now: datetime) -> int:
        self.at.append(now)
        if self.fails:
            raise RuntimeError("the gateway is on fire")
        return len(self.at)


def test_each_sweep_runs_at_its_own_pace():
    often, seldom = Ran(), Ran()
    sweeps = [Sweep("often", 10, often), Sweep("seldom", 60, seldom)]
    state = {}
    for second in range(120):
        state = run_due(NOON + timedelta(seconds=second), state, sweeps)
    assert (len(often.at), len(seldom.at)) == (12, 2)


def test_a_failing_sweep_is_logged_and_stops_nobody(caplog):
    failing, other = Ran(fails=True), Ran()
    sweeps = [Sweep("failing", 10, failing), Sweep("other", 10, other)]
    state = run_due(NOON, {}, sweeps)
    run_due(NOON + timedelta(seconds=10), state, sweeps)
    assert (len(failing.at), len(other.at)) == (2, 2)
    assert "sweep failing failed" in caplog.text
    assert "on fire" in caplog.text


def test_a_failing_sweep_waits_its_interval_like_any_other(caplog):
    failing = Ran(fails=True)
    sweeps = [Sweep("failing", 60, failing)]
    run_due(NOON + timedelta(seconds=1), run_due(NOON, {}, sweeps), sweeps)
    assert len(failing.at) == 1
    assert caplog.records


def test_a_clock_that_is_set_back_silences_nothing():
    sweep = Sweep("any", 3600, Ran())
    assert is_due(sweep, NOON - timedelta(days=1), {"any": NOON})


def test_a_state_is_never_changed_in_place():
    before = {}
    run_due(NOON, before, [Sweep("any", 1, Ran())])
    assert before == {}


def test_what_a_sweep_found_is_given_and_a_failure_is_none(caplog):
    assert run_one(Sweep("any", 1, Ran()), NOON) == 1
    assert run_one(Sweep("any", 1, Ran(fails=True)), NOON) is None
    assert caplog.records


def test_sweeps_have_names_of_their_own_and_sensible_intervals():
    names = [sweep.name for sweep in SWEEPS]
    assert len(names) == len(set(names))
    assert all(1 <= sweep.interval_seconds <= 3600 for sweep in SWEEPS)


@pytest.mark.parametrize("lane", [Lane.GATEWAY, Lane.MAIL])
def test_what_waits_for_the_network_has_a_lane_of_its_own(lane: Lane):
    assert any(sweep.lane is lane for sweep in SWEEPS)
