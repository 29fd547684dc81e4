"""What is done with the archive: put away, opened by two officers, given to those who serve now, destroyed."""

from crystalcall.privacy.archive.actions.destroying import destroy_archive, destroy_lots, destroy_older, destroy_people
from crystalcall.privacy.archive.actions.nightly import clear_restored, keep_archive
from crystalcall.privacy.archive.actions.opening import open_archive, request_opening
from crystalcall.privacy.archive.actions.putting import archive_values, find_by_order, put_away
from crystalcall.privacy.archive.actions.rewrapping import request_rewrap, rewrap

__all__ = [
    "archive_values",
    "clear_restored",
    "destroy_archive",
    "destroy_lots",
    "destroy_older",
    "destroy_people",
    "find_by_order",
    "keep_archive",
    "open_archive",
    "put_away",
    "request_opening",
    "request_rewrap",
    "rewrap",
]
