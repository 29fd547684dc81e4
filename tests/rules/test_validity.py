"""When credit ends: never without the operator's rule, never without notice, and a top-up only ever lengthens it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.validity import (
    End,
    Told,
    ValidityRule,
    end_after_top_up,
    end_of,
    later_end,
    promised_end,
    tell_until,
    untold_end,
)

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
NEVER = ValidityRule()
YEAR = ValidityRule(valid_days=365)
IDLE = ValidityRule(dormant_days=180, notice_days=30)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_credit_lasts_for_ever_unless_the_operator_says_otherwise():
    assert promised_end(NOW, NEVER) is None
    assert end_of(None, NOW - days(5000), None, NOW, NEVER) is None


def test_a_promised_end_is_counted_from_the_purchase_and_kept_whatever_the_rule_becomes():
    end = promised_end(NOW, YEAR)
    assert end == NOW + days(365)
    for rule in (NEVER, YEAR, ValidityRule(valid_days=1)):
        assert end_of(end, NOW, None, NOW, rule) == End(NOW + days(365), by_dormancy=False)


def test_the_first_of_two_ends_counts():
    both = ValidityRule(valid_days=365, dormant_days=180, notice_days=30)
    assert end_of(NOW + days(365), NOW, None, NOW, both) == End(NOW + days(180), by_dormancy=True)
    assert end_of(NOW + days(100), NOW, None, NOW, both) == End(NOW + days(100), by_dormancy=False)


def test_dormancy_counts_from_the_last_use():
    assert end_of(None, NOW, None, NOW + days(10), IDLE) == End(NOW + days(180), by_dormancy=True)


def test_dormancy_that_nobody_was_told_of_leaves_the_whole_notice_time_first():
    long_ago = NOW - days(400)
    assert end_of(None, long_ago, None, NOW, IDLE) == End(NOW + days(30), by_dormancy=True)
    told = Told(NOW, NOW + days(30))
    assert end_of(None, long_ago, told, NOW + days(29), IDLE) == End(NOW + days(30), by_dormancy=True)


def test_a_use_after_the_notice_makes_it_void():
    told = Told(NOW - days(20), NOW + days(10))
    used = NOW - days(1)
    assert end_of(None, used, told, NOW, IDLE) == End(used + days(180), by_dormancy=True)


def test_a_top_up_lengthens_and_never_ends_what_was_for_ever():
    assert end_after_top_up(NOW + days(10), NOW, YEAR) == NOW + days(365)
    assert end_after_top_up(NOW + days(400), NOW, YEAR) == NOW + days(400)
    assert end_after_top_up(None, NOW, YEAR) is None
    assert end_after_top_up(NOW + days(10), NOW, NEVER) is None


def test_never_is_later_than_any_end():
    assert later_end(None, NOW) is None
    assert later_end(NOW, None) is None
    assert later_end(NOW, NOW + days(1)) == NOW + days(1)


def test_an_end_that_came_untold_is_moved_and_any_other_is_kept():
    rule = ValidityRule(notice_days=30)
    assert untold_end(NOW, NOW, rule) == NOW + days(30)
    assert untold_end(NOW - days(100), NOW, rule) == NOW + days(30)
    assert untold_end(NOW + days(1), NOW, rule) == NOW + days(1)


moments = st.integers(-2000, 2000).map(lambda hours: NOW + timedelta(hours=hours))
rules = st.builds(ValidityRule, st.integers(0, 100), st.integers(0, 100), st.integers(1, 60))


@given(moments, moments, rules)
def test_dormancy_never_ends_credit_at_the_moment_its_holder_is_told(used, now, rule):
    end = end_of(None, used, None, now, rule)
    assert end is None or (end.at >= now + days(rule.notice_days) and end.at >= used + days(rule.dormant_days))


@given(moments, moments, rules)
def test_what_was_told_stays_true_while_nobody_uses_the_credit(used, now, rule):
    end = end_of(None, used, None, now, rule)
    if end is None or used > now:
        return
    for later in (now, now + days(3), end.at, end.at + days(50)):
        assert end_of(None, used, Told(now, end.at), later, rule) == end


@given(moments, rules)
def test_whoever_is_told_in_time_has_the_whole_notice_and_at_most_a_day_more(now, rule):
    assert days(rule.notice_days) < tell_until(now, rule) - now <= days(rule.notice_days + 1)


@pytest.mark.parametrize("rule", [NEVER, YEAR, IDLE])
def test_a_top_up_is_never_worse_than_none(rule):
    for end in (None, NOW - days(1), NOW + days(1000)):
        topped = end_after_top_up(end, NOW, rule)
        assert topped is None or (end is not None and topped >= end)
