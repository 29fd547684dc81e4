"""What the program knows of time: the notice counts only days on which the announcement could be read.

The program cannot tell a machine that stood still from a clock that was set forward, and need not: in neither case
could anybody read the announcement. So a gap in what it knows never shortens a notice; the gap is added to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crystalcall.plumbing.settings import current
from crystalcall.privacy.policy.values import FactKind, PolicyFactView
from crystalcall.rules.privacy import notice

BACKWARDS_AT_MOST: Final = timedelta(minutes=5)
"""Clocks of several machines differ by so much; beyond it a clock ran backwards."""
UNSEEN_FROM: Final = timedelta(hours=1)
"""A shorter gap is a restart; a longer one is added to the notice of the version that waits."""
JUMP_FROM: Final = timedelta(days=1)
"""A start after a longer gap, while a version waits, is refused until an officer explains it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How the clock lies to what the program knew last."""

    known_until: datetime
    length: timedelta

    @property
    def backwards(self) -> bool:
        """The clock is before a moment that was already."""
        return self.length < -BACKWARDS_AT_MOST

    @property
    def unseen(self) -> bool:
        """So long nobody could read an announcement, or the clock jumped."""
        return self.length > UNSEEN_FROM

    def needs_explanation(self, waiting: PolicyFactView | None) -> bool:
        """Whether the program starts only once an officer has explained the gap."""
        return self.backwards or (waiting is not None and self.length > JUMP_FROM)

    def sentence(self, now: datetime) -> str:
        """What is wrong, and what to do."""
        if self.backwards:
            what = (
                f"The clock says {now:%Y-%m-%d %H:%M} UTC, but this program already knew "
                f"{self.known_until:%Y-%m-%d %H:%M} UTC."
            )
        else:
            what = (
                f"The clock went from {self.known_until:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M} UTC while a version of "
                "the privacy policy was announced."
            )
        how = "crystalcall policy agree-clock --key-file FILE --reason TEXT"
        return f"{what} Set it right, or explain it as an officer with `{how}`."


def gap(known_until: datetime, now: datetime) -> Gap:
    """The gap between what was known last and now."""
    return Gap(known_until, now - known_until)


def postpone(waiting: PolicyFactView, length: timedelta, now: datetime) -> PolicyFactView:
    """The fact that a waiting version waits longer by a gap, rounded up to the store's next midnight."""
    due_at = notice.postponed(waiting.due_at, length, zone())
    return replace(waiting, kind=FactKind.POSTPONED, due_at=due_at, at=now)


def zone() -> ZoneInfo:
    """The zone in whose midnights versions come into force."""
    return ZoneInfo(current().store_time_zone)
