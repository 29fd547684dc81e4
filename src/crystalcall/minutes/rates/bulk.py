"""Many rows at once, in pieces, so that memory stays flat and progress can be told."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from django.db import models

from crystalcall.minutes.rates.deck_file import Progress
from crystalcall.plumbing.rowsets import Rowset

PIECE: Final = 4000


def insert(
    model: type[models.Model],
    fields: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    total: int,
    progress: Progress | None = None,
) -> None:
    """Insert rows in the caller's transaction; `progress` is told (rows written, total) after each piece.

    Every column of the table must be among the fields, the row number excepted.
    """
    rowset = Rowset(model)
    remaining, done = iter(rows), 0
    while piece := list(islice(remaining, PIECE)):
        rowset.insert(fields, piece)
        done += len(piece)
        if progress is not None:
            progress(done, total)
