"""Rewrapping: two officers who can open the archive give it to those who serve now, and nobody does it alone (C13)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from archive_scenery import CLASS, WHY, asked, entered
from officers_scenery import appoint, new_keys

from crystalcall.customers import seals
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.archive.actions import keep_archive, open_archive, put_away, request_rewrap, rewrap
from crystalcall.privacy.archive.models import ArchiveLot, ArchiveRewrap
from crystalcall.privacy.archive.queries import archive_standing, rewraps
from crystalcall.privacy.archive.values import (
    NotKept,
    NotKeptReason,
    Opened,
    OpeningRefusal,
    OpeningRefused,
    Rewrapped,
    RewrapView,
)
from crystalcall.privacy.holds.actions import place_hold
from crystalcall.privacy.holds.values import HoldReason
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.keys.models import ArchiveHalf, ArchivePair, ArchiveWrap
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.register.kinds import Book, EntryKind

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


class Bar:
    """What a progress bar is told."""

    def __init__(self) -> None:
        self.told = []

    def __call__(self, done, whole) -> None:
        self.told.append((done, whole))


@pytest.fixture
def late(sealed, officers, now):
    """Somebody appointed after the sealing; Nina has left."""
    keys = new_keys("late")
    appoint("late", keys.public, by=officers, now=now)
    retire_officer("nina", reason="left", now=now)
    return keys


def first_step(officers, now, *, by="vera", second="igor", reason=WHY):
    return request_rewrap(second, reason, officers[by], now=now, tell=Bar())


def second_step(reference, keys, now):
    return rewrap(reference, keys, now=now, tell=Bar())


def names_in_wraps():
    return {name for row in ArchiveWrap.objects.all() for name in (row.first, row.second)}


def test_after_two_steps_every_two_who_serve_open_what_was_sealed_before(late, officers, subject, now):
    standing = archive_standing()
    assert (standing.people, standing.lacking, standing.shut) == (1, 1, 0)
    wish = first_step(officers, now)
    assert isinstance(wish, RewrapView)
    assert [each.second for each in rewraps(now=now)] == ["igor"]
    done = second_step(wish.reference, officers["igor"], now)
    assert isinstance(done, Rewrapped)
    assert (done.people, done.left, done.given_up) == (1, 0, 0)
    assert archive_standing().lacking == 0
    for first, second in ((late, officers["vera"]), (officers["igor"], late)):
        opening = asked(first, subject, now)
        opened = open_archive(opening.reference, second, now=now, closing=True)
        assert isinstance(opened, Opened)
        assert opened.lots[0].values[seals.NAME] == "Anna Hale"


def test_whoever_left_is_in_no_wrap_any_more(late, officers, now):
    assert officers["nina"].public.fingerprint in names_in_wraps()
    second_step(first_step(officers, now).reference, officers["igor"], now)
    serving = {keys.public.fingerprint for keys in (officers["vera"], officers["igor"], late)}
    assert names_in_wraps() == serving
    assert ArchiveWrap.objects.count() == 6


def test_it_stands_in_the_register_before_the_first_key_is_touched_and_at_the_end(late, officers, now):
    wish = first_step(officers, now)
    assert not entered(EntryKind.ARCHIVE_REWRAPPED).exists()
    second_step(wish.reference, officers["igor"], now)
    lines = [(row.book, json.loads(row.facts)) for row in entered(EntryKind.ARCHIVE_REWRAPPED).order_by("sequence")]
    assert [facts["step"] for _book, facts in lines] == ["begun", "done"]
    assert {book for book, _facts in lines} == {Book.OPEN.value}
    for _book, facts in lines:
        assert set(facts["officers"]) == {officers[name].public.fingerprint for name in ("vera", "igor")}
        assert late.public.fingerprint in facts["for"]
        assert WHY not in json.dumps(facts)


def test_neither_the_first_nor_a_third_officer_does_the_second_step(late, officers, now):
    wish, before = first_step(officers, now), set(ArchiveWrap.objects.values_list("pk", flat=True))
    assert second_step(wish.reference, officers["vera"], now) == OpeningRefused(OpeningRefusal.SAME_OFFICER)
    assert second_step(wish.reference, late, now) == OpeningRefused(OpeningRefusal.NOT_THE_SECOND)
    forged = second_step(wish.reference, new_keys("igor"), now)
    assert forged == OpeningRefused(OpeningRefusal.KEYS_OF_ANOTHER)
    retired = second_step(wish.reference, officers["nina"], now)
    assert retired == OpeningRefused(OpeningRefusal.OFFICER_RETIRED)
    assert second_step("NOSUCH", officers["igor"], now) == OpeningRefused(OpeningRefusal.UNKNOWN_OPENING)
    assert set(ArchiveWrap.objects.values_list("pk", flat=True)) == before
    assert not entered(EntryKind.ARCHIVE_REWRAPPED).exists()


def test_the_first_step_needs_a_reason_a_second_officer_and_something_to_open(late, officers, now):
    for words, why in (
        ({"reason": " "}, OpeningRefusal.REASON_MISSING),
        ({"second": "nina"}, OpeningRefusal.SECOND_UNKNOWN),
        ({"second": "mallory"}, OpeningRefusal.SECOND_UNKNOWN),
        ({"second": "vera"}, OpeningRefusal.SAME_OFFICER),
        ({"second": "late"}, OpeningRefusal.NOT_FOR_THESE_OFFICERS),
        ({"by": "nina"}, OpeningRefusal.OFFICER_RETIRED),
    ):
        assert first_step(officers, now, **words) == OpeningRefused(why)
    refused = request_rewrap("igor", WHY, late, now=now, tell=Bar())
    assert refused == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    assert not ArchiveRewrap.objects.exists()
    assert not ArchiveHalf.objects.exists()


def test_what_waits_for_the_second_step_opens_for_no_other_key(late, officers, now):
    first_step(officers, now)
    [half] = ArchiveHalf.objects.all()
    assert bytes(half.half).startswith(b"age-encryption.org/v1\n")
    assert b"AGE-SECRET-KEY" in officers["igor"].decrypt(bytes(half.half))


def test_should_an_officer_come_between_the_steps_nothing_is_given_to_anybody(late, officers, now):
    wish = first_step(officers, now)
    appoint("later", new_keys("later").public, by=officers, now=now)
    assert second_step(wish.reference, officers["igor"], now) == OpeningRefused(OpeningRefusal.ALTERED)
    assert archive_standing().lacking == 1


@pytest.mark.parametrize("change", ["officers", "expires_at", "second", "subject_hash"])
def test_a_rewrap_that_was_altered_gives_nothing_to_anybody(late, officers, now, change):
    wish = first_step(officers, now)
    altered = {
        "officers": [late.public.fingerprint],
        "expires_at": now + timedelta(days=90),
        "second": late.public.fingerprint,
        "subject_hash": "0" * 64,
    }
    ArchiveRewrap.objects.update(**{change: altered[change]})
    keys = late if change == "second" else officers["igor"]
    assert second_step(wish.reference, keys, now) == OpeningRefused(OpeningRefusal.ALTERED)
    assert not entered(EntryKind.ARCHIVE_REWRAPPED).exists()


def test_it_is_over_after_a_day_and_the_first_step_is_taken_back(late, officers, now):
    wish, after = first_step(officers, now), now + timedelta(days=1)
    assert second_step(wish.reference, officers["igor"], after) == OpeningRefused(OpeningRefusal.OVER)
    keep_archive(after)
    assert not ArchiveHalf.objects.exists()
    [row] = ArchiveRewrap.objects.all()
    assert row.sealed_reason is None
    assert rewraps(now=after) == ()


def test_a_run_that_died_in_the_middle_is_run_again(late, officers, subject, now, monkeypatch):
    other = uuid4()
    put_away(other, CLASS, {seals.NAME: "Boris Lind"}, now=now, collected_under=1)
    wish, bar = first_step(officers, now), Bar()

    def killed(done, whole) -> None:
        bar(done, whole)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rewrap(wish.reference, officers["igor"], now=now, tell=killed)
    assert bar.told == [(1, 2)]
    assert ArchiveHalf.objects.count() == 1
    done = second_step(wish.reference, officers["igor"], now)
    assert isinstance(done, Rewrapped)
    assert archive_standing().lacking == 0
    assert not ArchiveHalf.objects.exists()


def test_a_half_that_was_exchanged_stops_it(late, officers, subject, now):
    other = uuid4()
    put_away(other, CLASS, {seals.NAME: "Boris Lind"}, now=now, collected_under=1)
    wish = first_step(officers, now)
    mine = ArchiveHalf.objects.get(subject=subject)
    ArchiveHalf.objects.filter(subject=other).update(half=mine.half)
    with pytest.raises(SealBrokenError):
        second_step(wish.reference, officers["igor"], now)


def test_what_opens_for_no_two_who_serve_takes_nothing_more_and_is_given_up_unless_held(officers, now):
    gone, held = uuid4(), uuid4()
    for subject in (gone, held):
        put_away(subject, CLASS, {seals.NAME: "Anna Hale"}, now=now, collected_under=1)
    ArchiveWrap.objects.exclude(first=officers["nina"].public.fingerprint).delete()
    retire_officer("nina", reason="left", now=now)
    refused = put_away(gone, CLASS, {seals.NAME: "Anna Orlov"}, now=now, collected_under=1)
    assert refused == NotKept(NotKeptReason.OPENS_FOR_NOBODY)
    assert archive_standing().shut == 2
    put_away(uuid4(), CLASS, {seals.NAME: "Boris Lind"}, now=now, collected_under=1)
    person = Person().joined(NameKind.CUSTOMER, [held])
    place_hold(person, HoldReason.LITIGATION, until=now + timedelta(days=30), by="f" * 32, note="claim", now=now)
    done = second_step(first_step(officers, now).reference, officers["igor"], now)
    assert (done.people, done.given_up) == (1, 1)
    assert not ArchivePair.objects.filter(pk=gone).exists()
    assert not ArchiveLot.objects.filter(subject=gone).exists()
    assert ArchiveWrap.objects.filter(subject=held).exists()
