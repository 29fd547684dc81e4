"""A version of the policy waits ten full days after its announcement, and the program holds the operator to it."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction
from editions import add_version, change

from crystalcall.privacy import policy
from crystalcall.privacy.announcing.actions import announce, beat, open_store, withdraw
from crystalcall.privacy.policy import library
from crystalcall.privacy.policy.facts import seconds
from crystalcall.privacy.policy.models import PolicyFact
from crystalcall.privacy.policy.queries import history
from crystalcall.privacy.policy.values import Announced, FactKind, PolicyRefusal, Refused, Withdrawn
from crystalcall.privacy.register.models import RegisterEntry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def live_through(start: datetime, end: datetime) -> int:
    """Let the clock run from one moment to another, as the worker does; gives how many versions came into force."""
    brought, moment = 0, start
    while moment < end:
        brought += beat(moment)
        moment = min(moment + timedelta(minutes=30), end)
    return brought + beat(end)


@pytest.mark.clause("C20")
def test_the_first_version_is_in_force_from_the_first_day(now):
    assert policy.in_force(now).number == 1
    assert policy.announced(now) is None
    assert policy.current_number() == 1
    assert open_store(now=now)
    assert not open_store(now=now)
    assert policy.in_force(now).in_force_at == now
    (entry,) = RegisterEntry.objects.all()
    assert entry.kind == "policy_in_force"
    assert library.first().version.content_sha256 in entry.facts


@pytest.mark.clause("C20")
def test_a_version_comes_into_force_at_the_first_midnight_after_ten_full_days(second, now, frozen_clock):
    said = announce(None, now=now)
    assert said == Announced(2, now, datetime(2026, 11, 13, tzinfo=UTC))
    assert policy.in_force(now).number == 1
    assert policy.announced(now).number == 2
    assert policy.announced(now).announced_at == now
    assert live_through(now, said.due_at - timedelta(seconds=1)) == 0
    assert policy.in_force(said.due_at - timedelta(seconds=1)).number == 1
    assert beat(said.due_at) == 1
    frozen_clock.moment = said.due_at
    assert policy.in_force(said.due_at).number == 2
    assert policy.announced(said.due_at) is None
    assert policy.current_number() == 2
    assert beat(said.due_at + timedelta(minutes=1)) == 0


@pytest.mark.clause("C20")
@pytest.mark.parametrize("days", [0, 1, 5, 9, 10])
def test_a_sooner_day_is_refused_with_the_earliest_and_nothing_is_announced(second, now, days):
    refused = announce((now + days * DAY).date(), now=now)
    assert isinstance(refused, Refused)
    assert refused.reason is PolicyRefusal.TOO_SOON
    assert "2026-11-13" in refused.sentence
    assert policy.announced(now) is None
    assert not any(fact.kind is FactKind.ANNOUNCED for fact in history())
    assert not RegisterEntry.objects.filter(kind="policy_announced").exists()


@pytest.mark.clause("C20")
def test_a_later_day_is_kept_to(second, now):
    said = announce(date(2027, 1, 15), now=now)
    assert said.due_at == datetime(2027, 1, 15, tzinfo=UTC)
    assert live_through(now, datetime(2026, 11, 20, tzinfo=UTC)) == 0


def test_midnight_is_that_of_the_stores_zone_also_where_clocks_were_set_back_in_between(second, now, zone):
    zone("America/New_York")
    # Announced on October 25 at noon in New York; clocks go back on November 1, and ten days of 24 hours end at 11.
    at = datetime(2026, 10, 25, 16, 0, tzinfo=UTC)
    assert announce(None, now=at).due_at == datetime(2026, 11, 5, 5, 0, tzinfo=UTC)


def test_a_version_that_promises_a_longer_notice_gets_it(folder, now):
    change(add_version(folder, 2) / "practices.toml", "notice_days = 10", "notice_days = 30")
    assert announce(None, now=now).due_at == datetime(2026, 12, 3, tzinfo=UTC)


def test_the_notice_that_stands_today_counts_even_for_a_version_with_a_shorter_one(folder, now):
    change(folder / "0001" / "practices.toml", "notice_days = 10", "notice_days = 20")
    change(add_version(folder, 2) / "practices.toml", "notice_days = 20", "notice_days = 10")
    assert announce(None, now=now).due_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_without_a_newer_version_there_is_nothing_to_announce(folder, now):
    assert announce(None, now=now).reason is PolicyRefusal.NOTHING_NEW


def test_one_version_waits_at_a_time(second, now):
    announce(None, now=now)
    assert announce(date(2027, 1, 1), now=now + DAY).reason is PolicyRefusal.ONE_WAITS
    assert len([fact for fact in history() if fact.kind is FactKind.ANNOUNCED]) == 1


@pytest.mark.clause("C20")
def test_an_announcement_can_be_withdrawn_and_then_waits_anew(second, now):
    first = announce(None, now=now)
    assert withdraw(now=now + DAY) == Withdrawn(2)
    assert policy.announced(now + DAY) is None
    assert live_through(now + DAY, first.due_at + DAY) == 0
    again = announce(None, now=first.due_at + DAY)
    assert again.due_at == first.due_at + 11 * DAY
    assert withdraw(now=again.announced_at) == Withdrawn(2)
    assert withdraw(now=again.announced_at).reason is PolicyRefusal.NONE_WAITS


@pytest.mark.clause("C20")
def test_every_step_enters_the_register_with_the_hash_of_the_text(second, now):
    said = announce(None, now=now)
    withdraw(now=now + timedelta(minutes=30))
    said = announce(None, now=now + timedelta(hours=1))
    live_through(said.announced_at, said.due_at)
    kinds = list(RegisterEntry.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["policy_in_force", "policy_announced", "policy_withdrawn", "policy_announced", "policy_in_force"]
    last = RegisterEntry.objects.order_by("-sequence").first()
    assert policy.in_force(said.due_at).content_sha256 in last.facts


@pytest.mark.clause("C20")
def test_what_comes_into_force_is_what_was_announced_whatever_becomes_of_the_folder(second, now):
    said = announce(None, now=now)
    change(second / "policy.en.md", "we ask more often", "we ask all the time")
    assert live_through(now, said.due_at) == 1
    assert "we ask more often" in policy.in_force(said.due_at).text("en").clause("C06").text


@pytest.mark.clause("C20")
@pytest.mark.parametrize("kind", ["announced", "postponed", "in_force"])
def test_even_sql_by_hand_cannot_bring_a_version_into_force_early(now, kind):
    announced = seconds(now)
    row = {"version": 2, "kind": kind, "content_sha256": "0" * 64, "announced_seconds": announced}
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyFact.objects.create(**row, due_seconds=announced + 10 * 86_400 - 1, at_seconds=announced + 10 * 86_400)
    assert not PolicyFact.objects.exists()


def test_even_sql_by_hand_cannot_put_a_version_into_force_before_its_day(now):
    announced = seconds(now)
    row = {"version": 2, "kind": "in_force", "content_sha256": "0" * 64, "announced_seconds": announced}
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyFact.objects.create(**row, due_seconds=announced + 10 * 86_400, at_seconds=announced + 86_400)
    assert not PolicyFact.objects.exists()


@pytest.mark.parametrize("verb", ["UPDATE privacy_policyfact SET due_seconds = 0", "DELETE FROM privacy_policyfact"])
def test_what_happened_to_a_version_cannot_be_rewritten(now, verb):
    open_store(now=now)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)
    assert len(history()) == 1


@pytest.mark.clause("C20")
def test_the_words_of_a_version_stay_its_words_also_where_it_was_taken_back(second, now):
    announce(None, now=now)
    withdraw(now=now)
    change(second / "policy.en.md", "we ask more often", "we ask all the time")
    refused = announce(None, now=now)
    assert refused.reason is PolicyRefusal.OTHER_WORDS
    assert "Call this one 3: its folder is 0003." in refused.sentence
    second.rename(second.with_name("0003"))
    change(second.with_name("0003") / "practices.toml", "number = 2", "number = 3")
    assert announce(None, now=now).reason is PolicyRefusal.UNFIT
    change(second.with_name("0003") / "practices.toml", "since = 2", "since = 3")
    assert announce(None, now=now).number == 3
    assert [version.number for version in policy.all_versions(now)] == [1, 2, 3]
    assert policy.announced(now).follows == 1


def test_numbers_follow_one_another(second, now):
    second.rename(second.with_name("0003"))
    change(second.with_name("0003") / "practices.toml", "number = 2", "number = 3")
    assert announce(None, now=now).reason is PolicyRefusal.OTHER_NUMBER
    assert policy.announced(now) is None


def test_a_folder_with_the_new_version_alone_is_enough(second, now):
    announced_with_first = library.first().version
    shutil.rmtree(second.with_name("0001"))
    library._first.cache_clear()
    change(second / "practices.toml", '"price_notice", since = 2', '"price_notice", since = 1')
    assert announce(None, now=now).number == 2
    # The store opened with the program's own first version, since none lay there.
    assert policy.in_force(now).content_sha256 != announced_with_first.content_sha256
