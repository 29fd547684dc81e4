"""One of two processes that want the same people at the same moment: to hold, to erase or to correct them."""

import json
import sys
from datetime import datetime, timedelta
from uuid import UUID

import django

django.setup()  # before the rooms below can load

from django.db import transaction  # noqa: E402 - see above

from crystalcall.privacy import keepers  # noqa: E402 - see above
from crystalcall.privacy.erasures.actions import erase_person  # noqa: E402 - see above
from crystalcall.privacy.holds.actions import place_hold  # noqa: E402 - see above
from crystalcall.privacy.holds.values import HoldReason  # noqa: E402 - see above
from crystalcall.privacy.keepers import Correction, NameKind, Person, Way  # noqa: E402 - see above
from crystalcall.privacy.requests.moving import correct_all  # noqa: E402 - see above


def act(work: str, person: Person, now: datetime) -> str:
    """Hold, erase or correct; gives what became of it in a word."""
    if work == "erase":
        return type(erase_person(person, Way.DELETION, now=now)).__name__
    if work == "correct":
        with transaction.atomic():
            return str(correct_all(person, Correction(name="Anna Hale-Berg"), now=now))
    until = now + timedelta(days=30)
    with transaction.atomic():
        held = place_hold(person, HoldReason.TAX, until=until, by="0" * 32, note="tax", now=now)
        if work == "hold_slowly":
            say("placed\n")
            sys.stdin.readline()
    return type(held).__name__


def say(words: str) -> None:
    """To the parent, at once."""
    sys.stdout.write(words)
    sys.stdout.flush()


asked = json.loads(sys.argv[1])
moment = datetime.fromisoformat(asked["now"])
# Found before the race, as a page or a command finds them before somebody presses the button.
people = [
    keepers.whole(Person().joined(NameKind.CUSTOMER, [UUID(customer)]), widen=False) for customer in asked["customers"]
]
say("ready\n")
sys.stdin.readline()
sys.stdout.write(json.dumps([act(asked["work"], person, moment) for person in people]))
