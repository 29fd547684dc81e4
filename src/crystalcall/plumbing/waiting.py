"""Lists of what waits for a member of staff: rooms contribute theirs, the back office shows them.

A room knows what is wrong in it and nobody's desk; so it says here what waits, for whose right, and looks only when it
is asked. Nothing personal stands in a line: an order, a card or a request is named by its public number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crystalcall.rules.staffing import Right

AT_MOST: Final = 50
"""So many lines a list shows; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits. `kind` and `name` say what it is ("order", its number), so that a desk can lead there.

    `words` say what is the matter, lazily translated; `since` when it began; `due` when it must be done at the latest.
    """

    kind: str
    name: str
    words: Any
    since: datetime | None = None
    due: datetime | None = None
    amount_micros: int | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        return self.due is not None and self.due <= now


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A list of a room: its name ("payments.disputed"), its words, and the right it takes to see it.

    `look` gives what waits at a moment, the most pressing first. `help` is what to do about it.
    """

    name: str
    words: Any
    right: Right
    look: Callable[[datetime], Sequence[Line]]
    help: Any = ""


class ListTwiceError(Exception):
    """Two rooms contributed a list of one name: a mistake in the program."""


_lists: Final[dict[str, WaitingList]] = {}


def contribute(*lists: WaitingList) -> None:
    """Add lists of a room; called in AppConfig.ready. Errors: ListTwiceError."""
    for each in lists:
        known = _lists.get(each.name)
        if known is not None and known.look is not each.look:
            raise ListTwiceError(f"The list {each.name} is contributed twice.")
        _lists[each.name] = each


def all_lists() -> tuple[WaitingList, ...]:
    """Every list, in the order in which they were contributed."""
    return tuple(_lists.values())
