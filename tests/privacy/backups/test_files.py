"""The files of a backup: what they hold, what is refused, and that nothing happened then."""

import io
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pyrage
import pytest
from backup_office import silent
from django.db import connection, connections

from crystalcall.customers.models import Customer
from crystalcall.privacy.backups import actions, database, envelope, postgres_dump
from crystalcall.privacy.backups.container import Incoming
from crystalcall.privacy.backups.values import BackupError, Kind, Manifest, Reason
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.keepers import Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.register.models import RegisterEntry

pytestmark = pytest.mark.django_db(transaction=True)


def refused(reason, act):
    with pytest.raises(BackupError) as caught:
        act()
    assert caught.value.reason is reason, caught.value
    return str(caught.value)


def content(office, file):
    """Everything a file holds, decrypted and, where pg_dump packed it, unpacked: the more to search."""
    stream = bytes(pyrage.decrypt(file.path.read_bytes(), envelope.identities_of(office.identity)))
    incoming = Incoming(io.BytesIO(stream))
    packed = b"".join(incoming.pieces())
    if incoming.manifest.kind is Kind.KEYS or connection.vendor == "sqlite":
        return stream
    command = [str(postgres_dump.programs() / "pg_restore"), "--file=-"]
    unpacked = subprocess.run(command, input=packed, capture_output=True, check=True).stdout
    assert b"COPY public.customers_customer" in unpacked
    return stream + unpacked


def holds(text, key):
    return key in text or key.hex().encode() in text


@pytest.mark.clause("C21")
def test_the_backup_of_the_database_holds_no_key_and_the_file_of_keys_holds_every_one(shop, office, anna, boris):
    shop.sells(anna)
    shop.calls(shop.sells(boris))
    wrapped = [bytes(key) for key in DataKey.objects.values_list("wrapped", flat=True)]
    sealed = [bytes(text) for text in Customer.objects.values_list("sealed_email", flat=True)]
    assert len(wrapped) >= 3
    made = office.takes_backup(shop.now)
    main, keys = content(office, made.database), content(office, made.keys)
    assert all(holds(main, text) for text in sealed)  # so that the search can find what is there
    assert all(holds(keys, key) for key in wrapped)
    assert not any(holds(main, key) for key in wrapped)
    told = actions.look(made.database.path, office.identity, Kind.DATABASE, silent).manifest
    assert not [table for table in told.counts if table.startswith("privacy_keys")]


@pytest.mark.clause("C21")
def test_no_name_address_or_number_stands_in_a_backup_even_once_it_is_decrypted(shop, office, anna):
    shop.calls(shop.sells(anna))
    text = content(office, office.takes_backup(shop.now).database)
    for secret in (anna.name, anna.email, anna.telephone, "74951234567"):
        assert not holds(text, secret.encode())


def test_files_are_for_their_owner_alone_and_no_copy_in_clear_is_beside_them(shop, office, anna):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    assert sorted(office.folder.iterdir()) == sorted([made.database.path, made.keys.path])
    for file in (made.database, made.keys):
        assert file.path.stat().st_mode & 0o777 == 0o600
        assert file.path.stat().st_size == file.size
        assert file.path.read_bytes().startswith(b"age-encryption.org/v1\n")


def test_the_register_tells_of_a_backup_by_the_hash_of_its_file(shop, office, anna):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    entry = RegisterEntry.objects.get(kind="backup_made")
    assert made.database.sha256 in entry.facts
    assert made.keys.sha256 in entry.facts


def test_a_new_file_of_keys_replaces_the_earlier_one_and_backups_of_the_database_stay(shop, office, anna):
    shop.sells(anna)
    first = office.takes_backup(shop.now)
    second = office.takes_backup(shop.later(hours=1))
    assert second.replaced == (first.keys.path,)
    assert sorted(file.name[:5] for file in office.folder.iterdir()) == ["cryst", "cryst", "keys-"]


def test_the_shop_goes_on_selling_while_a_backup_is_made_and_the_backup_is_of_one_moment(shop, office, anna, boris):
    hers = shop.sells(anna)
    sold = []

    def sell():
        sold.append(shop.sells(boris))
        connections.close_all()

    def told(what, done, whole):
        if not sold:
            seller = threading.Thread(target=sell)
            seller.start()
            seller.join()

    made = actions.create(office.folder, now=shop.now, tell=told)
    assert Customer.objects.count() == 2
    office.restores(made, shop.later(hours=1))
    assert [row.pk for row in Customer.objects.all()] == [hers.customer_id]


def test_without_a_recipient_no_backup_is_made(shop, office, anna, settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, backup_recipient="")
    assert "age-keygen" in refused(Reason.NO_RECIPIENT, lambda: office.takes_backup(shop.now))
    mistyped = "age1" + "q" * 58
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, backup_recipient=mistyped)
    refused(Reason.NO_RECIPIENT, lambda: office.takes_backup(shop.now))
    assert not office.folder.exists()
    assert not RegisterEntry.objects.filter(kind="backup_made").exists()


