"""Calls of which nothing was heard for longer than they were granted are settled by the switch's last word."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.engine import Lapsed
from crystalcall.minutes.calls.models import RunningCall
from crystalcall.minutes.calls.values import CallKey, Swept

logger = logging.getLogger(__name__)
SWEEP_BATCH: Final = 500
# So many are settled together: few enough that no caller waits for their accounts.
TOGETHER: Final = 100


def sweep_silent_calls(now: datetime) -> Swept:
    """Settle calls of which nothing was heard for longer than they were granted, many in a transaction.

    They are charged the seconds of the switch's last word; a call that was never used costs nothing. A call that cannot
    be settled is logged and left for the next sweep, and does not keep the others from theirs.
    """
    due = RunningCall.objects.filter(expires_at__lte=now).order_by("expires_at", "call_id")
    names = due.values_list("call__switch_id", "call__call_id")[:SWEEP_BATCH]
    keys = [CallKey(*name) for name in names]
    lapsed: list[Lapsed] = []
    for start in range(0, len(keys), TOGETHER):
        lapsed += _settle(keys[start : start + TOGETHER], now)
    return Swept(len(lapsed), sum(not one.was_answered for one in lapsed))


def _settle(keys: Sequence[CallKey], now: datetime) -> list[Lapsed]:
    """Settle them together; where that fails, one by one, so that a single one spoils nothing for the others."""
    try:
        return [one for one in engine.lapse_calls(keys, now=now) if isinstance(one, Lapsed)]
    except Exception:
        if len(keys) == 1:
            logger.exception("the silent call %s could not be settled", keys[0].call_id)
            return []
    return [one for key in keys for one in _settle([key], now)]
