"""PINs are drawn, sealed and shown; the digits exist in clear only while somebody reads them."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.minutes.pins.models import Pin
from crystalcall.minutes.pins.values import IssuedPin, NoFreePinError, PinContradictionError, UnknownSerialError
from crystalcall.plumbing.ids import random_code
from crystalcall.plumbing.sealing import blind_index, seal, unseal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.keys.actions import ensure
from crystalcall.rules.pins import PIN_COUNT, concern_prefix, pin_from_draw

LOOKUP_CONTEXT: Final = "pins.lookup"
CONCERN_CONTEXT: Final = "pins.concern"
# One PIN in a million issued makes a collision about as likely as a millionth; twenty in a row mean a broken
# source of chance.
DRAWS_AT_MOST: Final = 20


def issue_pin(account_id: UUID, *, key: str, now: datetime) -> IssuedPin:
    """A PIN for this account; a repeat with the same key gives the one issued before.

    Raises:
        PinContradictionError: the key was used for another account.
        NoFreePinError: no unused PIN was drawn.
    """
    # What will be called with the card is sealed under its own key, which shall be there before the first call.
    ensure((account_id,), now=now)
    with transaction.atomic():
        earlier = Pin.objects.filter(key=key).first()
        if earlier is not None:
            return _same_pin(earlier, account_id)
        for _ in range(DRAWS_AT_MOST):
            try:
                with transaction.atomic():
                    return _draw(account_id, key, now)
            except IntegrityError:
                # The PIN or the serial exists already (draw again), or a twin issued under this key first.
                earlier = Pin.objects.filter(key=key).first()
                if earlier is not None:
                    return _same_pin(earlier, account_id)
    raise NoFreePinError(f"{DRAWS_AT_MOST} draws found no unused PIN.")


@sensitive_variables("pin")
def reveal_pin(serial: str) -> str:
    """The twelve digits of a PIN, for its buyer's eyes alone.

    Raises:
        UnknownSerialError: no PIN has this serial.
        SealBrokenError: the stored value was altered, or sealed with another key.
    """
    row = Pin.objects.filter(serial=serial).first()
    if row is None:
        raise UnknownSerialError(f"There is no PIN with the serial {serial}.")
    return unseal(bytes(row.sealed_pin), sealing_context(serial))


def declare_columns() -> None:
    """Name the sealed column: a PIN tells nothing about its bearer, so it lies under the outer key."""
    columns.register(columns.OuterColumn(Pin, "sealed_pin", lambda row: sealing_context(row.serial)))


def sealing_context(serial: str) -> str:
    """What a sealed PIN is bound to: moved to another serial's row, it does not open."""
    return f"pins.pin:{serial}"


@sensitive_variables("pin")
def _draw(account_id: UUID, key: str, now: datetime) -> IssuedPin:
    pin = pin_from_draw(secrets.randbelow(PIN_COUNT))
    serial = random_code()
    Pin.objects.create(
        serial=serial,
        key=key,
        lookup=blind_index(pin, LOOKUP_CONTEXT),
        concern=blind_index(concern_prefix(pin), CONCERN_CONTEXT),
        sealed_pin=seal(pin, sealing_context(serial)),
        ledger_account_id=account_id,
        issued_at=now,
    )
    return IssuedPin(serial, account_id)


def _same_pin(earlier: Pin, account_id: UUID) -> IssuedPin:
    if earlier.ledger_account_id != account_id:
        raise PinContradictionError(f"The key {earlier.key!r} was used for a PIN of another account.")
    return IssuedPin(earlier.serial, earlier.ledger_account_id)
