"""Putting away: only what the inventory keeps for the records, timed, and for two officers (C13)."""

from datetime import timedelta

import pytest
from archive_scenery import CLASS, VALUES, WHY, asked, entered, whole
from django.db import DatabaseError, transaction

from crystalcall.customers import seals
from crystalcall.privacy import keepers
from crystalcall.privacy.archive import admitting
from crystalcall.privacy.archive.actions import (
    keep_archive,
    open_archive,
    put_away,
)
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveLot
from crystalcall.privacy.archive.queries import archive_standing, lots_about, subjects_of
from crystalcall.privacy.archive.values import (
    NotKept,
    NotKeptReason,
    Opened,
    OpeningView,
    PutAway,
)
from crystalcall.privacy.erasures.actions import erase_child, erase_person, suspend
from crystalcall.privacy.inventory import personal
from crystalcall.privacy.keepers import Correction, Way
from crystalcall.privacy.keys.models import ArchiveWrap
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.requests.exporting import gather
from crystalcall.privacy.retention_classes import CLASSES

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C13")]


def test_what_a_person_deletes_is_put_away_and_two_officers_can_open_it(shop, anna, officers):
    bought = shop.sells(anna)
    erase_person(whole(bought), Way.DELETION, now=shop.now)
    [subject] = subjects_of(anna.email)
    assert subject == bought.customer_id
    wish = asked(officers["vera"], subject, shop.now)
    assert isinstance(wish, OpeningView)
    opened = open_archive(wish.reference, officers["igor"], now=shop.now, closing=True)
    assert isinstance(opened, Opened)
    [lot] = opened.lots
    assert lot.values == {seals.NAME: anna.name, seals.EMAIL: anna.email, seals.TELEPHONE: anna.telephone}
    assert opened.reason == WHY
    assert anna.name not in repr(opened)
    [entry] = entered(EntryKind.ARCHIVE_OPENED)
    assert entry.book == Book.OPEN
    assert WHY not in entry.facts


def test_a_correction_puts_away_what_stood_before_and_nothing_else(shop, anna, officers):
    bought = shop.sells(anna)
    for keeper in keepers.all_keepers():
        keeper.correct(whole(bought), Correction(name="Anna Orlov"), now=shop.now)
    [lot] = lots_about([bought.customer_id])
    assert lot.fields == (seals.NAME,)
    assert lot.kept_until == CLASSES[CLASS].ends(shop.now)


def test_versions_of_a_value_are_told_apart(officers, subject, now):
    for name in ("Anna Hale", "Anna Orlov"):
        put_away(subject, CLASS, {seals.NAME: name}, now=now, collected_under=1)
    assert sorted(ArchivedValue.objects.values_list("version", flat=True)) == [1, 2]
    wish = asked(officers["vera"], subject, now)
    opened = open_archive(wish.reference, officers["nina"], now=now, closing=True)
    assert {lot.values[seals.NAME] for lot in opened.lots} == {"Anna Hale", "Anna Orlov"}


@pytest.mark.parametrize("left", [0, 1])
def test_with_fewer_than_two_officers_a_deletion_simply_deletes(shop, anna, officers, left):
    for name in list(officers)[left:]:
        retire_officer(name, reason="left", now=shop.now)
    assert not keepers.has_archive()
    assert not archive_standing().keeps
    erase_person(whole(shop.sells(anna)), Way.DELETION, now=shop.now)
    assert not ArchiveLot.objects.exists()
    assert not ArchiveWrap.objects.exists()


def test_the_database_holds_neither_a_value_nor_a_way_to_it(sealed, officers):
    stored = b"".join(bytes(row.content) for row in ArchivedValue.objects.all())
    for text in VALUES.values():
        assert text.encode() not in stored
    assert ArchiveWrap.objects.count() == 6  # three pairs of officers, in both orders
    for wrap in ArchiveWrap.objects.all():
        assert bytes(wrap.wrapped).startswith(b"age-encryption.org/v1\n-> X25519 ")


@pytest.mark.clause("C19")
def test_nothing_is_put_away_about_somebody_who_may_be_a_child(shop, anna, officers):
    bought = shop.sells(anna)
    suspend(whole(bought), now=shop.now)
    refused = put_away(bought.customer_id, CLASS, VALUES, now=shop.now, collected_under=1)
    assert refused == NotKept(NotKeptReason.CHILD)
    assert not ArchiveLot.objects.exists()


@pytest.mark.clause("C19")
def test_what_was_put_away_about_a_child_is_destroyed_with_everything_else(shop, anna, officers):
    bought = shop.sells(anna)
    for keeper in keepers.all_keepers():
        keeper.correct(whole(bought), Correction(name="Anna Orlov"), now=shop.now)
    assert ArchiveLot.objects.exists()
    erased = erase_child(whole(bought), "olga", now=shop.now)
    assert erased.counts["archived_values"] == 1
    assert not ArchiveLot.objects.exists()
    assert not ArchiveWrap.objects.exists()


def test_what_was_given_for_offers_or_notices_alone_is_never_put_away(officers, subject, now, monkeypatch):
    given = personal(
        category="user.contact.email",
        purposes=(Purpose.PRICE_NOTICE, Purpose.RECORD_KEEPING),
        retention="order_record",
        erase="keep_for_records",
    )
    monkeypatch.setattr(admitting, "declaration_of", lambda _field: given)
    refused = put_away(subject, CLASS, {"news.Reader.address": "anna@example.org"}, now=now, collected_under=1)
    assert refused == NotKept(NotKeptReason.MARKETING)
    assert not ArchiveLot.objects.exists()


@pytest.mark.parametrize("field", ["customers.Customer.language", "orders.NoticeWish.order", "nobody.Declared.this"])
def test_only_fields_that_the_inventory_keeps_for_the_records_are_put_away(officers, subject, now, field):
    values = {field: "something", seals.NAME: "Anna Hale"}
    done = put_away(subject, CLASS, values, now=now, collected_under=1)
    assert isinstance(done, PutAway)
    assert done.fields == (seals.NAME,)
    alone = put_away(subject, CLASS, {field: "something"}, now=now, collected_under=1)
    assert alone == NotKept(NotKeptReason.NOT_DECLARED)


def test_a_class_without_an_end_keeps_nothing(officers, subject, now):
    refused = put_away(subject, "order_record", VALUES, now=now, collected_under=1)
    assert refused == NotKept(NotKeptReason.NO_TIME)


def test_a_deletion_that_is_rolled_back_leaves_nothing_that_opens(officers, subject, now):
    with pytest.raises(DatabaseError), transaction.atomic():
        put_away(subject, CLASS, VALUES, now=now, collected_under=1)
        raise DatabaseError
    assert not ArchiveLot.objects.exists()
    keep_archive(now + timedelta(days=2))
    assert not ArchiveWrap.objects.exists()


def test_an_export_says_what_lies_sealed_and_until_when(shop, anna, officers):
    bought = shop.sells(anna)
    for keeper in keepers.all_keepers():
        keeper.correct(whole(bought), Correction(name="Anna Orlov"), now=shop.now)
    data = gather(whole(bought), now=shop.now, language="en")
    [section] = [each for each in data.sections if each.section.key == "sealed_archive"]
    [row] = section.rows
    assert row[1] == (seals.NAME,)
    assert anna.name not in repr(section)