def test_another_identity_opens_nothing(shop, office, anna, tmp_path):
    made = office.takes_backup(shop.now)
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    refused(Reason.WRONG_IDENTITY, lambda: actions.look(made.database.path, other, Kind.DATABASE, silent))
    other.write_text("no key at all")
    refused(Reason.NO_IDENTITY, lambda: actions.look(made.database.path, other, Kind.DATABASE, silent))


def test_a_file_that_was_cut_off_anywhere_is_refused_and_nothing_is_touched(shop, office, anna):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    whole = made.database.path.read_bytes()
    for kept in (0, 20, 150, len(whole) // 2, len(whole) - 100, len(whole) - 1):
        made.database.path.write_bytes(whole[:kept])
        refused(Reason.CUT_OFF, lambda: office.restores(made, shop.now))
    assert Customer.objects.count() == 1


def test_a_file_with_one_changed_byte_is_refused_and_nothing_is_touched(shop, office, anna):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    whole = bytearray(made.database.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    made.database.path.write_bytes(whole)
    refused(Reason.CUT_OFF, lambda: office.restores(made, shop.now))
    assert Customer.objects.count() == 1


def test_what_is_no_backup_is_refused(shop, office, anna, tmp_path):
    made = office.takes_backup(shop.now)
    foreign = tmp_path / "foreign.age"
    [identity] = envelope.identities_of(office.identity)
    for text in (
        b"some text that is no age file" * 20,
        pyrage.encrypt(b"a letter, and no backup", [identity.to_public()]),
    ):
        foreign.write_bytes(text)
        refused(Reason.OTHER_FORMAT, lambda: actions.look(foreign, office.identity, Kind.DATABASE, silent))
    refused(Reason.OTHER_FORMAT, lambda: actions.look(made.keys.path, office.identity, Kind.DATABASE, silent))


def test_a_place_that_is_not_empty_is_left_as_it_is_unless_replacing_is_asked_for(shop, office, anna, boris):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    shop.sells(boris)
    refused(Reason.NOT_EMPTY, lambda: office.restores(made, shop.now, replaces=False))
    assert Customer.objects.count() == 2
    office.restores(made, shop.now)
    assert Customer.objects.count() == 1


def test_a_backup_of_the_other_database_or_of_a_newer_program_is_refused(now):
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    told = Manifest(Kind.DATABASE, other, "1", now, {}, {}, None)
    assert "restore it into" in refused(Reason.OTHER_DATABASE, lambda: database.refuse_foreign(told))
    newer = Manifest(Kind.DATABASE, connection.vendor, "9", now, {"customers": "9999_not_yet"}, {}, None)
    refused(Reason.NEWER_PROGRAM, lambda: database.refuse_foreign(newer))


def test_a_file_of_keys_older_than_the_backup_is_refused(shop, office, anna):
    shop.sells(anna)
    earlier = office.takes_backup(shop.now)
    kept = earlier.keys.path.rename(office.identity.with_name("keys.age"))
    made = office.takes_backup(shop.later(hours=1))
    refused(Reason.KEYS_TOO_OLD, lambda: office.restores(made, shop.now, keys=kept))


def test_a_replay_ledger_that_was_altered_stops_the_restore(shop, office, own_ledger, anna, now):
    bought = shop.sells(anna)
    made = office.takes_backup(shop.now)
    ledger.append([bought.customer_id], Way.DELETION, now=now)
    own_ledger.write_text(own_ledger.read_text().replace("deletion", "child"))
    refused(Reason.ERASURES_BROKEN, lambda: office.restores(made, shop.now))


def test_a_database_that_is_in_use_is_not_replaced_under_its_users(shop, office, anna):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer")
        assert "stop every process" in refused(Reason.IN_USE, lambda: office.restores(made, shop.now))
    assert Customer.objects.count() == 1


def test_a_full_disk_is_said_and_leaves_no_file(office, tmp_path, monkeypatch):
    [identity] = envelope.identities_of(office.identity)

    def full() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise OSError(28, "No space left on device")

    said = refused(Reason.DISK_FULL, lambda: envelope.seal(full(), tmp_path / "b.age", identity.to_public()))
    assert "The disk is full" in said
    assert not list(tmp_path.glob("b.age*"))


def test_where_the_key_store_is_gone_a_restore_wants_the_file_of_keys(shop, office, anna, monkeypatch):
    shop.sells(anna)
    made = office.takes_backup(shop.now)
    monkeypatch.setattr(actions.store, "stands", lambda: False)
    assert "--keys" in refused(Reason.KEYS_MISSING, lambda: office.restores(made, shop.now))
    assert Customer.objects.count() == 1
