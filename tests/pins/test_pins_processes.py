"""Guessers in several processes: every miss is counted, and no count is lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crystalcall.minutes.pins import queries
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.rules.pins import PinState

pytestmark = pytest.mark.django_db(transaction=True)

GUESSING = Path(__file__).with_name("guessing.py")
WRONG = "000000000000"


def race(environment, jobs) -> Counter[str]:
    children = [
        subprocess.Popen(
            [sys.executable, str(GUESSING), json.dumps(job)],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for job in jobs
    ]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        told: Counter[str] = Counter()
        for child in children:
            out, err = child.communicate(timeout=60)
            assert child.returncode == 0, err
            told.update(json.loads(out))
        return told
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
            child.communicate()


def test_four_guessers_from_one_number_get_hardly_more_than_five_guesses(process_environment, now):
    job = {"origin": ["+17185550166", "+17185550100"], "now": now.isoformat(), "typed": [WRONG] * 10}
    told = race(process_environment, [job] * 4)
    # All four may be past the look at the counter when the first miss is written; from then on they queue.
    assert 5 <= told["unknown_pin"] <= 8
    assert told["unknown_pin"] + told["too_many_tries"] == 40
    assert PinMissSource.objects.get().misses == told["unknown_pin"]


def test_ten_near_misses_from_ten_numbers_at_once_are_ten(process_environment, issued, now):
    serial, pin, _ = issued()
    near = [f"{pin[:8]}{number:04d}" for number in range(13) if f"{number:04d}" != pin[8:]]

    def jobs(endings, process):
        origin = [f"+1718555{process:04d}", None]
        return {"origin": origin, "now": now.isoformat(), "typed": endings}

    race(process_environment, [jobs(near[process * 3 : process * 3 + 3], process) for process in range(3)])
    assert Pin.objects.get().concern_misses == 9
    race(process_environment, [jobs(near[9:10], 9)])
    assert queries.pin(serial).state is PinState.BLOCKED
