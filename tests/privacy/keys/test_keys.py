"""A key is made once, destroyed once, and never comes back."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.privacy.keys import sealing
from crystalcall.privacy.keys.actions import destroy, ensure
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.opening import openers
from crystalcall.privacy.keys.queries import KeyState, figures, state_of
from crystalcall.privacy.keys.sealing import KeyDestroyedError, seal_field, sealers
from crystalcall.privacy.keys.wrapping import unwrap

pytestmark = pytest.mark.django_db

FIELD = "customers.Customer.sealed_name"


@pytest.fixture
def subject() -> uuid.UUID:
    return uuid.uuid4()


def read(subject: uuid.UUID, blob: bytes) -> str:
    return openers((subject,))[subject].unseal(FIELD, blob)


def test_a_key_is_made_once_however_often_it_is_asked_for(subject, now):
    ensure((subject, subject), now=now)
    first = bytes(DataKey.objects.get().wrapped)
    ensure((subject,), now=now + timedelta(days=1))
    row = DataKey.objects.get()
    assert (bytes(row.wrapped), row.made_on) == (first, now.date())


def test_thousands_of_keys_are_made_by_a_few_statements(now, django_assert_max_num_queries):
    subjects = [uuid.uuid4() for _ in range(1200)]
    with django_assert_max_num_queries(12, connection=connections["keys"]):
        ensure(subjects, now=now)
    assert figures().keys == 1200


def test_two_persons_have_two_keys(now):
    ensure((uuid.uuid4(), uuid.uuid4()), now=now)
    one, other = (unwrap(row.wrapped, row.subject, row.wrapped_by) for row in DataKey.objects.all())
    assert one != other
    assert len(one) == 32


def test_no_key_lies_in_the_key_store_as_it_is(subject, now):
    ensure((subject,), now=now)
    row = DataKey.objects.get()
    assert unwrap(row.wrapped, subject, row.wrapped_by) not in bytes(row.wrapped)


def test_a_wrapped_key_moved_to_another_subject_does_not_open(subject, now):
    other = uuid.uuid4()
    ensure((subject, other), now=now)
    stolen = DataKey.objects.get(pk=subject).wrapped
    DataKey.objects.filter(pk=other).update(wrapped=stolen)
    with pytest.raises(SealBrokenError):
        sealers((other,))


@pytest.mark.clause("C21")
def test_what_a_destroyed_key_sealed_opens_nowhere(subject, now):
    blob = seal_field(FIELD, subject, "Anna")
    assert read(subject, blob) == "Anna"
    assert destroy((subject,), now=now) == 1
    with pytest.raises(KeyDestroyedError):
        read(subject, blob)
    row = DataKey.objects.get()
    assert (row.wrapped, row.wrapped_by, row.destroyed_on) == (None, "", now.date())


def test_a_destroyed_key_is_destroyed_once(subject, now):
    ensure((subject,), now=now)
    assert [destroy((subject,), now=now + timedelta(days=day)) for day in (0, 1)] == [1, 0]
    assert DataKey.objects.get().destroyed_on == now.date()


@pytest.mark.parametrize("had_a_key", [True, False])
def test_no_key_follows_a_tombstone(subject, now, had_a_key):
    if had_a_key:
        ensure((subject,), now=now)
    destroy((subject,), now=now)
    ensure((subject,), now=now)
    assert sealers((subject,)) == {}
    with pytest.raises(KeyDestroyedError):
        seal_field(FIELD, subject, "Anna")
    assert state_of(subject) is KeyState.DESTROYED
    assert DataKey.objects.get().wrapped is None


def test_this_process_seals_no_more_with_a_key_it_remembered(subject, now):
    seal_field(FIELD, subject, "Anna")
    destroy((subject,), now=now)
    with pytest.raises(KeyDestroyedError):
        seal_field(FIELD, subject, "Anna")


def test_the_database_itself_refuses_a_row_that_is_key_and_tombstone_at_once(subject, now):
    ensure((subject,), now=now)
    for wrong in ({"destroyed_on": now.date()}, {"wrapped": None}, {"wrapped_by": ""}):
        with pytest.raises(IntegrityError), transaction.atomic(using="keys"):
            DataKey.objects.filter(pk=subject).update(**wrong)


def test_a_key_is_looked_up_once_and_then_remembered(subject, now, looks):
    ensure((subject,), now=now)
    for _ in range(5):
        seal_field(FIELD, subject, "Anna")
    assert looks == [[subject]]


def test_a_remembered_key_is_looked_up_again_after_its_time(subject, now, monkeypatch, looks):
    ensure((subject,), now=now)
    seal_field(FIELD, subject, "Anna")
    later = sealing.time.monotonic() + sealing.REMEMBERED_SECONDS + 1
    monkeypatch.setattr(sealing.time, "monotonic", lambda: later)
    seal_field(FIELD, subject, "Anna")
    assert looks == [[subject], [subject]]


def test_no_more_keys_are_remembered_than_there_is_room_for(now, monkeypatch):
    monkeypatch.setattr(sealing, "REMEMBERED", 10)
    subjects = [uuid.uuid4() for _ in range(25)]
    assert set(sealers(subjects[:8])) | set(sealers(subjects[8:])) == set(subjects)
    assert len(sealing._remembered) <= 17
    sealers(subjects[:1])
    assert len(sealing._remembered) <= 10


def test_the_figures_tell_keys_from_tombstones(now):
    standing, gone = uuid.uuid4(), uuid.uuid4()
    ensure((standing, gone), now=now)
    destroy((gone,), now=now)
    found = figures()
    assert (found.keys, found.under_another, found.destroyed) == (1, 0, 1)
    assert state_of(standing) is KeyState.STANDS
    assert state_of(uuid.uuid4()) is KeyState.NONE
