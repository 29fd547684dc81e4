"""How much one network address may try: in memory, for ten minutes, and nothing of it can be read back."""

import gc
from datetime import timedelta

import msgspec
import pytest

from crystalcall.plumbing import sources
from crystalcall.plumbing.sources import source_of

TRY, LINK = "wrong_try", "link"
MOST = 30


@pytest.fixture(autouse=True)
def no_source_is_remembered():
    sources.forget_all()
    yield
    sources.forget_all()


def fill(source, act, now, times):
    for _ in range(times):
        sources.count(source, act, MOST, now)


def test_a_source_waits_until_its_oldest_act_is_nine_minutes_old(now):
    fill("192.0.2.1", TRY, now, 1)
    later = now + timedelta(minutes=4)
    fill("192.0.2.1", TRY, later, 29)
    assert sources.wait_seconds("192.0.2.1", TRY, MOST, later) == 301
    assert sources.wait_seconds("192.0.2.1", TRY, MOST, later + timedelta(seconds=299)) == 2
    assert sources.wait_seconds("192.0.2.1", TRY, MOST, now + timedelta(minutes=9)) == 0


def test_acts_and_sources_are_counted_apart_and_nobody_unknown_waits(now):
    fill("192.0.2.1", TRY, now, 30)
    fill("", TRY, now, 100)
    assert sources.wait_seconds("192.0.2.1", TRY, MOST, now)
    assert not sources.wait_seconds("192.0.2.1", LINK, MOST, now)
    assert not sources.wait_seconds("192.0.2.2", TRY, MOST, now)
    assert not sources.wait_seconds("", TRY, MOST, now)


@pytest.mark.parametrize(
    ("one", "other", "are_the_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("a name", "a name", True),
    ],
)
def test_one_connection_is_one_source(now, one, other, are_the_same):
    fill(one, TRY, now, 30)
    assert bool(sources.wait_seconds(other, TRY, MOST, now)) is are_the_same


def test_after_ten_minutes_nothing_is_left_and_before_only_hashes_are(now, frozen_clock):
    fill("198.51.100.77", TRY, now, 5)
    kept = list(sources._seen)
    assert all(b"198.51.100.77" not in name for name in kept)
    assert not any(held == "198.51.100.77" for held in gc.get_referents(sources._seen))
    assert sources.REMEMBERED + timedelta(seconds=sources.SWEPT_EVERY_SECONDS) < timedelta(minutes=10)
    frozen_clock.advance(minutes=9)
    sources._sweep()
    assert not sources._seen
    assert not sources._sweepers


def test_a_flood_of_sources_does_not_fill_the_memory(now, monkeypatch):
    monkeypatch.setattr(sources, "MOST_SOURCES", 100)
    for number in range(1000):
        sources.count(f"198.51.{number // 256}.{number % 256}", TRY, MOST, now + timedelta(seconds=number))
    assert len(sources._seen) <= 100


def test_in_production_the_proxy_says_where_a_request_comes_from(rf, settings):
    request = rf.post("/", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.7"})
    assert source_of(request) == "127.0.0.1"
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, profile="production")
    assert source_of(request) == "203.0.113.7"
    assert source_of(rf.post("/")) == ""
    assert source_of(rf.post("/", headers={"x-forwarded-for": "no address"})) == ""
