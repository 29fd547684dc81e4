"""One of several guessers at once, started by test_pins_processes.py: says "ready", waits for a line, guesses."""

import json
import sys
from datetime import datetime

import django

django.setup()  # before the rooms below can load

from crystalcall.minutes.pins import actions  # noqa: E402 - see above
from crystalcall.minutes.pins.values import Origin, PinRefused  # noqa: E402 - see above

if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    moment = datetime.fromisoformat(job["now"])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    answers = [actions.check_pin(typed, origin=Origin(*job["origin"]), now=moment) for typed in job["typed"]]
    told = [answer.reason.value if isinstance(answer, PinRefused) else "accepted" for answer in answers]
    sys.stdout.write(json.dumps(told))
