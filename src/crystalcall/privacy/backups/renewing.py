"""The file of keys stays young: a key that was destroyed must not live on in it for longer than a day."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from crystalcall.plumbing.settings import current
from crystalcall.privacy.backups.actions import KEYS_NAME, STAMP, create_keys, folder, key_files
from crystalcall.privacy.backups.values import BackupError
from crystalcall.privacy.erasures import ledger

logger = logging.getLogger(__name__)

RENEWED_AFTER: Final = timedelta(days=1)


def renew_keys(now: datetime) -> int:
    """Write the file of keys anew where somebody was forgotten since, or a day passed; gives how many files went.

    Only where there is one: the first is made by `backup create`. What cannot be renewed is deleted once it is older
    than `key_backup_days`, since it would bring destroyed keys back.
    """
    place, gone = folder(), 0
    files = key_files(place)
    if not files:
        return 0
    if current().backup_recipient and _is_stale(files[-1], now):
        try:
            gone = len(create_keys(place, now=now, tell=lambda *_: None)[1])
        except BackupError as problem:
            logger.warning("the file of keys could not be renewed: %s", problem)
    oldest = now - timedelta(days=current().key_backup_days)
    for file in key_files(place):
        made = made_at(file)
        if made is None or made < oldest:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def made_at(file: Path) -> datetime | None:
    """The moment that stands in the name of a file of keys."""
    try:
        return datetime.strptime(file.stem.removeprefix(KEYS_NAME), STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_stale(file: Path, now: datetime) -> bool:
    made = made_at(file)
    if made is None or made <= now - RENEWED_AFTER:
        return True
    return any(line.at >= made for line in reversed(ledger.lines()))
