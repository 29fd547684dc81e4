"""What the call desk counts and measures."""

from collections import Counter as Tally
from collections.abc import Sequence
from typing import Final

from crystalcall.minutes.calls.desk.line import Pending
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, End, Extend, Outcome
from crystalcall.minutes.calls.values import Answered, Contradiction, Ended, Extended, Granted, Refused, UnknownCall
from crystalcall.plumbing import metrics

MESSAGES: Final = metrics.counter(
    "crystalcall_desk_messages", "Messages decided at the call desk.", ("step", "outcome", "reason")
)
TURNED_AWAY: Final = metrics.counter(
    "crystalcall_desk_turned_away", "Messages that were not decided: the line was full, or the wait too long.", ("why",)
)
RETRIES: Final = metrics.counter(
    "crystalcall_desk_retries", "Transactions tried again, by the kind of trouble.", ("error",)
)
SPLITS: Final = metrics.counter("crystalcall_desk_splits", "Batches split because a message spoiled them.")
CLOCK_JUMPS: Final = metrics.counter(
    "crystalcall_clock_jumps", "Jumps of the machine's clock, by direction.", ("direction",)
)
BATCH_MESSAGES: Final = metrics.histogram(
    "crystalcall_desk_batch_messages", "Messages committed together.", (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
)
COMMIT_SECONDS: Final = metrics.histogram(
    "crystalcall_desk_commit_seconds", "Deciding and committing one batch, retries included.", metrics.SECONDS
)
WAIT_SECONDS: Final = metrics.histogram(
    "crystalcall_desk_wait_seconds", "How long the first message of a batch stood in line.", metrics.SECONDS
)
AUTHORIZE_SECONDS: Final = metrics.histogram(
    "crystalcall_authorize_seconds", "An authorization from its arrival at the desk to its commit.", metrics.SECONDS
)
WRITERS_LOST: Final = metrics.counter(
    "crystalcall_desk_writers_lost", "Processes of writers that ended before their time; each was started again."
)
WRITER_SECONDS: Final = metrics.counter(
    "crystalcall_desk_writer_processor_seconds", "Processor time of the writers' processes, in seconds."
)
LINE_MESSAGES: Final = metrics.gauge("crystalcall_desk_line_messages", "Messages that stand in line now.")

_STEPS: Final[dict[type, str]] = {Authorize: "authorize", Answer: "answer", Extend: "extend", End: "end"}
_OUTCOMES: Final = {
    Granted: "granted",
    Refused: "refused",
    Answered: "answered",
    Extended: "extended",
    Ended: "ended",
    Contradiction: "contradiction",
    UnknownCall: "unknown_call",
}
#: What a writer counts where it works; from a process of its own it comes to the desk's with each answer.
_OF_WRITERS: Final = (RETRIES, SPLITS, CLOCK_JUMPS, WRITER_SECONDS)

#: Which of those, its labels, and by how much it grew.
Growth = tuple[int, dict[str, str], float]


class Counted:
    """What this process has counted for a writer since it was last asked."""

    def __init__(self) -> None:
        self._before: dict[tuple[int, tuple[tuple[str, str], ...]], float] = {}

    def growth(self) -> list[Growth]:
        """By how much each figure has grown."""
        grown: list[Growth] = []
        for number, counter in enumerate(_OF_WRITERS):
            for sample in next(iter(counter.collect())).samples:
                known = number, tuple(sample.labels.items())
                if more := sample.value - self._before.get(known, 0.0):
                    self._before[known] = sample.value
                    grown.append((number, dict(sample.labels), more))
        return grown


def add(grown: Sequence[Growth]) -> None:
    """Count here what a writer's process has counted there."""
    for number, labels, more in grown:
        counter = _OF_WRITERS[number]
        (counter.labels(**labels) if labels else counter).inc(more)


def note_batch(batch: Sequence[Pending], found: Sequence[Outcome | Exception], begun: float, done: float) -> None:
    """Count a batch that was taken out of the line at `begun` and decided at `done` (monotonic seconds)."""
    BATCH_MESSAGES.observe(len(batch))
    COMMIT_SECONDS.observe(done - begun)
    WAIT_SECONDS.observe(max(0.0, begun - batch[0].arrived))
    tally: Tally[tuple[type, type, str]] = Tally()
    for pending, outcome in zip(batch, found, strict=True):
        kind = type(pending.message)
        tally[kind, type(outcome), outcome.reason.value if isinstance(outcome, Refused) else ""] += 1
        if kind is Authorize:
            AUTHORIZE_SECONDS.observe(done - pending.arrived)
    for (kind, outcome_kind, reason), count in tally.items():
        MESSAGES.labels(_STEPS[kind], _OUTCOMES.get(outcome_kind, "failed"), reason).inc(count)
