"""Run as a process of its own, on the database of its environment: sets the scene, or looks at what is left of it.

`prepare` prints a switch's key, the PINs of three cards and their accounts as JSON; `look` settles what has been silent
for a day, and prints the findings of the audit, how many calls run, and each account's balance and hold.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")
django.setup()
sys.path.insert(0, str(Path(__file__).parent.parent / "calls"))

from call_scenery import DECK, make_card, publish  # noqa: E402 - Django is set up first
from django.utils import timezone  # noqa: E402 - likewise

from crystalcall.minutes.calls.actions import sweep_silent_calls  # noqa: E402 - likewise
from crystalcall.minutes.calls.queries import running_calls  # noqa: E402 - likewise
from crystalcall.minutes.ledger.queries import audit, balance  # noqa: E402 - likewise
from crystalcall.switches.http.actions import add_switch  # noqa: E402 - likewise


def prepare() -> dict[str, object]:
    now = timezone.now()
    publish(DECK, now)
    cards = [make_card(10, now) for _ in range(3)]
    return {
        "key": add_switch("tandem-1", now=now).key,
        "pins": [card.pin for card in cards],
        "accounts": [str(card.account_id) for card in cards],
    }


def look(*accounts: str) -> dict[str, object]:
    sweep_silent_calls(timezone.now() + timedelta(days=1))
    standing = [balance(UUID(account)) for account in accounts]
    return {
        "findings": [repr(finding) for finding in audit()],
        "running": running_calls(),
        "balances": [[one.posted_micros, one.held_micros] for one in standing],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"prepare": prepare, "look": look}[sys.argv[1]](*sys.argv[2:])))
