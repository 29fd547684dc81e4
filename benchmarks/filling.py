"""Fills a database for a benchmark: decks, a switch, and cards that each have one finished call behind them."""

import statistics
import time
from datetime import timedelta
from typing import Any

from benchmarks.copying import HISTORY_DAYS, Original, copy, original_of
from benchmarks.numbers import callable_numbers
from benchmarks.processes import serve, start_django

CREDIT_MICROS = 1_000_000_000
#: Cards are copied in pieces of so many, each a transaction.
PIECE = 20_000
#: So many cards are made, and their calls are to as many places; all others are copies of these.
ORIGINALS = 40
SECONDS_TALKED = 23
BETWEEN_COMMITS_SECONDS = 0.004
#: The table of bare commits, by database.
_COMMITS = {"postgresql": "bench.commits", "sqlite": "bench_commit"}


# Read once, before anybody else calls with them.
_originals: list[Original] = []


def prepare(cards: int) -> dict[str, Any]:
    """Tables, decks, a switch, and the first cards; gives what the clients need to know."""
    from django.core.management import call_command

    from crystalcall.minutes.rates.actions import load_demo_decks
    from crystalcall.minutes.rates.queries import current_deck
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.keys import store as key_store
    from crystalcall.switches.http.actions import add_switch
    from crystalcall.switches.http.queries import switches

    call_command("migrate", verbosity=0, interactive=False)
    key_store.prepare()
    load_demo_decks(now=now())
    deck = current_deck(now())
    assert deck is not None  # noqa: S101 - just loaded
    switch = add_switch("bench", now=now())
    known = {
        "switch_id": switches()[0].id,
        "switch_key": getattr(switch, "key", ""),
        "deck_id": deck.id,
        "numbers": callable_numbers(deck.id),
    }
    _make_months()
    _originals.extend(_make_original(card, known) for card in range(ORIGINALS))
    fill(ORIGINALS, cards)
    return known


def fill(first: int, last: int) -> None:
    """Add cards `first` up to (without) `last`, and tell the database what it has."""
    from django.db import transaction

    for start in range(first, last, PIECE):
        with transaction.atomic():
            copy(_originals, ((card, pin_of(card)) for card in range(start, min(start + PIECE, last))))
    settle()


def settle() -> None:
    """Statistics as autovacuum would gather them, and everything on the disk, so that no round pays for the fill."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def audit() -> None:
    """Prove that what was measured was right. Errors: AssertionError with what the audit found."""
    from crystalcall.minutes.ledger.auditing import audit as audit_books

    found = list(audit_books())
    assert not found, found[:5]  # noqa: S101 - a figure of wrong books is no figure


def commit_seconds(count: int) -> float:
    """The median time of one row written and committed, one after the other, with nothing else going on."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Beside the shop's tables: no process serves over a column among them that no room declares.
            cursor.execute("CREATE SCHEMA IF NOT EXISTS bench")
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {_COMMITS[connection.vendor]} (at double precision)")
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            cursor.execute(f"INSERT INTO {_COMMITS[connection.vendor]} VALUES (1)")  # noqa: S608 - our own name
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def commits_beside(start: float, seconds: float) -> list[float]:
    """One row written and committed every few milliseconds while others work; the seconds that each took."""
    from django.db import connection

    taken = []
    time.sleep(max(0.0, start - time.monotonic()))
    with connection.cursor() as cursor:
        while time.monotonic() < start + seconds:
            begun = time.perf_counter()
            cursor.execute(f"INSERT INTO {_COMMITS[connection.vendor]} VALUES (1)")  # noqa: S608 - our own name
            taken.append(time.perf_counter() - begun)
            time.sleep(BETWEEN_COMMITS_SECONDS)
    return taken


def count_records() -> int:
    """How many records of calls there are."""
    from crystalcall.minutes.calls.models import CallRecord

    return CallRecord.objects.count()


def pin_of(card: int) -> str:
    """The PIN of a card."""
    from crystalcall.rules.pins import PIN_COUNT, pin_from_draw

    # A stride that shares no factor with the number of PINs spreads the cards over all of them.
    return pin_from_draw(card * 7_777_777_777 % PIN_COUNT)


def _make_months() -> None:
    """A table for each month in which the calls behind the cards ended, as the months that passed would have left."""
    from crystalcall.minutes.calls.months import make_month
    from crystalcall.plumbing.clock import now

    for days in range(0, HISTORY_DAYS + 1, 15):
        make_month(now() - timedelta(days=days))


def _make_original(card: int, known: dict[str, Any]) -> Original:
    """A card by the rooms' own actions: credit, PIN, the promise of today's prices, and one finished call."""
    from unittest import mock

    from crystalcall.minutes.calls.actions import authorize_call, end_call, guarantee_quote
    from crystalcall.minutes.calls.values import AuthorizeRequest, Ended, Granted
    from crystalcall.minutes.ledger.actions import Posting, open_account, system_account, transfer
    from crystalcall.minutes.pins.actions import issue_pin
    from crystalcall.plumbing.clock import now
    from crystalcall.rules.ledger import AccountKind
    from crystalcall.rules.pins import PIN_LEAST

    key, pin = f"bench:card:{card}", pin_of(card)
    account = open_account(AccountKind.CUSTOMER_CREDIT, key=key, now=now())
    source = system_account(AccountKind.GATEWAY_CLEARING, now=now())
    transfer(Posting(source, account, CREDIT_MICROS, "bench.opening", f"{key}:opening"), now=now())
    with mock.patch("secrets.randbelow", return_value=int(pin) - PIN_LEAST):
        issue_pin(account, key=key, now=now())
    guarantee_quote(account, known["deck_id"], until=now() + timedelta(days=30), now=now())
    numbers = known["numbers"]
    called = numbers[card * len(numbers) // ORIGINALS]
    granted = authorize_call(AuthorizeRequest(known["switch_id"], key, called, pin=pin), now=now())
    assert isinstance(granted, Granted), granted  # noqa: S101 - otherwise nothing can be measured
    used = SECONDS_TALKED * (1 + card)
    ended = end_call(known["switch_id"], key, used_seconds=used, release_cause="normal", now=now())
    assert isinstance(ended, Ended), ended  # noqa: S101 - likewise
    return original_of(key, pin)


if __name__ == "__main__":
    start_django()
    serve(
        {
            "prepare": prepare,
            "fill": fill,
            "audit": audit,
            "commit_seconds": commit_seconds,
            "commits_beside": commits_beside,
            "count_records": count_records,
        }
    )
