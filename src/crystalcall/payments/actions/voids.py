"""Giving back a second payment: a void is sent once; an outcome nobody knows is looked up, never sent again blindly."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from crystalcall.payments import locks, tasks
from crystalcall.payments.connection import at_gateway
from crystalcall.payments.gateway import (
    DetailsAnswer,
    Gateway,
    GatewayUnknown,
    Standing,
    TransactionDetails,
    TransactionNotFound,
    VoidAnswer,
    Voided,
)
from crystalcall.payments.models import DETAIL_CHARACTERS, GatewayTransaction
from crystalcall.payments.states import VoidState
from crystalcall.plumbing import settings
from crystalcall.plumbing.ids import random_code

logger = logging.getLogger(__name__)

REF_ID_CHARACTERS = 16
_GONE = frozenset({Standing.VOIDED, Standing.EXPIRED, Standing.REFUNDED, Standing.DECLINED})
_VOIDABLE = frozenset({Standing.CAPTURED, Standing.AUTHORIZED, Standing.HELD})


def void_surplus(transaction_row_id: int, *, now: datetime, gateway: Gateway | None = None) -> VoidState | None:
    """Bring the void of a surplus transaction one step further; gives where it stands, None for no such row.

    Whoever finds it WANTED sends it; whoever finds it SENT, by a call whose end nobody saw, only looks.
    """
    claimed = _claim(transaction_row_id, now=now)
    if claimed is None:
        return None
    trans_id, found = claimed
    if found is VoidState.WANTED:
        with at_gateway(gateway) as opened:
            answer = opened.void(trans_id, random_code(REF_ID_CHARACTERS))
        return _apply(transaction_row_id, *_after_sending(answer), now=now)
    if found is VoidState.SENT:
        with at_gateway(gateway) as opened:
            seen = opened.transaction_details(trans_id)
        return _apply(transaction_row_id, *_after_looking(seen), now=now)
    return found


def _claim(transaction_row_id: int, *, now: datetime) -> tuple[str, VoidState] | None:
    """What was found, after writing that it is being sent: written before the call, so a crash cannot send it twice.

    A call that may still be under way is left alone: it counts as found in the state it will leave behind.
    """
    patience = timedelta(seconds=settings.current().reconcile_after_seconds)
    with transaction.atomic(durable=True):
        row = locks.gateway_transaction(transaction_row_id)
        if row is None or row.void_state == VoidState.NONE.value:
            return None
        found = VoidState(row.void_state)
        if found is VoidState.SENT and row.void_changed_at is not None and now - row.void_changed_at < patience:
            return None
        if found is VoidState.WANTED:
            _write(row, VoidState.SENT, "", now=now)
        return row.trans_id, found


def _after_sending(answer: VoidAnswer) -> tuple[VoidState, str]:
    if isinstance(answer, Voided):
        return VoidState.VOIDED, ""
    if isinstance(answer, GatewayUnknown):
        return VoidState.SENT, f"{answer.cause.value} {answer.detail}".strip()
    return VoidState.REFUSED, answer.detail


def _after_looking(seen: DetailsAnswer) -> tuple[VoidState, str]:
    """The truth decides: gone is done, still voidable is sent again, settled needs a refund by a person."""
    if isinstance(seen, TransactionDetails):
        if seen.standing in _GONE:
            return VoidState.VOIDED, ""
        if seen.standing in _VOIDABLE:
            return VoidState.WANTED, "not voided when looked at"
        if seen.standing is Standing.SETTLED:
            return VoidState.REFUSED, "settled: it must be refunded"
        return VoidState.SENT, f"stands as {seen.standing.value}"
    if isinstance(seen, TransactionNotFound):
        return VoidState.REFUSED, "not found"
    return VoidState.SENT, "the gateway could not tell"


def _apply(transaction_row_id: int, state: VoidState, detail: str, *, now: datetime) -> VoidState:
    with transaction.atomic(durable=True):
        row = locks.gateway_transaction(transaction_row_id)
        if row is None or row.void_state in {VoidState.VOIDED.value, VoidState.REFUSED.value}:
            return VoidState(row.void_state) if row else state
        _write(row, state, detail, now=now)
        if state is VoidState.WANTED:
            tasks.enqueue_void(row.pk)
    if state is VoidState.REFUSED:
        logger.error("the second payment in row %s could not be voided: %s", transaction_row_id, detail)
    return state


def _write(row: GatewayTransaction, state: VoidState, detail: str, *, now: datetime) -> None:
    row.void_state, row.void_changed_at, row.void_detail = state.value, now, detail[:DETAIL_CHARACTERS]
    row.save(update_fields=["void_state", "void_changed_at", "void_detail"])
