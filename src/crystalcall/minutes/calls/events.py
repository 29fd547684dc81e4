"""What the call room tells the rooms above it."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class CallEnded(Event):
    """A call is over and charged (or found free); `call` is the row id of the call, `account` its ledger account."""

    NAME: ClassVar[str] = "minutes.call.ended"
    call: str
    account: str
