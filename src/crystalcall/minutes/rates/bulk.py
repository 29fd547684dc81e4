"""Many rows at once, in pieces, so that memory stays flat and progress can be told."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, TypeVar

from django.db import models

from crystalcall.minutes.rates.deck_file import Progress

PIECE: Final = 4000

M = TypeVar("M", bound=models.Model)


def insert(model: type[M], rows: Iterable[M], total: int, progress: Progress | None = None) -> None:
    """Insert rows in the caller's transaction; `progress` is told (rows written, total) after each piece."""
    remaining, done = iter(rows), 0
    while piece := list(islice(remaining, PIECE)):
        model._default_manager.bulk_create(piece)  # noqa: SLF001 - Django's documented name for any model's manager
        done += len(piece)
        if progress is not None:
            progress(done, total)
