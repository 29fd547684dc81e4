"""PINs are twelve digits from chance, issued once for each key, and never in clear anywhere but before their buyer."""

import json
import logging
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from crystalcall.minutes.pins import actions, queries
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.minutes.pins.values import (
    IssuedPin,
    NoFreePinError,
    Origin,
    PinAccepted,
    PinContradictionError,
    UnknownSerialError,
)
from crystalcall.plumbing.sealing import SealBrokenError
from crystalcall.rules.pins import PinState, normalize

pytestmark = pytest.mark.django_db

NOBODY = Origin()


def test_a_pin_has_twelve_digits_without_a_leading_zero_and_opens_its_account(issued, now):
    serial, pin, account_id = issued()
    assert normalize(pin) == pin
    assert pin[0] != "0"
    assert actions.check_pin(pin, origin=NOBODY, now=now) == PinAccepted(serial, account_id)


def test_a_pin_opens_however_it_is_typed(issued, now):
    serial, pin, account_id = issued()
    for typed in (
        f"{pin[:4]} {pin[4:8]} {pin[8:]}",
        f" {pin[:6]}–{pin[6:]}# ",
        "".join(chr(ord(d) + 0xFEE0) for d in pin),
    ):
        assert actions.check_pin(typed, origin=NOBODY, now=now) == PinAccepted(serial, account_id)


def test_the_same_key_issues_the_same_pin(now):
    account_id = uuid4()
    first = actions.issue_pin(account_id, key="line:1", now=now)
    assert actions.issue_pin(account_id, key="line:1", now=now) == first == IssuedPin(first.serial, account_id)
    assert actions.issue_pin(account_id, key="line:2", now=now).serial != first.serial
    assert queries.pins_of_account(account_id)[0].serial == first.serial
    assert Pin.objects.count() == 2


def test_a_key_does_not_issue_a_pin_for_another_account(issued, now):
    actions.issue_pin(uuid4(), key="line:1", now=now)
    with pytest.raises(PinContradictionError):
        actions.issue_pin(uuid4(), key="line:1", now=now)


def test_a_pin_that_exists_already_is_drawn_again(chosen, issued):
    chosen("123456789012", "123456789012", "123456789012", "999999999999")
    assert issued()[1] == "123456789012"
    assert issued()[1] == "999999999999"


def test_a_broken_source_of_chance_is_noticed(chosen, issued):
    chosen(*["123456789012"] * 30)
    issued()
    with pytest.raises(NoFreePinError):
        issued()
    assert Pin.objects.count() == 1


def test_a_sealed_pin_moved_to_another_serial_does_not_open(issued):
    first, second = issued()[0], issued()[0]
    Pin.objects.filter(serial=second).update(sealed_pin=bytes(Pin.objects.get(serial=first).sealed_pin))
    with pytest.raises(SealBrokenError):
        actions.reveal_pin(second)


def test_an_unknown_serial_reveals_nothing(db):
    with pytest.raises(UnknownSerialError):
        actions.reveal_pin("NOSUCH")
    assert queries.pin("NOSUCH") is None


def test_a_pin_tells_its_state_and_not_itself(issued, now):
    serial, pin, account_id = issued()
    info = queries.pin(serial)
    assert (info.serial, info.account_id, info.state, info.issued_at) == (serial, account_id, PinState.ISSUED, now)
    actions.check_pin(pin, origin=NOBODY, now=now)
    assert queries.pin(serial).state is PinState.ACTIVE
    assert Pin.objects.get(serial=serial).activated_at == now


def test_no_repr_log_or_row_shows_a_digit_of_it(issued, now, caplog):
    caplog.set_level(logging.DEBUG)
    serial, pin, _ = issued()
    origin = Origin("+12125550142", "+17185550100")
    answers = [actions.check_pin(pin, origin=origin, now=now), actions.check_pin(pin[::-1], origin=origin, now=now)]
    row = Pin.objects.get(serial=serial)
    shown = f"{answers} {origin} {row!r} {row} {queries.pin(serial)} {caplog.text}"
    stored = json.dumps(
        serializers.serialize("python", [*Pin.objects.all(), *PinMissSource.objects.all()]), default=str
    )
    for secret in (pin, pin[:8], pin[4:], pin[::-1], "12125550142", "17185550100"):
        assert secret not in shown
        assert secret not in stored


@pytest.mark.parametrize(
    "change",
    [{"state": "blocked"}, {"state": "lent"}, {"state": "active"}, {"block_reason": "why"}, {"concern_misses": 1}],
)
def test_the_database_itself_refuses_a_pin_in_half_a_state(issued, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Pin.objects.filter(serial=issued()[0]).update(**change)


@pytest.mark.clause("C21")
@pytest.mark.django_db(transaction=True)
def test_no_byte_of_the_database_shows_a_pin_or_a_telephone_number(issued, now):
    _, pin, _ = issued()
    actions.check_pin(pin[::-1], origin=Origin("+12125550142", "+17185550100"), now=now)
    secrets = (pin, pin[:8], pin[4:], pin[::-1], "12125550142", "17185550100")
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        kept = b"".join(path.read_bytes() for path in map(Path, (name, f"{name}-wal")) if path.exists())
        assert b"pins_pin" in kept
        assert not [secret for secret in secrets if secret.encode() in kept]
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - a table's own name
            kept_rows = " ".join(row[0] for row in cursor.fetchall())
            # bytea shows as hexadecimal digits; the secrets are looked for in both ways of writing.
            assert not [secret for secret in secrets if secret in kept_rows and table != "django_migrations"]
            assert not [secret for secret in secrets if secret.encode().hex() in kept_rows]
