"""How much is measured, and for how long: the real run, and a tiny one that only shows that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """The figures of one run. Each round lasts `seconds` after `warm_up_seconds` that do not count."""

    cards: int
    growth: tuple[int, ...]
    rounds: int
    seconds: float
    warm_up_seconds: float
    #: How many processes hold a desk, and how many calls each has under way at once.
    processes: int
    clients: int
    connections: int
    pgbench_scale: int
    lookups: int
    imports: int


FULL = Size(
    cards=10_000,
    growth=(10_000, 100_000, 1_000_000),
    rounds=5,
    seconds=4.0,
    warm_up_seconds=1.5,
    processes=2,
    clients=512,
    connections=128,
    pgbench_scale=10,
    lookups=200_000,
    imports=5,
)
TINY = Size(
    cards=1_500,
    growth=(60, 1_500),
    rounds=1,
    seconds=0.3,
    warm_up_seconds=0.1,
    processes=1,
    clients=4,
    connections=4,
    pgbench_scale=1,
    lookups=500,
    imports=1,
)
