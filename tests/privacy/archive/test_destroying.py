"""Destroying: at night, at once, and for good, whatever a backup brings back (C13)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from archive_scenery import CLASS, asked, entered
from django.db import IntegrityError, transaction

from crystalcall.privacy import keepers
from crystalcall.privacy.archive.actions import (
    destroy_archive,
    keep_archive,
    open_archive,
)
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot
from crystalcall.privacy.archive.queries import openings
from crystalcall.privacy.archive.values import (
    DestroyRefusal,
    DestroyRefused,
    OpeningRefusal,
    OpeningRefused,
)
from crystalcall.privacy.holds.actions import place_hold, release_hold
from crystalcall.privacy.holds.values import HoldReason, HoldView
from crystalcall.privacy.keepers import NameKind, Person
from crystalcall.privacy.keys.models import ArchiveHalf, ArchiveWrap
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.retention_classes import CLASSES

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


def test_what_is_destroyed_stays_destroyed_even_where_a_backup_brings_its_rows_back(sealed, officers, subject, now):
    lots = list(ArchiveLot.objects.all())
    values = list(ArchivedValue.objects.all())
    wish = asked(officers["vera"], subject, now)
    assert destroy_archive([subject], "igor", "asked by letter", now=now) == 3
    assert not ArchiveWrap.objects.exists()
    assert not ArchiveHalf.objects.exists()
    [entry] = entered(EntryKind.ARCHIVE_DESTROYED)
    assert "letter" not in entry.facts
    ArchiveLot.objects.bulk_create(lots)
    ArchivedValue.objects.bulk_create(values)
    refused = open_archive(wish.reference, officers["igor"], now=now, closing=True)
    assert refused == OpeningRefused(OpeningRefusal.OVER)
    assert openings(now=now) == ()
    assert asked(officers["vera"], subject, now) == OpeningRefused(OpeningRefusal.NOT_FOR_THESE_OFFICERS)
    keep_archive(now)
    assert not ArchiveLot.objects.exists()


def test_nobody_destroys_without_a_reason_or_without_being_an_officer(sealed, subject, now):
    refused = destroy_archive([subject], "igor", " ", now=now)
    assert refused == DestroyRefused(DestroyRefusal.REASON_MISSING)
    refused = destroy_archive([subject], "mallory", "why not", now=now)
    assert refused == DestroyRefused(DestroyRefusal.OFFICER_UNKNOWN)
    retire_officer("igor", reason="left", now=now)
    refused = destroy_archive([subject], "igor", "why not", now=now)
    assert refused == DestroyRefused(DestroyRefusal.OFFICER_RETIRED)
    assert ArchiveLot.objects.count() == 1
    assert not entered(EntryKind.ARCHIVE_DESTROYED).exists()


def test_what_a_legal_hold_holds_is_not_destroyed(sealed, officers, subject, now):
    person = Person().joined(NameKind.CUSTOMER, [subject])
    until = sealed.kept_until + timedelta(days=30)
    held = place_hold(person, HoldReason.LITIGATION, until=until, by="f" * 32, note="claim", now=now)
    assert isinstance(held, HoldView)
    refused = destroy_archive([subject], "igor", "asked by letter", now=now)
    assert refused == DestroyRefused(DestroyRefusal.HELD)
    assert keep_archive(sealed.kept_until) == 0
    assert ArchiveLot.objects.count() == 1
    release_hold(held.reference, by="f" * 32, now=sealed.kept_until)
    assert keep_archive(sealed.kept_until) == 3


def test_the_night_destroys_what_is_over_and_counts_what_was_sealed(sealed, officers, subject, now):
    assert keep_archive(sealed.kept_until - timedelta(seconds=1)) == 0
    assert entered(EntryKind.ARCHIVE_SEALED).count() == 1
    assert keep_archive(sealed.kept_until) == 3
    assert not ArchiveLot.objects.exists()
    assert not ArchiveWrap.objects.exists()
    assert entered(EntryKind.ARCHIVE_SEALED).count() == 1
    [entry] = entered(EntryKind.ARCHIVE_DESTROYED)
    assert "fewer-than-10" in entry.facts


def test_retention_finds_the_archive_through_its_keeper(sealed, now):
    [keeper] = [each for each in keepers.all_keepers() if each.room == "archive"]
    later = sealed.kept_until + timedelta(days=1)
    period = CLASSES[CLASS].period
    assert keeper.expire(CLASS, before=now, now=later, limit=10) == {"archived_values": 3}
    assert keeper.expire("order_record", before=later, now=later, limit=10) == {}
    assert period is not None


def test_the_database_refuses_a_lot_without_an_end(db, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveLot.objects.create(subject=uuid4(), archive_class=CLASS, sealed_at=now, kept_until=now)


def test_wraps_lie_in_the_key_store_alone(sealed):
    assert ArchiveWrap.objects.db == "keys"
    assert ArchiveLot.objects.db == "default"
