"""What can be done with PINs; each action joins the caller's transaction."""

from crystalcall.minutes.pins.blocking import block_pin, unblock_pin
from crystalcall.minutes.pins.checking import PinsAsked, check_pin, check_pins, forget_old_misses
from crystalcall.minutes.pins.issuing import issue_pin, reveal_pin
from crystalcall.minutes.pins.standing import activate_all, exhaust_all, expire_all, lock_accounts_pins, reopen_all
from crystalcall.minutes.pins.values import (
    IssuedPin,
    NoFreePinError,
    Origin,
    PinAccepted,
    PinContradictionError,
    PinInfo,
    PinRefused,
    TypedPin,
    UnknownSerial,
    UnknownSerialError,
)

__all__ = [
    "IssuedPin",
    "NoFreePinError",
    "Origin",
    "PinAccepted",
    "PinContradictionError",
    "PinInfo",
    "PinRefused",
    "PinsAsked",
    "TypedPin",
    "UnknownSerial",
    "UnknownSerialError",
    "activate_all",
    "block_pin",
    "check_pin",
    "check_pins",
    "exhaust_all",
    "expire_all",
    "forget_old_misses",
    "issue_pin",
    "lock_accounts_pins",
    "reopen_all",
    "reveal_pin",
    "unblock_pin",
]
