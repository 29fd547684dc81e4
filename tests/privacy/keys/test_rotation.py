"""Changing the outer key: whatever lies under the old one opens until the end, and nothing does after it."""

import uuid

import pytest
from keys_scenery import change_outer_key, drop_previous_key

from crystalcall.customers import actions, queries
from crystalcall.customers.models import Customer
from crystalcall.minutes.pins.actions import issue_pin, reveal_pin
from crystalcall.minutes.pins.models import Pin
from crystalcall.plumbing.sealing import SealBrokenError, seal, unseal
from crystalcall.privacy.keys import rotation
from crystalcall.privacy.keys.actions import destroy, ensure
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.keys.queries import figures
from crystalcall.privacy.keys.wrapping import name_in_force
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db


def quiet(_what, _done, _whole):
    """Nobody watches."""


def name_of(customer_id):
    return queries.contact(customer_id, purpose=Purpose.ORDER_FULFILLMENT).name


@pytest.fixture
def anna_id(anna, now):
    return actions.record_guest(anna.name, anna.email, anna.telephone, "en", now=now)


@pytest.fixture
def pin(now):
    return issue_pin(uuid.uuid4(), key="a card", now=now)


def test_the_key_before_still_opens_while_the_outer_key_is_changed(anna, anna_id, pin, settings):
    digits = reveal_pin(pin.serial)
    change_outer_key(settings)
    assert name_of(anna_id) == anna.name
    assert reveal_pin(pin.serial) == digits


def test_without_the_key_before_nothing_opens(anna_id, pin, settings):
    change_outer_key(settings, keep_previous=False)
    with pytest.raises(SealBrokenError):
        name_of(anna_id)
    with pytest.raises(SealBrokenError):
        reveal_pin(pin.serial)


@pytest.mark.clause("C21")
def test_after_a_rotation_the_old_key_opens_nothing_and_the_new_one_everything(anna, anna_id, pin, settings, now):
    digits = reveal_pin(pin.serial)
    wrapped = bytes(DataKey.objects.get(pk=anna_id).wrapped)
    change_outer_key(settings)
    assert rotation.rewrap(quiet).renewed == 2
    assert rotation.reseal_outer(quiet) == rotation.Resealed(renewed=1)
    drop_previous_key(settings)
    assert name_of(anna_id) == anna.name
    assert reveal_pin(pin.serial) == digits
    row = DataKey.objects.get(pk=anna_id)
    assert row.wrapped_by == name_in_force()
    assert bytes(row.wrapped) != wrapped
    assert figures().under_another == 0


def test_a_second_run_changes_nothing(anna_id, pin, settings, now):
    change_outer_key(settings)
    rotation.rewrap(quiet)
    rotation.reseal_outer(quiet)
    before = (bytes(DataKey.objects.get(pk=anna_id).wrapped), bytes(Pin.objects.get().sealed_pin))
    assert rotation.rewrap(quiet).renewed == 0
    assert rotation.reseal_outer(quiet) == rotation.Resealed(right=1)
    assert (bytes(DataKey.objects.get(pk=anna_id).wrapped), bytes(Pin.objects.get().sealed_pin)) == before


class PulledPlugError(Exception):
    pass


def test_a_run_that_was_killed_is_simply_run_again(settings, now, monkeypatch):
    monkeypatch.setattr(rotation, "PIECE", 10)
    ensure([uuid.uuid4() for _ in range(35)], now=now)
    change_outer_key(settings)

    def dies_after_the_first_piece(_what, _done, _whole):
        raise PulledPlugError

    with pytest.raises(PulledPlugError):
        rotation.rewrap(dies_after_the_first_piece)
    assert figures().under_another == 25
    told = []
    found = rotation.rewrap(lambda what, done, whole: told.append((what, done, whole)))
    assert (found.renewed, found.right) == (25, 10)
    assert told == [("keys", 10, 25), ("keys", 20, 25), ("keys", 25, 25)]
    assert figures().under_another == 0


def test_a_tombstone_stays_a_tombstone(anna_id, settings, now):
    destroy((anna_id,), now=now)
    change_outer_key(settings)
    assert rotation.rewrap(quiet) == rotation.Resealed()
    assert DataKey.objects.get().wrapped is None


def test_a_key_under_an_unknown_outer_key_is_counted_and_left_alone(anna_id, settings):
    change_outer_key(settings, keep_previous=False)
    before = bytes(DataKey.objects.get().wrapped)
    change_outer_key(settings)
    assert rotation.rewrap(quiet) == rotation.Resealed(broken=1)
    assert bytes(DataKey.objects.get().wrapped) == before


def test_values_from_before_there_were_keys_are_sealed_anew(anna, anna_id, boris, now):
    boris_id = actions.record_guest(boris.name, boris.email, None, "ru", now=now)
    Customer.objects.filter(pk=anna_id).update(
        sealed_name=seal("Anna before", f"customers.name:{anna_id}"),
        sealed_telephone=seal("+12125550142", f"customers.telephone:{anna_id}"),
    )
    found = rotation.reseal_persons(quiet, now=now)
    assert (found.renewed, found.broken) == (2, 0)
    row = Customer.objects.get(pk=anna_id)
    assert {bytes(row.sealed_name)[:1], bytes(row.sealed_email)[:1], bytes(row.sealed_telephone)[:1]} == {b"\x02"}
    assert name_of(anna_id) == "Anna before"
    assert name_of(boris_id) == boris.name


def test_an_old_value_of_a_person_whose_key_was_destroyed_is_not_revived(anna_id, now):
    Customer.objects.filter(pk=anna_id).update(sealed_name=seal("Anna", f"customers.name:{anna_id}"))
    destroy((anna_id,), now=now)
    found = rotation.reseal_persons(quiet, now=now)
    assert (found.renewed, found.destroyed) == (0, 1)


def test_a_broken_value_is_counted_and_left_alone(anna_id, now):
    Customer.objects.filter(pk=anna_id).update(sealed_name=b"\x01rubbish of some length")
    found = rotation.reseal_persons(quiet, now=now)
    assert (found.renewed, found.broken) == (0, 1)
    assert bytes(Customer.objects.get().sealed_name) == b"\x01rubbish of some length"


def test_what_somebody_changed_meanwhile_is_not_overwritten(anna_id, now, monkeypatch):
    old = seal("Anna", f"customers.name:{anna_id}")
    Customer.objects.filter(pk=anna_id).update(sealed_name=old)
    row = Customer.objects.get()
    Customer.objects.filter(pk=anna_id).update(sealed_name=b"newer")
    assert rotation._replace(row, "sealed_name", old, b"ours") == rotation.RIGHT
    assert bytes(Customer.objects.get().sealed_name) == b"newer"


def test_a_value_under_the_outer_key_opens_with_either_key_of_a_change(settings):
    blob = seal("1234", "pins.pin:X")
    change_outer_key(settings)
    assert unseal(blob, "pins.pin:X") == "1234"
    assert unseal(seal("5678", "pins.pin:X"), "pins.pin:X") == "5678"
    drop_previous_key(settings)
    with pytest.raises(SealBrokenError):
        unseal(blob, "pins.pin:X")
