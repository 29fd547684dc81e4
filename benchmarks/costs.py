"""`python -m benchmarks.costs`: what an operation costs in processor time, on a machine that others load as well.

Throughput by the clock says nothing where other work shares the cores. Here one process decides batches by the engine,
as a writer of the desk does, and what counts is the time its processor and PostgreSQL's spent: the same in every run to
a few per cent. `--profile FILE` says where the Python goes.
"""

import argparse
import dataclasses
import statistics
import sys
from collections.abc import Sequence

from benchmarks.house import House
from benchmarks.sizes import FULL

MICROSECONDS = 1e6


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    asked = _parser().parse_args(arguments)
    with House(dataclasses.replace(FULL, cards=asked.cards)) as house:
        store = house.sqlite if asked.database == "sqlite" else house.postgresql
        worker = house.worker("benchmarks.taking", store.environment)
        worker.ask(
            "introduce",
            switch_id=store.known["switch_id"],
            numbers=store.known["numbers"],
            cards=store.cards,
            share=0,
            shares=1,
        )
        for batch in asked.batch:
            worker.ask("take", batch=batch, operations=asked.operations // 4)
            rounds = [worker.ask("take", batch=batch, operations=asked.operations) for _ in range(asked.rounds)]
            sys.stdout.write(f"batches of {batch:4}: {_words(rounds)}\n")
            sys.stdout.flush()
            if asked.profile:
                worker.ask("take", batch=batch, operations=asked.operations, profile=asked.profile)
        store.filler.ask("audit")
    return 0


def _words(rounds: Sequence[dict[str, float]]) -> str:
    """The medians over the rounds, in microseconds an operation."""
    each = {
        side: statistics.median(one[side] / one["operations"] * MICROSECONDS for one in rounds)
        for side in ("python", "server", "wall")
    }
    both = each["python"] + each["server"]
    return (
        f"Python {each['python']:6.1f}, PostgreSQL {each['server']:6.1f}, both {both:6.1f} µs of processor each; "
        f"{each['wall']:6.1f} by the clock"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--batch", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--operations", type=int, default=20_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--profile", default="", help="write the functions that cost most into this file")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
