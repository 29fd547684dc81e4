"""What the switch API counts."""

from typing import Final

from django.db import connections

from crystalcall.minutes.calls import queries
from crystalcall.plumbing import metrics
from crystalcall.switches.http import wire

ANSWERS: Final = metrics.counter(
    "crystalcall_switch_answers", "Answers to messages of switches, by step and HTTP status.", ("step", "status")
)
_known: Final[dict[tuple[type[wire.Said], int], metrics.Counter]] = {}


def note_answer(kind: type[wire.Said], status: int) -> None:
    """Count an answer."""
    counter = _known.get((kind, status))
    if counter is None:
        counter = _known[kind, status] = ANSWERS.labels(kind.__name__.lower(), str(status))
    counter.inc()


def show_running_calls() -> None:
    """Have the running calls counted at each reading of the figures; left out while the database is away."""
    metrics.ask_at_each_reading(
        "crystalcall_calls_running", "Calls that hold money at this moment, of all processes.", _running_calls
    )


def _running_calls() -> float:
    try:
        return queries.running_calls()
    finally:
        # Each reading has a thread of its own, and a connection with it.
        connections.close_all()
