"""What happened to PINs, in the past tense."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class PinBlocked(Event):
    """A PIN opens nothing any more, until it is unblocked: by repeated misses or by the operator."""

    NAME: ClassVar[str] = "minutes.pin.blocked"
    serial: str


@dataclass(frozen=True)
class PinUnblocked(Event):
    """A blocked PIN opens its account again."""

    NAME: ClassVar[str] = "minutes.pin.unblocked"
    serial: str
