"""A clock that runs backwards or jumps is refused, and no lie about time makes a notice shorter."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from officers_scenery import new_keys

from crystalcall.plumbing.settings import SettingsError
from crystalcall.plumbing.starting import refuse_broken_database
from crystalcall.privacy import policy
from crystalcall.privacy.announcing.actions import announce, beat, explain_clock
from crystalcall.privacy.announcing.checks import clock_check
from crystalcall.privacy.announcing.proof import explanation
from crystalcall.privacy.officers.actions import add_officer
from crystalcall.privacy.officers.key_file import is_signed
from crystalcall.privacy.officers.queries import approval_message
from crystalcall.privacy.policy.known import known_until
from crystalcall.privacy.policy.queries import history
from crystalcall.privacy.policy.values import Explained, FactKind, PolicyRefusal
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.queries import secret_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def olga(now):
    """The keys of Olga, who is an officer of the shop."""
    keys = new_keys("olga")
    add_officer("olga", keys.public, now=now)
    return keys


def test_before_anything_is_known_every_clock_is_right():
    assert clock_check() == []


@pytest.mark.clause("C20")
def test_a_start_before_a_moment_that_was_already_is_refused_with_a_sentence(now, frozen_clock):
    beat(now)
    frozen_clock.moment = now - timedelta(hours=1)
    (error,) = clock_check()
    assert "2026-11-02 14:00 UTC" in error.msg
    assert "2026-11-02 15:00 UTC" in error.msg
    assert "policy agree-clock" in error.msg


def test_clocks_of_several_machines_may_differ_a_little(now, frozen_clock):
    beat(now)
    frozen_clock.moment = now - timedelta(minutes=4)
    assert clock_check() == []
    assert beat(frozen_clock.moment) == 0
    assert known_until() == now


def test_standing_still_for_weeks_is_nothing_while_no_version_waits(now, frozen_clock):
    beat(now)
    frozen_clock.advance(days=40)
    assert clock_check() == []
    assert beat(frozen_clock.moment) == 0
    assert known_until() == frozen_clock.moment


@pytest.mark.clause("C20")
def test_a_start_after_a_jump_is_refused_while_a_version_waits(second, now, frozen_clock):
    announce(None, now=now)
    frozen_clock.advance(days=11)
    (error,) = clock_check()
    assert "went from 2026-11-02 15:00 to 2026-11-13 15:00 UTC" in error.msg


@pytest.mark.clause("C20")
def test_a_clock_set_forward_while_the_program_runs_brings_nothing_into_force_early(second, now):
    due_at = announce(None, now=now).due_at
    jumped = now + 11 * DAY
    assert beat(jumped) == 0
    assert policy.in_force(jumped).number == 1
    assert policy.announced(jumped).due_at == due_at + 11 * DAY
    assert [fact.kind for fact in history()][-1] is FactKind.POSTPONED
    assert RegisterEntry.objects.filter(kind="policy_postponed").count() == 1


def test_a_restart_of_less_than_an_hour_postpones_nothing(second, now):
    due_at = announce(None, now=now).due_at
    beat(now + timedelta(minutes=59))
    assert policy.announced(now + DAY).due_at == due_at


@pytest.mark.clause("C20")
def test_an_officer_explains_a_jump_which_enters_the_register_and_lengthens_the_notice(second, now, frozen_clock, olga):
    due_at = announce(None, now=now).due_at
    later = frozen_clock.advance(days=3)
    explained = explain_clock(olga, "The machine was moved to another town.", now=later)
    assert explained == Explained(now, due_at + 3 * DAY)
    assert clock_check() == []
    entry = RegisterEntry.objects.get(kind="clock_explained")
    assert "olga" not in entry.facts
    assert "another town" not in entry.facts
    told, beside = json.loads(entry.facts), secret_of(entry.hash)
    assert told["officer"] == olga.public.fingerprint
    assert told["statement"] == explanation(now=later, known_until=now, **beside)
    message = approval_message(told["statement"])
    assert is_signed(olga.public.verify_key, message, bytes.fromhex(told["signature"]))


@pytest.mark.clause("C20")
def test_while_an_officer_stands_nobody_explains_a_clock_without_signing(second, now, frozen_clock, olga):
    announce(None, now=now)
    later = frozen_clock.advance(days=3)
    assert explain_clock(None, "I say so.", now=later).reason is PolicyRefusal.UNSIGNED
    assert explain_clock(new_keys("olga"), "I have her name.", now=later).reason is PolicyRefusal.NO_OFFICER
    assert explain_clock(new_keys("mallory"), "I am new.", now=later).reason is PolicyRefusal.NO_OFFICER
    assert explain_clock(olga, "  ", now=later).reason is PolicyRefusal.NO_REASON
    assert not RegisterEntry.objects.filter(kind="clock_explained").exists()
    assert clock_check()
    assert known_until() == now


def test_a_shop_without_any_officer_explains_unsigned_and_the_register_says_so(second, now, frozen_clock):
    announce(None, now=now)
    explained = explain_clock(None, "Nobody is appointed yet.", now=frozen_clock.advance(days=3))
    assert isinstance(explained, Explained)
    told = json.loads(RegisterEntry.objects.get(kind="clock_explained").facts)
    assert (told["officer"], told["signature"]) == (None, "unsigned-no-officer-stands")


def test_a_clock_that_was_wrong_and_is_right_again_is_explained_too(now, frozen_clock, olga):
    beat(now + 30 * DAY)
    assert clock_check()
    assert explain_clock(olga, "The battery of the clock was empty.", now=now) == Explained(now + 30 * DAY, None)
    assert clock_check() == []
    assert known_until() == now


def test_a_clock_that_agrees_needs_no_explanation(now, olga):
    beat(now)
    refused = explain_clock(olga, "None.", now=now + timedelta(minutes=1))
    assert refused.reason is PolicyRefusal.CLOCK_AGREES
    assert not RegisterEntry.objects.filter(kind="clock_explained").exists()


@pytest.mark.clause("C20")
def test_nothing_is_announced_with_a_clock_that_was_set_back(second, now):
    beat(now)
    refused = announce(None, now=now - 11 * DAY)
    assert refused.reason is PolicyRefusal.CLOCK_UNEXPLAINED
    assert policy.announced(now) is None


def test_a_beat_with_a_clock_that_was_set_back_changes_nothing(second, now, caplog):
    announce(None, now=now)
    assert beat(now - DAY) == 0
    assert known_until() == now
    assert "already knew" in caplog.text


def test_days_missed_are_added_up(second, now):
    announce(None, now=now)
    moment = now
    for _ in range(3):
        moment += timedelta(hours=30)
        beat(moment)
    assert policy.announced(moment).due_at == datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.clause("C20")
def test_a_process_that_serves_does_not_start_with_a_clock_that_lies(now, frozen_clock):
    refuse_broken_database()
    beat(now)
    frozen_clock.moment = now - timedelta(days=1)
    with pytest.raises(SettingsError, match=r"already knew 2026-11-02 15:00 UTC.*agree-clock"):
        refuse_broken_database()
