"""How much one network may try at signing in; how that is remembered, and for how short, stands in `plumbing.sources`.

It bounds one machine that tries many addresses of customers; whoever shares a network with it waits a little.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from crystalcall.plumbing import sources
from crystalcall.plumbing.sources import forget_all

__all__ = ["LIMITS", "Act", "count", "forget_all", "wait_seconds"]


class Act(StrEnum):
    """What is counted for a source."""

    WRONG_TRY = "wrong_try"
    LINK = "link"


LIMITS: Final = {Act.WRONG_TRY: 30, Act.LINK: 10}


def wait_seconds(source: str, act: Act, now: datetime) -> int:
    """How long this source must wait before it may do this again; 0 where it need not, or is not known."""
    return sources.wait_seconds(source, act.value, LIMITS[act], now)


def count(source: str, act: Act, now: datetime) -> None:
    """One more of these by this source."""
    sources.count(source, act.value, LIMITS[act], now)
