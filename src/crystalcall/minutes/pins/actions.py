"""What can be done with PINs; each action joins the caller's transaction."""

from crystalcall.minutes.pins.blocking import block_pin, unblock_pin
from crystalcall.minutes.pins.checking import check_pin, forget_old_misses
from crystalcall.minutes.pins.issuing import issue_pin, reveal_pin
from crystalcall.minutes.pins.values import (
    IssuedPin,
    NoFreePinError,
    Origin,
    PinAccepted,
    PinContradictionError,
    PinInfo,
    PinRefused,
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
    "UnknownSerial",
    "UnknownSerialError",
    "block_pin",
    "check_pin",
    "forget_old_misses",
    "issue_pin",
    "reveal_pin",
    "unblock_pin",
]
