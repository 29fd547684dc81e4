"""Real processes enter and sign at once: no gap, no fork, nothing lost, one signature a day."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry
from crystalcall.privacy.register.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)

ENTERING = Path(__file__).with_name("entering.py")
SECONDS = 90
PROCESSES, ROUNDS = 4, 12


def test_processes_that_enter_at_once_leave_one_chain_without_a_gap(process_environment):
    children = [
        subprocess.Popen(
            [sys.executable, str(ENTERING), json.dumps({"name": f"p{number}", "rounds": ROUNDS})],
            env=process_environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        told = [child.communicate(timeout=SECONDS) for child in children]
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
            child.communicate()
    assert [child.returncode for child in children] == [0] * PROCESSES, told
    stand = sum(json.loads(out) for out, _ in told)
    assert stand == PROCESSES * ROUNDS * 2 // 3
    opened = RegisterEntry.objects.filter(book=Book.OPEN)
    assert opened.filter(kind=EntryKind.BACKUP_MADE.value).count() == stand
    assert RegisterEntry.objects.filter(book=Book.VEILED).count() == stand
    assert RegisterDay.objects.count() == opened.filter(kind=EntryKind.DISCLOSURES_OF_DAY.value).count() == 1
    assert verify().findings == ()
