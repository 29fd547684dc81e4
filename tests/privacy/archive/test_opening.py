"""Opening: two officers together, with a reason, and nobody alone (C13)."""

import json
from datetime import timedelta
from uuid import uuid4

import pyrage
import pytest
from archive_scenery import CLASS, asked, entered
from officers_scenery import appoint, new_keys

from crystalcall.customers import seals
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.archive.actions import keep_archive, open_archive, put_away, request_opening
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot, ArchiveOpening
from crystalcall.privacy.archive.queries import openings
from crystalcall.privacy.archive.values import (
    Opened,
    OpeningRefusal,
    OpeningRefused,
    masked,
)
from crystalcall.privacy.authorities.actions import record_case, refuse_case, tell_due
from crystalcall.privacy.authorities.values import CaseKind, Instrument
from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveLotKey, ArchivePair, ArchiveWrap
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.officers.key_file import KeyFileError
from crystalcall.privacy.officers.models import Approval
from crystalcall.privacy.register.kinds import Book, EntryKind

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


def test_one_key_file_opens_nothing(sealed, officers):
    """Neither the outer officer nor the inner one gets at the key alone, in any order of layers."""
    for keys in officers.values():
        for wrap in ArchiveWrap.objects.all():
            try:
                content = keys.decrypt(bytes(wrap.wrapped))
            except KeyFileError:
                continue
            assert content.startswith(b"age-encryption.org/v1\n")
            with pytest.raises(KeyFileError):
                keys.decrypt(content)


def test_the_officer_who_asked_is_never_the_second(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now)
    refused = open_archive(wish.reference, officers["vera"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.SAME_OFFICER)
    assert Approval.objects.filter(subject_hash=ArchiveOpening.objects.get().subject_hash).count() == 1
    assert not entered(EntryKind.ARCHIVE_OPENED).exists()


def test_a_retired_officer_neither_asks_nor_opens_nor_is_opened_with(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now)
    retire_officer("vera", reason="left", now=now)
    assert asked(officers["vera"], subject, now) == OpeningRefused(OpeningRefusal.OFFICER_RETIRED)
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.OFFICER_RETIRED)
    second = asked(officers["igor"], subject, now)
    refused = open_archive(second.reference, officers["vera"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.OFFICER_RETIRED)
    assert not entered(EntryKind.ARCHIVE_OPENED).exists()


def test_keys_that_were_never_appointed_open_nothing_under_an_officers_name(sealed, officers, subject, now):
    forged = new_keys("igor")
    wish = asked(officers["vera"], subject, now)
    refused = open_archive(wish.reference, forged, now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.KEYS_OF_ANOTHER)
    assert asked(new_keys("mallory"), subject, now) == OpeningRefused(OpeningRefusal.OFFICER_UNKNOWN)


def test_nothing_opens_without_a_reason(sealed, officers, subject, now):
    assert asked(officers["vera"], subject, now, "  ") == OpeningRefused(OpeningRefusal.REASON_MISSING)
    assert not ArchiveOpening.objects.exists()
    assert not ArchiveHalf.objects.exists()


@pytest.mark.parametrize("change", ["lots", "expires_at", "case"])
def test_an_opening_that_was_altered_opens_nothing(sealed, officers, subject, now, change):
    wish = asked(officers["vera"], subject, now)
    altered = {"lots": [str(uuid4())], "expires_at": now + timedelta(days=90), "case": "X"}
    ArchiveOpening.objects.update(**{change: altered[change]})
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.ALTERED)
    assert Approval.objects.filter(subject_hash=ArchiveOpening.objects.get().subject_hash).count() == 1
    assert not entered(EntryKind.ARCHIVE_OPENED).exists()


def test_an_opening_without_the_first_officers_signature_opens_nothing(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now)
    forged = "0" * 64
    ArchiveOpening.objects.update(subject_hash=forged)
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.ALTERED)


def test_an_opening_is_over_after_a_week_and_the_first_step_is_taken_back(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now)
    late = now + timedelta(days=7)
    refused = open_archive(wish.reference, officers["igor"], now=late, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.OVER)
    keep_archive(late)
    assert not ArchiveHalf.objects.exists()
    [row] = ArchiveOpening.objects.all()
    assert row.sealed_reason is None
    assert openings(now=late) == ()


def test_values_that_were_shown_are_not_shown_again_and_masked_ones_can_be_looked_at_first(
    sealed, officers, subject, now
):
    wish = asked(officers["vera"], subject, now)
    assert isinstance(open_archive(wish.reference, officers["igor"], now=now, closing=False), Opened)
    assert isinstance(open_archive(wish.reference, officers["igor"], now=now, closing=True), Opened)
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.OVER)
    assert entered(EntryKind.ARCHIVE_OPENED).count() == 2
    assert not ArchiveHalf.objects.exists()
    assert masked("Anna Hale") == "A•••"


