"""The data map as a drawing: where data is kept, what it is, and who else gets it, in three columns with lines between.

Only places and words are made here; the door draws them. Lengths are in units of the drawing (its `viewBox`).
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crystalcall.privacy.inventory_view import Collected, collected
from crystalcall.privacy.providers import PROVIDERS
from crystalcall.privacy.room_words import room_words

WIDTH: Final = 960
BOX_WIDTH: Final = 240
LINE_HEIGHT: Final = 20
PADDING: Final = 12
GAP: Final = 16
HEAD: Final = 40
LETTERS: Final = 27
"""How many letters of the drawing's type fit into a box; the wider Cyrillic ones too."""
LEFTS: Final = (0, (WIDTH - BOX_WIDTH) // 2, WIDTH - BOX_WIDTH)
BEND: Final = 60


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a box's words, and its baseline."""

    words: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the drawing with its words, broken into lines."""

    key: str
    words: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[TextLine, ...]

    @property
    def middle(self) -> int:
        """Half way down, where lines arrive."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Connection:
    """A line between two boxes, as a curve."""

    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """The same as a row of a table, for readers who do not see the drawing."""

    category: str
    words: str
    fields: tuple[str, ...]
    rooms: tuple[str, ...]
    uses: tuple[str, ...]
    retention: tuple[str, ...]
    deletion: tuple[str, ...]
    given_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataMap:
    """The drawing and its rows, in words of the language that was active."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    connections: tuple[Connection, ...]
    heads: tuple[int, int, int]
    rows: tuple[Row, ...]


def data_map() -> DataMap:
    """The map of what is kept today, in words of the active language."""
    groups = collected()
    rooms = _unique(room for group in groups for room in _rooms_of(group))
    receivers = [key for key in PROVIDERS if any(key == given.provider for group in groups for given in group.given_to)]
    kept = _column(0, [(room, room_words(room)) for room in rooms])
    data = _column(1, [(group.category, group.words) for group in groups])
    given = _column(2, [(key, str(PROVIDERS[key].words)) for key in receivers])
    height = max(_bottom(column) for column in (kept, data, given))
    columns = tuple({box.key: box for box in _centered(column, height)} for column in (kept, data, given))
    return DataMap(
        width=WIDTH,
        height=height + 2,
        boxes=tuple(box for column in columns for box in column.values()),
        connections=tuple(_connections(groups, *columns)),
        heads=LEFTS,
        rows=tuple(_row(group) for group in groups),
    )


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _rooms_of(group: Collected) -> list[str]:
    return _unique(field.model.partition(".")[0] for field in group.fields)


def _column(place: int, entries: Sequence[tuple[str, str]]) -> list[Box]:
    boxes = []
    top = HEAD
    for key, words in entries:
        broken = textwrap.wrap(words[:1].upper() + words[1:], LETTERS) or [""]
        height = len(broken) * LINE_HEIGHT + 2 * PADDING
        boxes.append(_box(key, words, LEFTS[place], top, broken))
        top += height + GAP
    return boxes


def _box(key: str, words: str, left: int, top: int, broken: Sequence[str]) -> Box:
    lines = tuple(
        TextLine(text, left + PADDING, top + PADDING + (place + 1) * LINE_HEIGHT - 5)
        for place, text in enumerate(broken)
    )
    return Box(key, words, left, top, BOX_WIDTH, len(broken) * LINE_HEIGHT + 2 * PADDING, lines)


def _bottom(column: Sequence[Box]) -> int:
    return column[-1].y + column[-1].height if column else HEAD


def _centered(column: Sequence[Box], height: int) -> list[Box]:
    """The same boxes, moved down so that a short column stands beside the middle of a tall one."""
    down = (height - _bottom(column)) // 2
    return [_box(box.key, box.words, box.x, box.y + down, [line.words for line in box.lines]) for box in column]


def _connections(
    groups: Iterable[Collected], kept: dict[str, Box], data: dict[str, Box], given: dict[str, Box]
) -> Iterable[Connection]:
    for group in groups:
        here = data[group.category]
        for room in _rooms_of(group):
            yield _curve(kept[room], here)
        for provider in group.given_to:
            yield _curve(here, given[provider.provider])


def _curve(left: Box, right: Box) -> Connection:
    begin, end = left.x + left.width, right.x
    return Connection(
        f"M{begin} {left.middle}C{begin + BEND} {left.middle} {end - BEND} {right.middle} {end} {right.middle}"
    )


def _row(group: Collected) -> Row:
    return Row(
        category=group.category,
        words=group.words,
        fields=group.field_words,
        rooms=tuple(room_words(room) for room in _rooms_of(group)),
        uses=tuple(use.words for use in group.uses),
        retention=tuple(str(rule.words) for rule in group.retention),
        deletion=group.deletion,
        given_to=tuple(given.name for given in group.given_to),
    )
