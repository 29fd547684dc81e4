"""At the start of a process: forget again whom a restored database brought back, before anybody is served.

And say in the register which of its signed days that database lacks, before another is signed in their place.
"""

import logging
from datetime import datetime

from django.db import DatabaseError

from crystalcall.privacy.erasures.actions import replay
from crystalcall.privacy.erasures.ledger import LedgerBrokenError
from crystalcall.privacy.erasures.queries import beyond_ledger
from crystalcall.privacy.erasures.values import Replayed
from crystalcall.privacy.register import witness

logger = logging.getLogger(__name__)


def replay_at_start(now: datetime) -> Replayed | None:
    """Carry out what the replay ledger knows and this database does not; None where that was not possible now.

    A store whose database is away must still say so on its pages; the sweep tries again every minute. A ledger that was
    altered is said loudly, and what stands before the alteration cannot be trusted to be all.
    """
    try:
        replayed = replay(now=now)
        if lacking := beyond_ledger():
            logger.critical("the replay ledger lacks %d erasures: put the newest copy of it there", lacking)
        witness.name_lost_days(now)
    except DatabaseError:
        logger.warning("the erasures could not be replayed at the start: the database is away")
    except LedgerBrokenError as problem:
        logger.critical("%s Put back a copy of it; nothing was replayed.", problem)
    else:
        return replayed
    return None