def test_an_opening_for_an_authority_is_veiled_until_the_silence_over_its_case_ends(sealed, officers, subject, now):
    silent = now + timedelta(days=30)
    letter = Instrument(
        "Court", "court order", "1", now.date(), "all", str(pyrage.x25519.Identity.generate().to_public())
    )
    case = record_case(CaseKind.ORDER, letter, "vera", gag_until=silent, now=now)
    wish = asked(officers["vera"], subject, now, case=case.reference)
    open_archive(wish.reference, officers["igor"], now=now, closing=True)
    [entry] = entered(EntryKind.ARCHIVE_OPENED)
    assert entry.book == Book.VEILED
    refuse_case(case.reference, "the court took it back", "vera", now=now)
    assert tell_due(now) == 0
    assert not entered(EntryKind.AUTHORITY_NOTICE).exists()
    assert tell_due(silent) == 1
    [notice] = entered(EntryKind.AUTHORITY_NOTICE)
    assert len(json.loads(notice.facts)["unveils"]) == 3  # recorded, opened, refused


def test_an_opening_for_a_case_that_nobody_knows_is_refused(sealed, officers, subject, now):
    assert asked(officers["vera"], subject, now, case="NOSUCH") == OpeningRefused(OpeningRefusal.UNKNOWN_CASE)
    assert not ArchiveHalf.objects.exists()


def test_an_officer_appointed_later_opens_nothing_that_was_sealed_before(sealed, officers, subject, now):
    late = new_keys("late")
    appoint("late", late.public, by=officers, now=now)
    assert asked(late, subject, now) == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    wish = asked(officers["vera"], subject, now)
    refused = open_archive(wish.reference, late, now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)


# --- nothing passes for another person's, field's, or time's --------------------------------------------------------


@pytest.fixture
def two(officers, subject, now):
    """Something is put away of two people in the same moment; an opening of both is asked for."""
    other = uuid4()
    for person, name in ((subject, "Anna Hale"), (other, "Boris Lind")):
        put_away(person, CLASS, {seals.NAME: name}, now=now, collected_under=1)
    wish = request_opening([subject, other], "claim 17", officers["vera"], now=now)
    return other, wish.reference


def opens(reference, officers, now):
    return open_archive(reference, officers["igor"], now=now, closing=True)


def stays_shut(reference, officers, now):
    with pytest.raises(SealBrokenError):
        opens(reference, officers, now)
    return not entered(EntryKind.ARCHIVE_OPENED).exists()


def test_each_person_has_a_pair_of_their_own_and_one_only(two, subject, now):
    other, _reference = two
    put_away(subject, CLASS, {seals.NAME: "Anna Orlov"}, now=now, collected_under=1)
    assert set(ArchivePair.objects.values_list("subject", flat=True)) == {subject, other}
    assert len(set(ArchivePair.objects.values_list("recipient", flat=True))) == 2
    assert ArchiveLotKey.objects.filter(subject=subject).count() == 2
    assert ArchiveWrap.objects.filter(subject=subject).count() == 6


def test_a_lot_moved_to_another_person_does_not_open(two, officers, subject, now):
    other, reference = two
    ArchiveLot.objects.filter(subject=other).update(subject=subject)
    assert stays_shut(reference, officers, now)


def test_a_lots_key_moved_to_another_lot_does_not_open(two, officers, subject, now):
    other, reference = two
    mine, theirs = (ArchiveLotKey.objects.get(subject=each) for each in (subject, other))
    ArchiveLotKey.objects.filter(pk=theirs.pk).update(wrapped=mine.wrapped)
    assert stays_shut(reference, officers, now)


def test_a_value_moved_to_another_persons_lot_does_not_open(two, officers, subject, now):
    other, reference = two
    mine = ArchivedValue.objects.get(lot__subject=subject)
    ArchivedValue.objects.filter(lot__subject=other).update(content=mine.content)
    assert stays_shut(reference, officers, now)


@pytest.mark.parametrize("change", ["field", "version", "class"])
def test_a_value_passed_for_another_field_time_or_class_does_not_open(sealed, officers, subject, now, change):
    wish = asked(officers["vera"], subject, now)
    if change == "class":
        ArchiveLot.objects.update(archive_class="another")
    else:
        value = ArchivedValue.objects.get(field=seals.NAME)
        altered = {"field": "customers.Customer.language", "version": 2}
        ArchivedValue.objects.filter(pk=value.pk).update(**{change: altered[change]})
    assert stays_shut(wish.reference, officers, now)


def test_another_persons_wraps_in_place_of_ones_own_open_nothing(two, officers, subject, now):
    other, _reference = two
    wish = asked(officers["vera"], subject, now)
    theirs = {row.second: row.half for row in ArchiveHalf.objects.filter(subject=other)}
    for half in ArchiveHalf.objects.filter(subject=subject):
        ArchiveHalf.objects.filter(pk=half.pk).update(half=theirs[half.second])
    assert stays_shut(wish.reference, officers, now)


def test_what_was_put_away_after_the_first_step_is_not_opened_with_it(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now)
    put_away(subject, CLASS, {seals.NAME: "Anna Orlov"}, now=now, collected_under=1)
    [lot] = opens(wish.reference, officers, now).lots
    assert lot.values[seals.NAME] == "Anna Hale"
