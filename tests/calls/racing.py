"""Run as a process of its own: waits for its start, then says things to the call room, each in a thread of its own.

Arguments: the moment to start (Unix time), and a JSON list of lists, each a step and its words. Prints the answers as a
JSON list of texts.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first

from crystalcall.minutes.calls import actions  # noqa: E402 - Django must be set up first
from crystalcall.minutes.calls.values import AuthorizeRequest  # noqa: E402 - likewise

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def authorize(call_id: str, pin: str, called_number: str) -> object:
    return actions.authorize_call(AuthorizeRequest(1, call_id, called_number, pin=pin), now=NOW)


def end(call_id: str, used_seconds: str) -> object:
    return actions.end_call(1, call_id, used_seconds=int(used_seconds), release_cause="normal", now=NOW)


def extend(call_id: str, sequence: str, used_seconds: str) -> object:
    return actions.extend_call(1, call_id, sequence=int(sequence), used_seconds=int(used_seconds), now=NOW)


def sweep(moment: str) -> object:
    return actions.sweep_silent_calls(datetime.fromisoformat(moment))


STEPS = {"authorize": authorize, "end": end, "extend": extend, "sweep": sweep}

if __name__ == "__main__":
    start, sayings = float(sys.argv[1]), json.loads(sys.argv[2])

    def say(words: list[str]) -> str:
        time.sleep(max(0.0, start - time.time()))
        try:
            return repr(STEPS[words[0]](*words[1:]))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sayings)) as pool:
        sys.stdout.write(json.dumps(list(pool.map(say, sayings))))
