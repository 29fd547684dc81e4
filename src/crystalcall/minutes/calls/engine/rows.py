"""The set-based statements of the call room: what a page reads and what it writes, a dozen for any number of calls."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from django.db import IntegrityError, connection

from crystalcall.minutes.calls.engine.live import (
    CHANGED_FIELDS,
    KNOWN_FIELDS,
    PAST_FIELDS,
    RUNNING_FIELDS,
    BundleHold,
    KnownCall,
    LiveCall,
    PastCall,
    read_bundles,
)
from crystalcall.minutes.calls.engine.messages import BatchConflict
from crystalcall.minutes.calls.engine.proving import RECORD_FIELDS
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, QuoteGuarantee, RunningCall
from crystalcall.plumbing.rowsets import Row, Rowset, UuidArray, ask

StepKey = tuple[UUID, str, int]

CALL_FIELDS: Final = (
    *("id", "switch_id", "call_id", "ledger_account_id", "pin_serial", "refusal_reason", "retry_after_seconds"),
    *("authorize_digest", "sealed_grant", "authorized_at"),
)
STEP_FIELDS: Final = ("call_id", "step", "sequence", "content_digest", "answer", "received_at")

_calls: Final = Rowset(Call)
_running: Final = Rowset(RunningCall)
_steps: Final = Rowset(CallStep)
_records: Final = Rowset(CallRecord)
_guarantees: Final = Rowset(QuoteGuarantee)

# Holds that do not bear their call's own name must be named when the books are opened; hardly any call has one.
_UNUSUAL: Final = "allowances <> '' OR reservation_id <> call_id"
_RELEASE_POSTGRESQL: Final = (
    b"DELETE FROM calls_runningcall WHERE ledger_account_id = ANY(%b::uuid[]) AND call_id = ANY(%b::uuid[]) "
    b"RETURNING seat"
)
_RELEASE_SQLITE: Final = "DELETE FROM calls_runningcall WHERE ledger_account_id = ? AND call_id = ?"


def ask_by_key() -> None:
    """Have this transaction find every row by its key, whatever the planner guesses.

    A page asks for a few hundred rows by their keys. PostgreSQL plans from statistics that lag behind tables which fill
    and empty all day, and would read a whole table now and then because it was small when it was last counted.
    """
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with connection.wrap_database_errors:
            connection.connection.execute("SET LOCAL enable_seqscan = off")


def known_calls(call_ids: Collection[UUID]) -> Iterable[KnownCall]:
    """Those of the calls that were named before."""
    return map(KnownCall._make, _calls.fetch(KNOWN_FIELDS, "id", call_ids))


def unusual_holds(account_ids: Collection[UUID]) -> list[tuple[UUID, UUID, list[BundleHold]]]:
    """The running calls of these accounts whose holds have names of their own: call, hold of money, bundles."""
    if not account_ids:
        return []
    found = _running.fetch(
        ("call_id", "reservation_id", "allowances"), "ledger_account_id", account_ids, where=_UNUSUAL
    )
    return [(call_id, hold_id, read_bundles(bundles) if bundles else []) for call_id, hold_id, bundles in found]


def running_calls(account_ids: Collection[UUID]) -> Iterable[LiveCall]:
    """The running calls of these accounts."""
    if not account_ids:
        return ()
    return map(LiveCall.of_row, _running.fetch(RUNNING_FIELDS, "ledger_account_id", account_ids))


def past_calls(calls: Collection[tuple[UUID, UUID]]) -> list[tuple[UUID, PastCall]]:
    """Those of the calls, named by account and id, that are over."""
    if not calls:
        return []
    found = _records.fetch_pairs(PAST_FIELDS, ("ledger_account_id", "call_id"), calls)
    return [(row[0], PastCall.of_row(row)) for row in found]


def steps(call_ids: Collection[UUID]) -> dict[StepKey, tuple[bytes, str]]:
    """What was told of these calls, and answered: the digest and the answer of each step."""
    if not call_ids:
        return {}
    found = _steps.fetch(STEP_FIELDS[:5], "call_id", call_ids)
    return {(call_id, step, sequence): (bytes(digest), answer) for call_id, step, sequence, digest, answer in found}


def promised_decks(account_ids: Collection[UUID], now: datetime) -> list[tuple[UUID, int]]:
    """The decks that purchases of these accounts promised until later than now, in the order of their ids."""
    found = _guarantees.fetch(("ledger_account_id", "deck_id", "until"), "ledger_account_id", account_ids)
    return sorted(((account_id, deck_id) for account_id, deck_id, until in found if until > now), key=_deck)


def _deck(promise: tuple[UUID, int]) -> int:
    return promise[1]


@dataclass(slots=True)
class Written:
    """What a page adds and takes away."""

    calls: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    released: list[tuple[UUID, UUID]] = field(default_factory=list)

    def write(self, running: Iterable[LiveCall]) -> None:
        """Enter it, with what the running calls have become. Errors: BatchConflict, IntegrityError."""
        # In the order of their ids, so that two processes that were told the same calls never wait for each other.
        self.calls.sort(key=_first)
        _calls.insert(CALL_FIELDS, self.calls)
        _release(self.released)
        new, changed = [], []
        for live in running:
            if live.is_new:
                new.append(live.row())
            elif live.is_changed:
                changed.append(live.changes())
        _running.insert(RUNNING_FIELDS, new)
        if _running.update(CHANGED_FIELDS, changed, where="t.seat = v.seat") != len(changed):
            raise BatchConflict
        _steps.insert(STEP_FIELDS, self.steps)
        _records.insert(RECORD_FIELDS, self.records)


def _first(row: Row) -> UUID:
    call_id: UUID = row[0]
    return call_id


def _release(calls: list[tuple[UUID, UUID]]) -> None:
    """Delete running calls by account and id. Errors: BatchConflict where one is gone."""
    if not calls:
        return
    if connection.vendor == "postgresql":
        count = len(ask(_RELEASE_POSTGRESQL, [UuidArray(column) for column in zip(*calls, strict=True)]))
    else:
        connection.ensure_connection()
        given = [(account_id.hex, call_id.hex) for account_id, call_id in calls]
        with connection.wrap_database_errors:
            count = connection.connection.executemany(_RELEASE_SQLITE, given).rowcount
    if count != len(calls):
        raise BatchConflict


def is_taken(error: IntegrityError) -> bool:
    """Whether a row could not be added because its key stands already."""
    cause = error.__cause__
    return isinstance(cause, psycopg.errors.UniqueViolation) or "UNIQUE constraint failed" in str(cause)
