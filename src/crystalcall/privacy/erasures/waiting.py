"""Erasures that waited for the end of a legal hold, carried out."""

import logging
from datetime import datetime

from crystalcall.privacy.erasures.actions import erase_child, erase_person
from crystalcall.privacy.erasures.values import ErasureWaits
from crystalcall.privacy.holds.actions import end_waiting
from crystalcall.privacy.holds.queries import waiting_erasures
from crystalcall.privacy.holds.values import Waiting
from crystalcall.privacy.keepers import Way

logger = logging.getLogger(__name__)


def carry_out_waiting(now: datetime) -> int:
    """Erase everybody who waited and whom no hold holds any more; gives how many such wishes were fulfilled.

    One that fails is logged and waits on; the others are carried out.
    """
    done = 0
    for waiting in waiting_erasures():
        try:
            done += _carry_out(waiting, now)
        except Exception:
            logger.exception("the erasure %s could not be carried out; it waits on", waiting.waiting_id)
    return done


def _carry_out(waiting: Waiting, now: datetime) -> bool:
    if waiting.way is Way.CHILD:
        erased = erase_child(waiting.person, waiting.by, now=now)
    else:
        erased = erase_person(
            waiting.person, waiting.way, now=now, by=waiting.by, nothing_sealed=waiting.nothing_sealed
        )
    if isinstance(erased, ErasureWaits):
        return False
    # Carried out by two processes at once, it finds nobody the second time.
    end_waiting(waiting.waiting_id)
    return True
