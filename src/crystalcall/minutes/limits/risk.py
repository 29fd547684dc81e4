"""The ranges of risk in memory: read once, and again when the table has changed, asked at most every few seconds."""

import time
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max

from crystalcall.minutes.limits.models import RiskRange
from crystalcall.rules.limits import RiskIndex

#: For so long a change by another process may go unseen.
FRESH_SECONDS: Final = 2.0

# Rows are only added and deleted, and an id is never given twice: how many there are and the last id tell each state.
_Version = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class _Held:
    index: RiskIndex
    version: _Version
    checked_at: float


class _Memory:
    """The index of this process, replaced as a whole, so that threads need no lock."""

    held: _Held | None = None


def risk_ranges() -> RiskIndex:
    """All ranges, no older than FRESH_SECONDS (of a clock that no one can set)."""
    moment, held = time.monotonic(), _Memory.held
    if held is not None and moment - held.checked_at < FRESH_SECONDS:
        return held.index
    version = _version()
    index = held.index if held is not None and held.version == version else _read()
    _Memory.held = _Held(index, version, moment)
    return index


def forget_ranges() -> None:
    """Have the next look-up of this process read the table again."""
    _Memory.held = None


def _version() -> _Version:
    found = RiskRange.objects.aggregate(count=Count("pk"), last=Max("pk"))
    return found["count"], found["last"]


def _read() -> RiskIndex:
    return RiskIndex(RiskRange.objects.values_list("prefix", flat=True))
