"""How many links that prove a mailbox may be mailed to it: nobody is mailed at will, nor shut out of their rights.

Anybody can type anybody's address. Two promises hold whatever is typed: a mailbox gets few mails a day, and whenever
another link is refused, one that was mailed before still works, and leads to every right. So a stranger who asks again
and again only sends the owner working links; on a day of many, links are fewer and live longer (ASVS 5.0, 6.5.5 asks
for short lives, and 2.4.1 for a bound: a link that is refused while none works would break both).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LINK_LIFE: Final = timedelta(minutes=30)
STANDING_AT_MOST: Final = 3
"""So many links of a mailbox work at the same time, on a day that is like others."""
CALM_A_DAY: Final = 6
"""From so many mails in a day on, somebody is playing: one link at a time, which lives longer."""
LONG_LIFE: Final = timedelta(hours=3)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """A link may be mailed, and lives so long."""

    life: timedelta

    @property
    def minutes(self) -> int:
        """The life in whole minutes."""
        return self.life // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Enough links work already; from this moment on another may be mailed."""

    at: datetime


def link_terms(mailed: Sequence[datetime], *, now: datetime) -> LinkTerms | NotBefore:
    """Whether one more link may be mailed now, given when links were mailed before (of the last two days)."""
    before = sorted(at for at in mailed if at <= now)
    ends = sorted(end for place, at in enumerate(before) if (end := at + _life(before[:place], at)) > now)
    life = _life(before, now)
    at_most = STANDING_AT_MOST if life == LINK_LIFE else 1
    if len(ends) < at_most:
        return LinkTerms(life)
    return NotBefore(ends[len(ends) - at_most])


def link_terms_of_askings(asked: Sequence[datetime], *, now: datetime) -> LinkTerms | NotBefore:
    """The same, where it is known when links were asked for: each of them was mailed if it might be, and else was not.

    For whoever may not be told whether anything was mailed at all.
    """
    mailed: list[datetime] = []
    for at in sorted(asked):
        if isinstance(link_terms(mailed, now=at), LinkTerms):
            mailed.append(at)
    return link_terms(mailed, now=now)


def _life(before: Sequence[datetime], at: datetime) -> timedelta:
    lately = sum(each > at - DAY for each in before)
    return LINK_LIFE if lately < CALM_A_DAY else LONG_LIFE
