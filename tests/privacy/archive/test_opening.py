"""Opening: two officers together, with a reason, and nobody alone (C13)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from archive_scenery import asked, entered

from crystalcall.privacy.archive.actions import (
    keep_archive,
    open_archive,
)
from crystalcall.privacy.archive.models import ArchiveLot, ArchiveOpening
from crystalcall.privacy.archive.queries import openings
from crystalcall.privacy.archive.values import (
    Opened,
    OpeningRefusal,
    OpeningRefused,
    masked,
)
from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveWrap
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
    assert Approval.objects.count() == 1
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
    from officers_scenery import new_keys

    forged = new_keys("igor")
    wish = asked(officers["vera"], subject, now)
    refused = open_archive(wish.reference, forged, now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.KEYS_OF_ANOTHER)
    assert asked(new_keys("mallory"), subject, now) == OpeningRefused(OpeningRefusal.OFFICER_UNKNOWN)


def test_nothing_opens_without_a_reason(sealed, officers, subject, now):
    assert asked(officers["vera"], subject, now, "  ") == OpeningRefused(OpeningRefusal.REASON_MISSING)
    assert not ArchiveOpening.objects.exists()
    assert not ArchiveHalf.objects.exists()


@pytest.mark.parametrize("change", ["lots", "expires_at", "veiled"])
def test_an_opening_that_was_altered_opens_nothing(sealed, officers, subject, now, change):
    wish = asked(officers["vera"], subject, now)
    altered = {"lots": [str(uuid4())], "expires_at": now + timedelta(days=90), "veiled": True}
    ArchiveOpening.objects.update(**{change: altered[change]})
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.ALTERED)
    assert Approval.objects.count() == 1
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


def test_an_opening_for_an_authority_stays_veiled(sealed, officers, subject, now):
    wish = asked(officers["vera"], subject, now, veiled=True)
    open_archive(wish.reference, officers["igor"], now=now, closing=True)
    [entry] = entered(EntryKind.ARCHIVE_OPENED)
    assert entry.book == Book.VEILED


def test_an_officer_appointed_later_opens_nothing_that_was_sealed_before(sealed, officers, subject, now):
    from officers_scenery import new_keys

    from crystalcall.privacy.officers.actions import add_officer

    late = new_keys("late")
    add_officer("late", late.public, now=now)
    assert asked(late, subject, now) == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    wish = asked(officers["vera"], subject, now)
    refused = open_archive(wish.reference, late, now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)


def test_a_value_moved_to_another_person_does_not_open(sealed, officers, subject, now):
    from crystalcall.plumbing.sealing import SealBrokenError

    wish = asked(officers["vera"], subject, now)
    ArchiveLot.objects.update(subject=uuid4())
    with pytest.raises(SealBrokenError):
        open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert not entered(EntryKind.ARCHIVE_OPENED).exists()
