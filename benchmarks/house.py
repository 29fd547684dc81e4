"""What several benchmarks share in one run: a durable PostgreSQL, an SQLite file, filled once, and their callers."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.postgres import Pgbench, cluster
from benchmarks.processes import Worker, environment
from benchmarks.sizes import Size

#: From the order to the first counted answer: processes start a round together.
LEAD_SECONDS = 0.2


@dataclass(slots=True)
class Store:
    """A filled database: how programs of ours reach it, who fills it, and what is in it."""

    environment: dict[str, str]
    filler: Worker
    known: dict[str, Any]
    cards: int

    def grow(self, cards: int) -> None:
        """Have at least so many cards."""
        if cards > self.cards:
            self.filler.ask("fill", first=self.cards, last=cards)
            self.cards = cards


class House:
    """Opened for one run; everything in it is made at its first use and gone at the end."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._stack = contextlib.ExitStack()
        #: Figures that a later benchmark builds on.
        self.seen: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, problem, trace)

    @cached_property
    def address(self) -> str:
        """Of the durable PostgreSQL."""
        return self._stack.enter_context(cluster())

    @cached_property
    def pgbench(self) -> Pgbench:
        """PostgreSQL's own benchmark on the same server."""
        return Pgbench(self.address, self.size.pgbench_scale)

    @cached_property
    def postgresql(self) -> Store:
        """Our database on that server."""
        return self._filled(environment(self.folder(), self.address))

    @cached_property
    def sqlite(self) -> Store:
        """Our embedded database, in a file of its own."""
        return self._filled(environment(self.folder()))

    def folder(self) -> Path:
        """A new folder that is gone at the end."""
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="crystalcall-bench-")))

    def worker(self, module: str, environment: dict[str, str]) -> Worker:
        """A process that ends with the run."""
        return self._stack.enter_context(Worker(module, environment))

    def _filled(self, prepared: dict[str, str]) -> Store:
        filler = self.worker("benchmarks.filling", prepared)
        known = filler.ask("prepare", cards=self.size.cards)
        return Store(prepared, filler, known, self.size.cards)


@contextlib.contextmanager
def callers(store: Store, processes: int) -> Iterator[list[Worker]]:
    """So many processes, each with a desk of its own and its share of the cards."""
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker("benchmarks.callers", store.environment)) for _ in range(processes)]
        for share, worker in enumerate(workers):
            worker.ask(
                "introduce",
                switch_id=store.known["switch_id"],
                numbers=store.known["numbers"],
                cards=store.cards,
                share=share,
                shares=processes,
            )
        yield workers
        for worker in workers:
            worker.ask("leave")


def together(workers: list[Worker], do: str, size: Size, **arguments: Any) -> list[Any]:
    """One round in every process at the same time, with its warm-up before it."""
    start = time.monotonic() + LEAD_SECONDS + size.warm_up_seconds
    for worker in workers:
        worker.tell(do, start=start, seconds=size.seconds, **arguments)
    return [worker.hear() for worker in workers]


def operations_per_second(workers: list[Worker], size: Size) -> tuple[float, float]:
    """One round as fast as it goes: operations a second, and processor seconds of our processes per operation."""
    said = together(workers, "closed", size, clients=size.clients // len(workers))
    count = sum(each["operations"] for each in said)
    return count / size.seconds, sum(each["processor_seconds"] for each in said) / max(count, 1)
