"""Deadlines and states of requests about one's own data."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.privacy.requesting import (
    CLOSED,
    DENIALS,
    Extended,
    Moved,
    RequestReason,
    RequestState,
    Unmoved,
    UnmovedReason,
    expected_by,
    extend,
    is_late,
    move,
    target_by,
)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by the strategy
reasons = st.one_of(st.none(), st.sampled_from(RequestReason))


@given(moments)
def test_an_answer_is_due_within_the_shortest_legal_month_and_meant_within_three_days(received):
    assert received < target_by(received) < expected_by(received)
    assert expected_by(received) - received == timedelta(days=30)


@given(moments, st.timedeltas(timedelta(), timedelta(days=400)))
def test_an_extension_is_possible_once_and_only_in_the_first_month(received, later):
    now = received + later
    answer = extend(received, expected_by(received), now=now)
    if later <= timedelta(days=30):
        assert answer == Extended(received + timedelta(days=90))
        assert extend(received, answer.expected_by, now=now) == Unmoved(UnmovedReason.EXTENDED_BEFORE)
    else:
        assert answer == Unmoved(UnmovedReason.FIRST_MONTH_OVER)


@given(st.sampled_from(sorted(CLOSED)), st.sampled_from(RequestState), reasons)
def test_nothing_leaves_a_closed_state(state, to, reason):
    assert move(state, to, reason) == Unmoved(UnmovedReason.CLOSED)


@given(st.sampled_from(RequestState), st.sampled_from(RequestState), reasons)
def test_whatever_moves_has_the_reason_its_state_needs(state, to, reason):
    answer = move(state, to, reason)
    if isinstance(answer, Moved):
        assert state not in CLOSED
        assert answer.state is to
        assert (answer.state is RequestState.DENIED) == (answer.reason in DENIALS)


@pytest.mark.parametrize("state", [RequestState.OPEN, RequestState.IN_PROGRESS])
def test_a_refusal_without_a_reason_is_none(state):
    assert move(state, RequestState.DENIED) == Unmoved(UnmovedReason.NO_REASON)
    waiting = RequestReason.NEED_USER_VERIFICATION
    assert move(state, RequestState.DENIED, waiting) == Unmoved(UnmovedReason.WRONG_REASON)


@given(moments, st.sampled_from(RequestState))
def test_only_what_waits_can_be_late(received, state):
    late = is_late(state, expected_by(received), now=expected_by(received) + timedelta(seconds=1))
    assert late == (state not in CLOSED)
    assert not is_late(state, expected_by(received), now=expected_by(received))
