"""The desk without a protocol: throughput on both databases, latency under half of it, and how cost grows."""

import statistics
import time
from typing import Final

from benchmarks.figures import Figure, Peer, alone, beside, bounded
from benchmarks.house import LEAD_SECONDS, House, Store, callers, operations_per_second
from benchmarks.processes import Worker

DESK_RATIO: Final = 2.0
SQLITE_OPERATIONS: Final = 8_000
SQLITE_RATIO: Final = 20.0
LATENCY_RATIO: Final = 5.0
MICROSECONDS: Final = 1e6
MILLISECONDS: Final = 1e3
#: Commits timed one by one for the latency's peer.
COMMITS: Final = 300


def desk(house: House) -> list[Figure]:
    """Operations per second on PostgreSQL beside pgbench's transactions, round by round on the same server."""
    size, store = house.size, house.postgresql
    ours, theirs, cost = [], [], []
    with callers(store, size.processes) as workers:
        operations_per_second(workers, size)  # the first round fills every cache, and is not counted
        for _ in range(size.rounds):
            theirs.append(house.pgbench.transactions_per_second(size.seconds))
            operations, seconds = operations_per_second(workers, size)
            ours.append(operations)
            cost.append(seconds * MICROSECONDS)
    store.filler.ask("audit")
    house.seen["desk"] = statistics.median(ours)
    who = f"{size.processes} process(es) with a desk each, {size.clients} callers in all, {store.cards:,} balances"
    return [
        beside("desk on PostgreSQL", ours, "operations/s", Peer("pgbench -N", theirs, DESK_RATIO), note=who),
        alone("its Python, callers included", cost, "µs of processor/operation"),
    ]


def latency(house: House) -> list[Figure]:
    """The 99th percentile of an authorization at half of what the desk can do, beside one durable commit.

    The peer of the limit is the median commit of a server that does nothing else; what a commit takes while the desk
    works, percentile against percentile, stands beside it.
    """
    size, store = house.size, house.postgresql
    if "desk" not in house.seen:
        desk(house)
    calls_per_second = house.seen["desk"] / 2 / 2  # half of the operations, of which a call has two
    worst, middle, idle, busy = [], [], [], []
    with callers(store, size.processes) as workers:
        for _ in range(size.rounds):
            idle.append(store.filler.ask("commit_seconds", count=COMMITS) * MILLISECONDS)
            said, commits = _paced(house, workers, calls_per_second)
            worst.append(percentile(said, 0.99) * MILLISECONDS)
            middle.append(statistics.median(said) * MILLISECONDS)
            busy.append(percentile(commits, 0.99) * MILLISECONDS)
    pace = f"{calls_per_second * 2:,.0f} operations/s, arrivals by chance (Poisson), from due time to answer"
    alone_there = Peer("a commit alone, median", idle, LATENCY_RATIO, at_least=False)
    same_load = Peer("99 % of commits at this load", busy, None, at_least=False)
    return [
        beside("99 % of authorizations within", worst, "ms", alone_there, note=pace),
        beside("the same", worst, "ms", same_load),
        alone("half of the authorizations within", middle, "ms"),
    ]


def _paced(house: House, workers: list[Worker], calls_per_second: float) -> tuple[list[float], list[float]]:
    """One round: the latencies of authorizations, and of commits beside them, in seconds."""
    size, filler = house.size, house.postgresql.filler
    start = time.monotonic() + LEAD_SECONDS + size.warm_up_seconds
    filler.tell("commits_beside", start=start, seconds=size.seconds)
    for worker in workers:
        worker.tell("paced", start=start, seconds=size.seconds, calls_per_second=calls_per_second / len(workers))
    found = [each for worker in workers for each in worker.hear()["latencies"]]
    return found, filler.hear()


def percentile(taken: list[float], part: float) -> float:
    """The value that this part of them does not exceed."""
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * part))]


def sqlite(house: House) -> list[Figure]:
    """Operations per second on the embedded database, beside one row and one commit after the other in such a file."""
    size, store = house.size, house.sqlite
    ours, commits = [], []
    with callers(store, 1) as workers:
        operations_per_second(workers, size)
        for _ in range(size.rounds):
            commits.append(1 / store.filler.ask("commit_seconds", count=COMMITS))
            ours.append(operations_per_second(workers, size)[0])
    store.filler.ask("audit")
    peer = Peer("commits of one row", commits, None)
    compared = beside("desk on SQLite (synchronous=FULL)", ours, "operations/s", peer)
    return [_either(compared, f"one process, {size.clients} callers; limit: 8,000/s, or 20 times the commits")]


def _either(figure: Figure, note: str) -> Figure:
    """Met by the speed or by the ratio, whichever the disk allows; judged by the nearer of the two."""
    reached = max(figure.value / SQLITE_OPERATIONS, (figure.ratio or 0) / SQLITE_RATIO)
    return Figure(
        *(figure.name, figure.value, figure.least, figure.most, figure.unit, figure.peer, figure.peer_value),
        ratio=figure.ratio,
        judged=reached * SQLITE_OPERATIONS,
        bound=SQLITE_OPERATIONS,
        note=note,
    )


def growth(house: House) -> list[Figure]:
    """What an operation costs with ever more balances and call records; every card has a finished call behind it."""
    import math

    size, store = house.size, house.postgresql
    figures: list[Figure] = []
    least: Figure | None = None
    for cards in size.growth:
        store.grow(cards)
        rounds = _costs(house, store)
        name = f"an operation at {cards:,} balances, {cards:,} records"
        if least is None:
            least = alone(name, rounds, "µs")
            figures.append(least)
            continue
        expected = math.log(cards) / math.log(size.growth[0])
        figures.append(_grown(name, rounds, least, expected))
    return figures


def _costs(house: House, store: Store) -> list[float]:
    size = house.size
    with callers(store, size.processes) as workers:
        operations_per_second(workers, size)
        return [MICROSECONDS / operations_per_second(workers, size)[0] for _ in range(size.rounds)]


def _grown(name: str, rounds: list[float], least: Figure, expected: float) -> Figure:
    """Beside the smallest: the cost may grow as the logarithm does."""
    figure = bounded(name, rounds, "µs", 0.0, at_least=False)
    ratio = figure.value / least.value
    return Figure(
        *(name, figure.value, figure.least, figure.most, "µs", "the smallest", least.value),
        ratio=ratio,
        judged=ratio,
        bound=expected,
        at_least=False,
        note=f"{'█' * max(1, round(20 * ratio))} limit: as the logarithm",
    )
