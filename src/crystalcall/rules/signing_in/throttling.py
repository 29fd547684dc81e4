"""How long guessers wait: a delay that grows with each wrong try, then a proof by mail; nobody is ever locked out.

A try is counted before its password is looked at, so that many tries at once are no way around (ASVS 5.0, 6.3.1; NIST
SP 800-63B, 3.2.2 allows a hundred in all, and this allows far fewer in a day).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FORGOTTEN_AFTER: Final = timedelta(days=1)
"""After so long without a wrong try, the count begins anew."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How wrong tries are answered: `free` of them at once, then waits that double from `first` up to `longest`.

    From `mail_after` wrong tries on, a proof by mail is wanted; None where waiting is all.
    """

    free: int
    first: timedelta
    longest: timedelta
    mail_after: int | None

    def delay(self, misses: int) -> timedelta:
        """How long to wait after so many wrong tries."""
        if misses < self.free:
            return timedelta()
        doubled = min(misses - self.free, 30)  # more doublings are longer than any wait, and would overflow
        grown: timedelta = self.first * 2**doubled
        return min(grown, self.longest)


TRIES: Final = Patience(free=3, first=timedelta(seconds=2), longest=timedelta(minutes=2), mail_after=10)
"""For the password of one address, known or not."""

SECOND_FACTOR: Final = Patience(free=5, first=timedelta(seconds=15), longest=timedelta(minutes=30), mail_after=None)
"""For the second factor, which only somebody who has the password comes to try."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What is remembered of one address: wrong tries, and when the last one was."""

    misses: int
    last_miss_at: datetime


@dataclass(frozen=True, slots=True)
class Free:
    """The try may be made; `misses` is what is to be written down before it is."""

    misses: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Too soon; nothing is looked at."""

    seconds: int


@dataclass(frozen=True, slots=True)
class MailWanted:
    """Only a browser that presses a mailed link may try."""


Blocking = Wait | MailWanted


def judge_try(patience: Patience, known: Tries | None, now: datetime) -> Free | Wait | MailWanted:
    """Whether a try may be made now, and what counts from then on."""
    if known is None or now >= known.last_miss_at + FORGOTTEN_AFTER:
        return Free(1)
    if patience.mail_after is not None and known.misses >= patience.mail_after:
        return MailWanted()
    again_at = known.last_miss_at + patience.delay(known.misses)
    if now < again_at:
        left = again_at - now
        return Wait(max(1, -(-left // timedelta(seconds=1))))
    return Free(known.misses + 1)
