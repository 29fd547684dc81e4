"""Minutes that were bought for a country come first, those that expire first before the others, and then the money."""

from datetime import timedelta

import pytest
from call_scenery import DOLLAR, MEXICO, MOSCOW, TANDEM, SwitchWords, make_card, pay_in

from crystalcall.minutes.calls import queries
from crystalcall.minutes.calls.actions import sweep_silent_calls
from crystalcall.minutes.calls.engine import HOLD_SLACK
from crystalcall.minutes.calls.models import CallRecord
from crystalcall.minutes.calls.values import Ended, Extended, Granted, Notice, NoticeKind, Refused
from crystalcall.minutes.ledger.actions import grant_allowance
from crystalcall.minutes.ledger.models import LedgerAccount
from crystalcall.minutes.ledger.queries import allowances
from crystalcall.minutes.limits.actions import change_limits
from crystalcall.rules.calls import RefusalReason

pytestmark = pytest.mark.django_db
MOBILE = "+7 916 123-45-67"


@pytest.fixture
def give(card, now):
    """Gives Anna's card minutes."""

    def give_minutes(minutes: int, coverage: str = "ru-landline", *, days: int | None = 90):
        ends = None if days is None else now + timedelta(days=days)
        key = f"test:{coverage}:{days}"
        return grant_allowance(card.account_id, coverage, 60 * minutes, expires_at=ends, key=key, now=now)

    return give_minutes


def left(card, now) -> dict[str, tuple[int, int]]:
    """The card's seconds by coverage: available and held."""
    return {
        bundle.coverage: (bundle.available_seconds, bundle.held_seconds)
        for bundle in allowances(card.account_id, now=now)
    }


def test_minutes_lengthen_a_call_beyond_the_money_and_are_used_first(switch, card, give, now, books):
    give(30)
    granted = switch.authorize()
    assert (granted.granted_seconds, granted.allowance_seconds) == (1800 + 6000, 1800)
    assert left(card, now) == {"ru-landline": (0, 1800)}
    assert card.held_micros == 10 * DOLLAR
    assert switch.end(600) == Ended(0, 600, 10 * DOLLAR, allowance_seconds=600)
    assert left(card, now) == {"ru-landline": (1200, 0)}
    books()


def test_what_the_minutes_do_not_cover_is_paid_with_money(switch, card, give, now, books):
    give(5)
    switch.authorize()
    assert switch.end(360) == Ended(100_000, 360, 9_900_000, allowance_seconds=300)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.allowance_seconds, proof.billable_seconds, proof.charge_micros) == (300, 360, 100_000)
    assert [(part.seconds, part.paid_by_allowance) for part in proof.parts] == [(300, True), (60, False)]
    assert left(card, now) == {}
    books()


def test_the_minutes_that_expire_first_are_used_first(switch, card, give, now, books):
    late, soon = give(10, "ru-*", days=300), give(2, days=60)
    granted = switch.authorize(slice_seconds=240)
    assert granted.allowance_seconds == 240
    assert switch.end(200).allowance_seconds == 240
    used = {row.pk: row.debits_posted for row in LedgerAccount.objects.filter(kind="customer_allowance")}
    assert used == {soon: 120, late: 120}
    assert CallRecord.objects.get().allowances.count('"seconds":120') == 2
    books()


def test_minutes_serve_only_the_lines_they_were_bought_for(switch, card, give, now):
    give(30, "ru-mobile")
    give(30, "mx-*")
    granted = switch.authorize()
    assert (granted.granted_seconds, granted.allowance_seconds) == (6000, 0)
    switch.end(0)
    words = SwitchWords(card, now, "call-2")
    assert words.authorize(called_number=MOBILE).allowance_seconds == 1800
    words.end(0)
    assert SwitchWords(card, now, "call-3").authorize(called_number=MEXICO).allowance_seconds == 1800


def test_expired_minutes_serve_no_call(switch, give, now):
    give(30, days=1)
    switch.now = now + timedelta(days=1)
    assert switch.authorize().allowance_seconds == 0


