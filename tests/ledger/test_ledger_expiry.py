"""Credit and minutes lapse by rule: after notice, by a transfer, and never from under a running call."""

from datetime import timedelta

import pytest

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.models import ExpiryNotice, LedgerAccount
from crystalcall.minutes.ledger.values import Balance, Expired, Lapse, Posting
from crystalcall.plumbing.models import Announcement
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000
NOTHING = Expired(0, 0, 0, 0)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def told(name: str) -> list[tuple[str, str]]:
    rows = Announcement.objects.filter(name=f"minutes.credit.{name}").order_by("pk")
    return [(row.payload["account"], row.payload["on"]) for row in rows]


def pass_time(now, until, step=1):
    """The clock's passes, day by day."""
    total = NOTHING
    while now <= until:
        actions.announce_expiring(now)
        one = actions.expire_due(now)
        total = Expired(
            total.credits + one.credits,
            total.credit_micros + one.credit_micros,
            total.allowances + one.allowances,
            total.allowance_seconds + one.allowance_seconds,
        )
        now += days(step)
    return total


@pytest.fixture(autouse=True)
def sound_books(db):
    """Whatever a test does, the books are in order afterwards."""
    yield
    assert queries.audit() == []


@pytest.fixture(autouse=True)
def all_facts_are_written(monkeypatch):
    """A fact that nobody listens to is not written; these tests listen."""
    from crystalcall.minutes.ledger.events import CreditExpired, CreditExpiring
    from crystalcall.plumbing import announcements

    heard = {name: list(entries) for name, entries in announcements._listeners.items()}
    monkeypatch.setattr(announcements, "_listeners", heard)
    for event in (CreditExpiring, CreditExpired):
        announcements.listen(event, "test", lambda _event: None)


def test_nothing_ever_lapses_unless_the_operator_says_so(funded, now):
    account = funded(DOLLAR)
    assert pass_time(now, now + days(4000), step=400) == NOTHING
    assert queries.expiries([account], now=now) == {}
    assert not ExpiryNotice.objects.exists()


def test_credit_lapses_on_its_day_after_one_notice(funded, now, settings_of_store):
    settings_of_store(credit_valid_days=100, expiry_notice_days=30)
    account = funded(DOLLAR)
    end = now + days(100)
    assert pass_time(now, now + days(68)) == NOTHING
    assert told("expiring") == []
    assert pass_time(now + days(69), now + days(99)) == NOTHING
    on = end.date().isoformat()
    assert told("expiring") == [(str(account), on)]
    assert queries.balance(account).available_micros == DOLLAR
    assert pass_time(end, end + days(40)) == Expired(1, DOLLAR, 0, 0)
    assert told("expired") == [(str(account), on)]
    assert queries.balance(account) == Balance(0, 0, 0)
    assert queries.balance(actions.system_account(AccountKind.BREAKAGE, now=now)).posted_micros == DOLLAR
    assert queries.lapses([account], end.date()) == (Lapse(account, "", DOLLAR, end, by_dormancy=False),)
    assert queries.lapses([account], end.date() + days(1)) == ()


def test_what_a_running_call_holds_lapses_only_when_it_returns(funded, revenue, now, settings_of_store):
    settings_of_store(credit_valid_days=100)
    account = funded(DOLLAR)
    end = now + days(100)
    pass_time(now + days(80), now + days(99))
    held = actions.reserve(account, 700_000, key="call:1", now=end - days(0.01)).reservation_id
    assert actions.expire_due(end) == Expired(1, 300_000, 0, 0)
    assert queries.balance(account) == Balance(700_000, 700_000, 0)
    actions.post_reservation(held, 200_000, credit_account_id=revenue, code="call.charge", now=end + days(0.01))
    assert actions.expire_due(end + days(0.02)) == Expired(1, 500_000, 0, 0)
    assert actions.expire_due(end + days(0.02)) == NOTHING
    assert queries.balance(revenue).posted_micros == 200_000


def test_a_top_up_in_time_saves_all_credit(funded, now, settings_of_store):
    settings_of_store(credit_valid_days=100)
    account = funded(DOLLAR)
    pass_time(now + days(80), now + days(90))
    actions.top_up(account, 1, key="top-up", now=now + days(95))
    assert pass_time(now + days(96), now + days(194)) == NOTHING
    assert pass_time(now + days(195), now + days(196)) == Expired(1, DOLLAR + 1, 0, 0)
    assert len(told("expiring")) == 2


def test_an_end_of_which_nobody_was_told_is_moved_by_the_whole_notice_time(funded, now, settings_of_store):
    settings_of_store(credit_valid_days=10, expiry_notice_days=30)
    account = funded(DOLLAR)
    late = now + days(50)
    assert actions.expire_due(late) == NOTHING
    assert actions.announce_expiring(late) == 1
    assert told("expiring") == [(str(account), (late + days(30)).date().isoformat())]
    assert queries.expiries([account], now=late)[account].due_at == late + days(30)
    assert pass_time(late, late + days(29)) == NOTHING
    assert pass_time(late + days(30), late + days(31)) == Expired(1, DOLLAR, 0, 0)


