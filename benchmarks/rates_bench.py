"""The rates: look-up and charge, memory, re-rating, and the import of a carrier's whole deck."""

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Final

from benchmarks.figures import Figure, Peer, beside, bounded
from benchmarks.house import House
from benchmarks.processes import ROOT, Worker

LOOKUPS_A_SECOND: Final = 200_000
BYTES_A_PREFIX: Final = 200
RERATING_SECONDS: Final = 20.0
IMPORT_SECONDS: Final = 2.0
IMPORT_MEBIBYTES: Final = 200.0
IMPORT_RATIO: Final = 6.0
DECK: Final = "src/crystalcall/minutes/rates/data/twilio_sip_trunk_2026-01-07.csv"


def lookups(house: House) -> list[Figure]:
    """Longest prefix and charge of a number, on one core."""
    with Worker("benchmarks.rating", house.sqlite.environment) as worker:
        numbers = house.sqlite.known["numbers"]
        rounds = [worker.ask("lookups", numbers=numbers, count=house.size.lookups) for _ in range(house.size.rounds)]
    note = f"{len(numbers):,} numbers in {rounds and 'the demo deck'}"
    return [bounded("look-up and charge", rounds, "/s on one core", LOOKUPS_A_SECOND, at_least=True, note=note)]


def memory(house: House) -> list[Figure]:
    """What a prefix takes in the index of a process."""
    with Worker("benchmarks.rating", house.sqlite.environment) as worker:
        said = worker.ask("memory")
    note = f"{said['prefixes']:,} prefixes"
    return [
        bounded(
            "prefix index",
            [said["bytes"] / said["prefixes"]],
            "bytes/prefix",
            BYTES_A_PREFIX,
            at_least=False,
            note=note,
        )
    ]


def rerating(house: House) -> list[Figure]:
    """Re-rating of past calls from the command line, as a whole process."""
    store = house.postgresql
    store.grow(max(house.size.growth))
    records = store.filler.ask("count_records")
    command = ("rates", "rerate", "--from", "2000-01-01", "--to", "2100-01-01", "--json")
    seconds, _, said = _timed(store.environment, command)
    told = json.loads(said)
    assert told["calls"] + told["unreachable_calls"] == records, told["calls"]  # noqa: S101 - else the figure lies
    million = seconds * 1_000_000 / records
    note = f"{records:,} records in {seconds:.1f} s, start of the process included"
    return [bounded("re-rating, for a million records", [million], "s", RERATING_SECONDS, at_least=False, note=note)]


def importing(house: House) -> list[Figure]:
    """A deck of 27,213 rows: the command as a whole process, and the import inside one beside a plain bulk insert."""
    figures = []
    for name, store in (("SQLite", house.sqlite), ("PostgreSQL", house.postgresql)):
        inside, plain, whole, peak = [], [], [], []
        for _ in range(house.size.imports):
            with Worker("benchmarks.rating", store.environment) as worker:
                plain.append(worker.ask("plain_insert", deck=DECK))
            with Worker("benchmarks.rating", store.environment) as worker:
                inside.append(worker.ask("import_deck", deck=DECK, carrier=_carrier("in")))
            seconds, mebibytes, _ = _timed(store.environment, _import_command())
            whole.append(seconds)
            peak.append(mebibytes)
        peer = Peer("plain bulk insert", plain, IMPORT_RATIO, at_least=False)
        figures += [
            bounded(f"import on {name}, whole command", whole, "s", IMPORT_SECONDS, at_least=False),
            bounded(f"its peak on {name}", peak, "MiB", IMPORT_MEBIBYTES, at_least=False),
            beside(f"import on {name}, without the start", inside, "s", peer),
        ]
    return figures


def _import_command() -> tuple[str, ...]:
    stated = ("--connect-fee", "0", "--increments", "60/60", "--effective", "2026-01-07")
    return ("rates", "import", DECK, "--carrier", _carrier("cli"), *stated)


def _carrier(kind: str) -> str:
    """A new carrier each time, so that no import finds its deck loaded already."""
    return f"bench-{kind}-{os.urandom(4).hex()}"


def _timed(environment: dict[str, str], arguments: tuple[str, ...]) -> tuple[float, float, bytes]:
    """A command of ours as a whole process: seconds, the most memory it held (getrusage) in MiB, and what it said."""
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "crystalcall.config.cli", *arguments], cwd=ROOT, env=environment, stdout=said
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed with {process.returncode}.")
        said.seek(0)
        return seconds, used.ru_maxrss / 1024, said.read()