def test_a_card_without_credit_calls_for_as_long_as_its_minutes_last(deck, now, books):
    card = make_card(0, now)
    grant_allowance(card.account_id, "ru-landline", 120, expires_at=None, key="test", now=now)
    switch = SwitchWords(card, now)
    assert switch.authorize().granted_seconds == 120
    switch.answer()
    assert switch.extend(1, 100) == Extended(120)
    assert switch.end(130) == Ended(0, 120, 0, allowance_seconds=120)
    (proof,) = queries.calls_of_account(card.account_id)
    assert (proof.overrun_seconds, proof.overrun_micros) == (10, 100_000)
    assert SwitchWords(card, now, "call-2").authorize() == Refused(RefusalReason.NO_CREDIT)
    books()


def test_minutes_given_during_a_call_lengthen_it_at_its_next_extension(switch, card, give, now, books):
    switch.authorize()
    switch.answer()
    assert switch.extend(1, 60) == Extended(6000)
    give(10)
    assert switch.extend(2, 120) == Extended(6600)
    assert left(card, now) == {"ru-landline": (0, 600)}
    assert switch.end(660) == Ended(100_000, 660, 9_900_000, allowance_seconds=600)
    books()


def test_an_extension_of_a_call_with_minutes_takes_up_the_money_of_a_top_up(switch, card, give, now, books):
    give(10)
    assert switch.authorize(slice_seconds=300).allowance_seconds == 300
    switch.answer()
    assert switch.extend(1, 290) == Extended(600)
    assert left(card, now) == {"ru-landline": (0, 600)}
    assert card.held_micros == 0
    assert switch.extend(2, 590) == Extended(900)
    assert card.held_micros == 500_000
    pay_in(card.account_id, 1, now)
    assert switch.end(900) == Ended(500_000, 900, 10_500_000, allowance_seconds=600)
    books()


def test_a_call_that_nobody_answered_gives_its_minutes_back(switch, card, give, now, books):
    give(10)
    switch.authorize()
    assert switch.end(0, "busy") == Ended(0, 0, 10 * DOLLAR)
    assert left(card, now) == {"ru-landline": (600, 0)}
    books()


def test_the_sweep_settles_minutes_by_the_last_word_too(switch, card, give, now, books):
    give(10)
    switch.authorize()
    switch.extend(1, 61)
    later = now + timedelta(seconds=6600) + HOLD_SLACK
    assert sweep_silent_calls(later).settled == 1
    assert left(card, now) == {"ru-landline": (480, 0)}
    books()


def test_two_calls_of_a_card_never_hold_the_same_minutes(card, give, now, books):
    change_limits(card.account_id, {"max_calls": 2}, now=now)
    give(10)
    first, second = SwitchWords(card, now, "a"), SwitchWords(card, now, "b")
    assert first.authorize(slice_seconds=400).allowance_seconds == 420
    granted = second.authorize(called_number=MOSCOW)
    assert (granted.allowance_seconds, left(card, now)["ru-landline"][0]) == (180, 0)
    first.end(400)
    second.end(180)
    assert left(card, now) == {}
    books()


def test_a_repeated_grant_tells_of_its_minutes_again(switch, give):
    give(10)
    assert switch.authorize() == switch.authorize()


def test_the_caller_hears_what_expires_soon_and_that_the_credit_runs_low(deck, now):
    card = make_card(0.50, now)
    soon = now + timedelta(days=3)
    grant_allowance(card.account_id, "mx-landline", 60, expires_at=soon, key="test", now=now)
    switch = SwitchWords(card, now)
    granted = switch.authorize(called_number=MEXICO)
    assert isinstance(granted, Granted)
    assert granted.notices == (Notice(NoticeKind.MINUTES_EXPIRE, 60, soon),)
    assert switch.authorize(called_number=MEXICO) == granted
    switch.end(0)
    LedgerAccount.objects.filter(pk=card.account_id).update(expires_at=soon)
    assert SwitchWords(card, now, "call-2").authorize().notices == (
        Notice(NoticeKind.CREDIT_EXPIRES, 500_000, soon),
        Notice(NoticeKind.LOW_BALANCE, 500_000),
    )
    assert queries.call(TANDEM, "call-2") is not None