def test_dormant_credit_lapses_after_notice_and_any_use_begins_the_time_anew(funded, now, settings_of_store):
    settings_of_store(dormant_after_days=180, expiry_notice_days=30)
    account, other = funded(DOLLAR), funded(DOLLAR)
    assert pass_time(now + days(140), now + days(160)) == NOTHING
    assert len(told("expiring")) == 2
    used = now + days(165)
    actions.void_reservation(actions.reserve(account, 5, key="call:1", now=used).reservation_id, now=used)
    assert pass_time(now + days(161), now + days(200)) == Expired(1, DOLLAR, 0, 0)
    assert queries.balance(other).posted_micros == 0
    [lapse] = queries.lapses([account, other], (now + days(180)).date())
    assert (lapse.holder_id, lapse.by_dormancy) == (other, True)
    expiry = queries.expiries([account], now=now + days(200))[account]
    assert (expiry.due_at, expiry.by_dormancy) == (used + days(180), True)
    assert pass_time(now + days(201), now + days(350)) == Expired(1, DOLLAR, 0, 0)


def test_a_dormancy_rule_of_today_takes_nothing_by_surprise(funded, now, settings_of_store):
    account = funded(DOLLAR)
    late = now + days(3000)
    settings_of_store(dormant_after_days=180, expiry_notice_days=30)
    assert actions.expire_due(late) == NOTHING
    assert actions.announce_expiring(late) == 1
    assert actions.announce_expiring(late + days(1)) == 0
    assert actions.expire_due(late + days(29)) == NOTHING
    assert queries.balance(account).available_micros == DOLLAR
    assert actions.expire_due(late + days(30)) == Expired(1, DOLLAR, 0, 0)


def test_minutes_lapse_by_their_own_end_and_never_by_dormancy(funded, now, settings_of_store):
    settings_of_store(dormant_after_days=3000)
    card = funded(DOLLAR)
    bundle = actions.grant_allowance(card, "ru-*", 600, expires_at=now + days(30), key="b", now=now)
    actions.grant_allowance(card, "ua-*", 600, expires_at=None, key="c", now=now)
    assert pass_time(now, now + days(29)) == NOTHING
    assert told("expiring") == [(str(card), (now + days(30)).date().isoformat())]
    assert pass_time(now + days(30), now + days(60)) == Expired(0, 0, 1, 600)
    assert told("expired") == [(str(card), (now + days(30)).date().isoformat())]
    assert queries.balance(card).posted_micros == DOLLAR
    [lapse] = queries.lapses([card], (now + days(30)).date())
    assert (lapse.coverage, lapse.amount) == ("ru-*", 600)
    assert LedgerAccount.objects.get(pk=bundle).held == 0
    assert {line.kind: line.credits for line in queries.trial_balance()}["allowance_breakage"] == 600


def test_several_ends_of_one_card_on_one_day_are_told_once(funded, now):
    card = funded(DOLLAR)
    for key in ("b", "c"):
        actions.grant_allowance(card, "ru-*", 600, expires_at=now + days(20), key=key, now=now)
    assert actions.announce_expiring(now) == 2
    assert len(told("expiring")) == 1
    assert actions.expire_due(now + days(20)) == Expired(0, 0, 2, 1200)
    assert len(told("expired")) == 1


def test_credit_that_was_used_up_is_not_told_of(funded, revenue, now, settings_of_store):
    settings_of_store(credit_valid_days=10)
    account = funded(DOLLAR)
    actions.transfer(Posting(account, revenue, DOLLAR, "call.charge", "all"), now=now)
    assert pass_time(now, now + days(20)) == NOTHING
    assert told("expiring") == []


def test_more_accounts_than_one_page_takes_are_all_found(funded, now, settings_of_store, monkeypatch):
    from crystalcall.minutes.ledger import expiring

    monkeypatch.setattr(expiring, "AT_ONCE", 2)
    settings_of_store(credit_valid_days=10)
    accounts = [funded(DOLLAR) for _ in range(5)]
    assert actions.announce_expiring(now) == 5
    assert actions.expire_due(now + days(10)) == Expired(5, 5 * DOLLAR, 0, 0)
    assert {queries.balance(each).posted_micros for each in accounts} == {0}


def test_holds_that_nobody_spoke_of_return_and_calls_holds_stay(funded, now, monkeypatch):
    from crystalcall.minutes.ledger import expiring

    monkeypatch.setattr(expiring, "AT_ONCE", 2)
    account = funded(DOLLAR)
    for number in range(5):
        actions.reserve(account, 100, key=f"refund:{number}", now=now, expires_at=now + days(1))
    actions.reserve(account, 1000, key="call:1", now=now)
    kept = actions.reserve(account, 7, key="refund:later", now=now, expires_at=now + days(3)).reservation_id
    assert actions.expire_overdue_reservations(now) == 0
    assert actions.expire_overdue_reservations(now + days(2)) == 5
    assert actions.expire_overdue_reservations(now + days(2)) == 0
    assert queries.balance(account).held_micros == 1007
    assert queries.reservation(kept).state == "reserved"
