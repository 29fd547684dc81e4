"""At the start of a process: forget again whom a restored database brought back, before anybody is served."""

import logging
from datetime import datetime

from django.db import DatabaseError

from crystalcall.privacy.erasures.actions import replay
from crystalcall.privacy.erasures.ledger import LedgerBrokenError
from crystalcall.privacy.erasures.values import Replayed

logger = logging.getLogger(__name__)


def replay_at_start(now: datetime) -> Replayed | None:
    """Carry out what the replay ledger knows and this database does not; None where that was not possible now.

    A store whose database is away must still say so on its pages; the sweep tries again every minute. A ledger that was
    altered is said loudly, and what stands before the alteration cannot be trusted to be all.
    """
    try:
        return replay(now=now)
    except DatabaseError:
        logger.warning("the erasures could not be replayed at the start: the database is away")
    except LedgerBrokenError as problem:
        logger.critical("%s Put back a copy of it; nothing was replayed.", problem)
    return None
