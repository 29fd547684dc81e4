"""A PIN is blocked, by repeated misses or by the operator, and unblocked by the operator."""

from datetime import datetime

from django.db import transaction

from crystalcall.minutes.pins.events import PinBlocked, PinUnblocked
from crystalcall.minutes.pins.locks import lock_pin
from crystalcall.minutes.pins.models import BLOCKED, REASON_LENGTH, Pin
from crystalcall.minutes.pins.queries import info_of
from crystalcall.minutes.pins.values import PinInfo, UnknownSerial
from crystalcall.plumbing.announcements import announce

BLOCK_FIELDS = ["state", "blocked_at", "blocked_from", "block_reason", "concern_misses", "concern_since"]


def block_pin(serial: str, *, reason: str, now: datetime) -> PinInfo | UnknownSerial:
    """Let the PIN open nothing until it is unblocked; a PIN blocked before keeps its first time and reason.

    Raises:
        ValueError: without a reason.
    """
    if not reason.strip():
        raise ValueError("A PIN is blocked for a reason.")
    with transaction.atomic():
        row = lock_pin(serial)
        if row is None:
            return UnknownSerial(serial)
        block_locked(row, reason=reason.strip(), now=now)
        return info_of(row)


def unblock_pin(serial: str) -> PinInfo | UnknownSerial:
    """Let the PIN open its account again, and forget the misses that concern it; one not blocked stays as it is."""
    with transaction.atomic():
        row = lock_pin(serial)
        if row is None:
            return UnknownSerial(serial)
        if row.state == BLOCKED:
            row.state, row.blocked_from, row.block_reason, row.blocked_at = row.blocked_from, "", "", None
            row.concern_misses, row.concern_since = 0, None
            row.save(update_fields=BLOCK_FIELDS)
            announce(PinUnblocked(row.serial))
        return info_of(row)


def block_locked(row: Pin, *, reason: str, now: datetime) -> None:
    """Block a PIN whose row the caller has locked, and write its count of misses with it."""
    if row.state == BLOCKED:
        return
    row.blocked_from, row.state = row.state, BLOCKED
    row.blocked_at, row.block_reason = now, reason[:REASON_LENGTH]
    row.save(update_fields=BLOCK_FIELDS)
    announce(PinBlocked(row.serial))
