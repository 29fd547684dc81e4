"""What is done with the archive: put away, opened by two officers, destroyed."""

from crystalcall.privacy.archive.actions.destroying import destroy_archive, destroy_lots, destroy_older
from crystalcall.privacy.archive.actions.nightly import keep_archive
from crystalcall.privacy.archive.actions.opening import open_archive, request_opening
from crystalcall.privacy.archive.actions.putting import archive_values, put_away

__all__ = [
    "archive_values",
    "destroy_archive",
    "destroy_lots",
    "destroy_older",
    "keep_archive",
    "open_archive",
    "put_away",
    "request_opening",
]
