"""The set-based statements of the call room: what a page reads and what it writes, a dozen for any number of calls."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from django.db import IntegrityError

from crystalcall.minutes.calls.engine.live import (
    CHANGED_FIELDS,
    KNOWN_FIELDS,
    PAST_FIELDS,
    RUNNING_FIELDS,
    KnownCall,
    LiveCall,
    PastCall,
)
from crystalcall.minutes.calls.engine.messages import BatchConflict
from crystalcall.minutes.calls.engine.proving import RECORD_FIELDS
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, QuoteGuarantee, RunningCall
from crystalcall.minutes.ledger.books import Books
from crystalcall.plumbing.arrays import uuids
from crystalcall.plumbing.embedded import change_sqlite, written_uuids
from crystalcall.plumbing.rowsets import Rowset
from crystalcall.plumbing.together import NOTHING, Answer, Ready, Row, ask, on_postgresql, together

StepKey = tuple[UUID, str, int]

CALL_FIELDS: Final = (
    *("id", "switch_id", "call_id", "ledger_account_id", "pin_serial", "refusal_reason", "retry_after_seconds"),
    *("authorize_digest", "sealed_grant", "policy_version", "authorized_at"),
)
STEP_FIELDS: Final = ("call_id", "step", "sequence", "content_digest", "answer", "received_at")

_calls: Final = Rowset(Call)
_running: Final = Rowset(RunningCall)
_steps: Final = Rowset(CallStep)
_records: Final = Rowset(CallRecord)
_guarantees: Final = Rowset(QuoteGuarantee)

_BY_KEY: Final = (
    b"SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"
)
_RELEASE_POSTGRESQL: Final = (
    b"DELETE FROM calls_runningcall WHERE ledger_account_id = ANY($1::uuid[]) AND call_id = ANY($2::uuid[])"
)
_RELEASE_SQLITE: Final = "DELETE FROM calls_runningcall WHERE ledger_account_id = ? AND call_id = ?"


def ask_by_key() -> None:
    """Have this transaction find every row by its key, whatever the planner guesses, and plan no statement twice.

    A page asks for a few hundred rows by their keys. PostgreSQL plans from statistics that lag behind tables which fill
    and empty all day, and would read a whole table now and then because it was small when it was last counted.
    """
    if on_postgresql():
        ask(_BY_KEY, [])


# Each of these asks among the statements of `together`; what it gives reads the answer.


def ask_known_calls(call_ids: Collection[UUID]) -> Callable[[], Iterable[KnownCall]]:
    """Those of the calls that were named before."""
    answer = _calls.ask(KNOWN_FIELDS, "id", call_ids)
    return lambda: map(KnownCall._make, answer.rows())


def ask_kept_grants(call_ids: Collection[UUID]) -> Callable[[], dict[int, tuple[bytes, int]]]:
    """The sealed answers to those of the calls that were granted, and the policy of each, by the number of the id."""
    answer = _calls.ask(("id", "sealed_grant", "policy_version"), "id", call_ids)
    return lambda: {row[0].int: (row[1], row[2]) for row in answer.rows() if row[1] is not None}


def ask_running_calls(account_ids: Collection[UUID]) -> Callable[[], Iterable[LiveCall]]:
    """The running calls of these accounts."""
    answer = _running.ask(RUNNING_FIELDS, "ledger_account_id", account_ids)
    return lambda: map(LiveCall.of_row, answer.rows())


def ask_past_calls(calls: Collection[tuple[UUID, UUID]]) -> Callable[[], list[tuple[UUID, PastCall]]]:
    """Those of the calls, named by account and id, that are over."""
    answer = _records.ask_pairs(PAST_FIELDS, ("ledger_account_id", "call_id"), calls)
    return lambda: [(row[0], PastCall.of_row(row)) for row in answer.rows()]


def ask_steps(call_ids: Collection[UUID]) -> Callable[[], dict[StepKey, tuple[bytes, str]]]:
    """What was told of these calls, and answered: the digest and the answer of each step."""
    told = _steps.ask(STEP_FIELDS[:5], "call_id", call_ids)
    return lambda: {
        (call_id, step, sequence): (bytes(digest), answer) for call_id, step, sequence, digest, answer in told.rows()
    }


def ask_promised_decks(account_ids: Collection[UUID]) -> Callable[[datetime], list[tuple[UUID, int]]]:
    """The decks that purchases of these accounts promised until later than a moment, in the order of their ids."""
    answer = _guarantees.ask(("ledger_account_id", "deck_id", "until"), "ledger_account_id", account_ids)
    return lambda now: sorted(
        ((account_id, deck_id) for account_id, deck_id, until in answer.rows() if until > now), key=_deck
    )


def _deck(promise: tuple[UUID, int]) -> int:
    return promise[1]


@dataclass(slots=True)
class Written:
    """What a page adds and takes away."""

    calls: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    released: list[tuple[UUID, UUID]] = field(default_factory=list)

    def write(self, running: Iterable[LiveCall], books: Books) -> None:
        """Enter it, with what the running calls have become and the page of the books.

        Errors: BatchConflict, BooksChangedError, IntegrityError.
        """
        # In the order of their ids, so that two processes that were told the same calls never wait for each other.
        self.calls.sort(key=_first)
        new, changed = [], []
        for live in running:
            if live.is_new:
                new.append(live.row())
            elif live.is_changed:
                changed.append(live.changes())
        with together():
            _calls.insert(CALL_FIELDS, self.calls)
            released = _release(self.released)
            _running.insert(RUNNING_FIELDS, new)
            kept = _running.change(CHANGED_FIELDS, changed, where="t.seat = v.seat")
            _steps.insert(STEP_FIELDS, self.steps)
            _records.insert(RECORD_FIELDS, self.records)
            books.write()
        if released.count() != len(self.released) or kept.count() != len(changed):
            raise BatchConflict


def _first(row: Row) -> int:
    return int(row[0].int)


def _release(calls: list[tuple[UUID, UUID]]) -> Answer:
    """Delete running calls by account and id; the answer counts those that were there."""
    if not calls:
        return NOTHING
    if on_postgresql():
        return ask(_RELEASE_POSTGRESQL, [uuids(column) for column in zip(*calls, strict=True)])
    given = zip(*map(written_uuids, zip(*calls, strict=True)), strict=True)
    return Ready([], change_sqlite(_RELEASE_SQLITE, given))


def is_taken(error: IntegrityError) -> bool:
    """Whether a row could not be added because its key stands already."""
    cause = error.__cause__
    return isinstance(cause, psycopg.errors.UniqueViolation) or "UNIQUE constraint failed" in str(cause)
