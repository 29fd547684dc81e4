"""One of two processes that want the same people at the same moment, one to hold and one to erase them."""

import json
import sys
from datetime import datetime, timedelta
from uuid import UUID

import django

django.setup()  # before the rooms below can load

from crystalcall.privacy import keepers  # noqa: E402 - see above
from crystalcall.privacy.erasures.actions import erase_person  # noqa: E402 - see above
from crystalcall.privacy.holds.actions import place_hold  # noqa: E402 - see above
from crystalcall.privacy.holds.values import HoldReason  # noqa: E402 - see above
from crystalcall.privacy.keepers import NameKind, Person, Way  # noqa: E402 - see above


def act(work: str, person: Person, now: datetime) -> str:
    """Hold or erase; gives what became of it in a word."""
    if work == "erase":
        return type(erase_person(person, Way.DELETION, now=now)).__name__
    until = now + timedelta(days=30)
    held = place_hold(person, HoldReason.TAX, until=until, by="0" * 32, note="tax", now=now)
    return type(held).__name__


asked = json.loads(sys.argv[1])
moment = datetime.fromisoformat(asked["now"])
# Found before the race, as a page or a command finds them before somebody presses the button.
people = [
    keepers.whole(Person().joined(NameKind.CUSTOMER, [UUID(customer)]), widen=False) for customer in asked["customers"]
]
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
sys.stdout.write(json.dumps([act(asked["work"], person, moment) for person in people]))
