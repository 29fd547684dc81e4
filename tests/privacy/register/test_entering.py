"""Entering the register: gapless, chained, impersonal by form, and rewritable by nobody."""

import json

import pytest
from django.db import DatabaseError, transaction

from crystalcall.privacy.register.actions import enter, erase_secret, unveil
from crystalcall.privacy.register.kinds import ALWAYS_VEILED, Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry, RegisterHead, RegisterSecret
from crystalcall.privacy.register.queries import entries, entry, head, sealed_content, secret_of
from crystalcall.privacy.register.values import NoSuchEntryError, NotImpersonalError
from crystalcall.rules.privacy.chain import GENESIS, commitment_to, open_hash

pytestmark = pytest.mark.django_db


def test_entries_count_from_one_and_each_names_the_one_before(now):
    first = enter(EntryKind.BACKUP_MADE, {"files": 2}, now=now)
    second = enter(EntryKind.BACKUP_MADE, {"files": 3}, now=now)
    assert (first.sequence, first.previous) == (1, GENESIS)
    assert (second.sequence, second.previous) == (2, first.hash)
    assert [each.sequence for each in entries()] == [2, 1]


def test_the_hash_covers_number_kind_facts_time_commitment_and_link(now):
    from crystalcall.privacy.register.reading import content_of

    made = enter(EntryKind.ERASURE, {"orders": 3}, now=now, secret={"reason": "asked"})
    row = RegisterEntry.objects.get()
    assert made.hash == open_hash(content_of(row), 1, GENESIS)
    row.facts = json.dumps({"orders": 4})
    assert made.hash != open_hash(content_of(row), 1, GENESIS)


def test_a_rolled_back_entry_leaves_no_gap(now):
    enter(EntryKind.BACKUP_MADE, {}, now=now)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enter(EntryKind.BACKUP_MADE, {"lost": True}, now=now)
        raise ZeroDivisionError
    assert enter(EntryKind.BACKUP_MADE, {}, now=now).sequence == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Anna Hale"},
        {"name": "Борис"},
        {"email": "anna@example.org"},
        {"telephone": "+12125550142"},
        {"telephone": "12125550142"},
        {"list": ["fine", "not fine"]},
        {"nested": {"a": 1}},
        {"ratio": 0.5},
        {"Bad Name": 1},
        {"most": 2**60},
        {"word": "x" * 200},
    ],
)
def test_what_could_be_about_a_person_is_refused_and_nothing_is_written(facts, now):
    with pytest.raises(NotImpersonalError):
        enter(EntryKind.REVEALED, facts, now=now)
    assert not RegisterEntry.objects.exists()


def test_the_database_refuses_to_change_or_delete_an_entry(now):
    enter(EntryKind.ERASURE, {"orders": 1}, now=now)
    for act in (
        lambda: RegisterEntry.objects.update(facts="{}"),
        lambda: RegisterEntry.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert json.loads(RegisterEntry.objects.get().facts) == {"orders": 1}


def test_a_head_that_was_set_back_cannot_fork_the_chain(now):
    enter(EntryKind.ERASURE, {"orders": 1}, now=now)
    RegisterHead.objects.filter(pk=Book.OPEN).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        enter(EntryKind.ERASURE, {"orders": 2}, now=now)
    assert RegisterEntry.objects.count() == 1


def test_a_secret_is_committed_to_sealed_and_readable_until_it_is_erased(now):
    made = enter(EntryKind.OFFICER_RETIRED, {"officer": "abc"}, now=now, secret={"reason": "Anna left"})
    assert secret_of(made.hash) == {"reason": "Anna left"}
    content = sealed_content(made.hash)
    assert made.commitment == commitment_to(content["secret"], bytes.fromhex(content["salt"]))
    assert b"Anna" not in bytes(RegisterSecret.objects.get().sealed)
    assert erase_secret(made.hash, now=now)
    assert secret_of(made.hash) is None
    assert entry(made.hash).commitment == made.commitment
    assert not erase_secret(made.hash, now=now)


def test_an_erased_secret_does_not_open_from_a_backup_either(now):
    from crystalcall.privacy.keys.sealing import KeyDestroyedError

    made = enter(EntryKind.ERASURE, {}, now=now, secret={"reason": "kept in a backup"})
    old = RegisterSecret.objects.values().get()
    erase_secret(made.hash, now=now)
    RegisterSecret.objects.create(**old)
    with pytest.raises(KeyDestroyedError):
        secret_of(made.hash)


@pytest.mark.parametrize("kind", sorted(ALWAYS_VEILED))
def test_what_an_authority_asks_never_stands_in_the_open_book(kind, now):
    made = enter(kind, {"case": "c1"}, now=now)
    assert made.is_veiled
    assert entries() == ()
    assert [each.hash for each in entries(book=Book.VEILED)] == [made.hash]


def test_equal_veiled_entries_have_different_hashes(now):
    one = enter(EntryKind.LEGAL_HOLD, {"case": "c1"}, now=now)
    two = enter(EntryKind.LEGAL_HOLD, {"case": "c1"}, now=now)
    assert (one.sequence, two.sequence) == (1, 2)
    assert one.veil != two.veil


def test_any_act_can_be_veiled_and_unveiled_by_a_notice(now):
    made = enter(EntryKind.ARCHIVE_OPENED, {"case": "c1"}, now=now, veiled=True)
    notice = unveil([made.hash], reference="c1", now=now)
    assert notice.kind is EntryKind.AUTHORITY_NOTICE
    assert len(notice.facts["unveils"]) == 1
    assert made.hash not in notice.facts["unveils"]


def test_an_open_entry_or_an_unknown_one_cannot_be_unveiled(now):
    made = enter(EntryKind.ERASURE, {}, now=now)
    for hashes in ([made.hash], ["0" * 64], []):
        with pytest.raises(NoSuchEntryError):
            unveil(hashes, reference="c1", now=now)
    assert len(entries()) == 1


def test_nothing_is_signed_before_the_first_night(now):
    enter(EntryKind.ERASURE, {}, now=now)
    assert head() is None
