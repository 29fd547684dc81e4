"""Run as a process of its own: waits for its start, then says things to the call room, each in a thread of its own.

Arguments: the moment to start (Unix time), and a JSON list of lists, each a step and its words. Prints the answers as a
JSON list of texts.
"""

import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()

from django.db import OperationalError, connection  # noqa: E402 - Django must be set up first

from crystalcall.minutes.calls import actions, engine  # noqa: E402 - Django must be set up first
from crystalcall.minutes.calls.values import AuthorizeRequest, CallKey  # noqa: E402 - likewise

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def authorize(call_id: str, pin: str, called_number: str) -> object:
    return actions.authorize_call(AuthorizeRequest(1, call_id, called_number, pin=pin), now=NOW)


def end(call_id: str, used_seconds: str) -> object:
    return actions.end_call(1, call_id, used_seconds=int(used_seconds), release_cause="normal", now=NOW)


def extend(call_id: str, sequence: str, used_seconds: str) -> object:
    return actions.extend_call(1, call_id, sequence=int(sequence), used_seconds=int(used_seconds), now=NOW)


def sweep(moment: str) -> object:
    return actions.sweep_silent_calls(datetime.fromisoformat(moment))


def batches(seed: str, pins: str) -> object:
    """Says the same of forty calls as every other process, in an order and in batches of its own; gives the answers."""
    chance, cards = random.Random(seed), pins.split()
    told: dict[str, str] = {}
    for step in ("authorize", "end"):
        calls = list(range(40))
        chance.shuffle(calls)
        for start in range(0, len(calls), 7):
            names = calls[start : start + 7]
            messages = [message(step, name, cards) for name in names]
            told |= {f"{step} {name}": repr(one) for name, one in zip(names, _taken(messages), strict=True)}
    return told


def message(step: str, name: int, cards: list[str]) -> engine.Message:
    if step == "end":
        return engine.End(CallKey(1, f"call-{name}"), 60 + name, "normal")
    pin = cards[name % len(cards)]
    return engine.Authorize(AuthorizeRequest(1, f"call-{name}", "+74951234567", pin=pin, slice_seconds=120))


def _taken(messages: list[engine.Message]) -> list[engine.Outcome]:
    while True:
        try:
            return engine.take(messages, now=NOW)
        except engine.BatchConflict:
            continue
        except OperationalError:
            # SQLite waits for its one writer only so long.
            if connection.vendor == "postgresql":
                raise


STEPS = {"authorize": authorize, "end": end, "extend": extend, "sweep": sweep, "batches": batches}

if __name__ == "__main__":
    start, sayings = float(sys.argv[1]), json.loads(sys.argv[2])

    def say(words: list[str]) -> str:
        time.sleep(max(0.0, start - time.time()))
        try:
            said = STEPS[words[0]](*words[1:])
            return json.dumps(said) if isinstance(said, dict) else repr(said)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sayings)) as pool:
        sys.stdout.write(json.dumps(list(pool.map(say, sayings))))
