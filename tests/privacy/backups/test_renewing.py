"""The file of keys stays young: no destroyed key lives on in it."""

import uuid

import msgspec
import pytest

from crystalcall.privacy.backups.actions import key_files
from crystalcall.privacy.backups.renewing import renew_keys
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.keys.actions import destroy, ensure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("C21")]


def test_after_an_erasure_the_file_of_keys_is_written_anew(shop, office):
    subject = uuid.uuid4()
    ensure((subject,), now=shop.now)
    made = office.takes_backup(shop.now)
    assert renew_keys(shop.later(minutes=5)) == 0
    ledger.append((subject,), Way.DELETION, now=shop.now)
    destroy((subject,), now=shop.now)
    assert renew_keys(shop.later(minutes=5)) == 1
    [file] = key_files(office.folder)
    assert file != made.keys.path
    assert renew_keys(shop.later(minutes=5)) == 0


def test_a_file_of_keys_is_written_anew_every_day(shop, office):
    made = office.takes_backup(shop.now)
    assert renew_keys(shop.later(hours=25)) == 1
    assert made.keys.path not in key_files(office.folder)


def test_a_file_that_cannot_be_renewed_is_deleted_after_its_days(shop, office, settings):
    office.takes_backup(shop.now)
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, backup_recipient="", key_backup_days=14)
    assert renew_keys(shop.later(days=13)) == 0
    assert renew_keys(shop.later(days=2)) == 1
    assert key_files(office.folder) == []


def test_where_no_backup_was_ever_made_none_begins(shop, office):
    assert renew_keys(shop.now) == 0
    assert not office.folder.exists()
