"""The switch API beside the same HTTP server answering a constant to the same requests."""

import time
from typing import Any, Final

from benchmarks.figures import Figure, Peer, alone, beside
from benchmarks.house import LEAD_SECONDS, House
from benchmarks.processes import Worker
from benchmarks.serving import server

HTTP_RATIO: Final = 0.60
SWITCH_API: Final = "crystalcall.switches.http.asgi:app"
CONSTANT: Final = "benchmarks.constant_app:app"
MICROSECONDS: Final = 1e6


def http(house: House) -> list[Figure]:
    """Requests per second, half authorizations and half ends, over kept-alive connections."""
    store = house.postgresql
    load = house.worker("benchmarks.http_load", store.environment)
    holder = store.known | {"cards": store.cards}
    ours, theirs, framework, cost = [], [], [], []
    with server(store.environment, SWITCH_API) as api, server(store.environment, CONSTANT) as constant:
        for port in (api, constant):
            load.ask("ready", port=port)
        _round(load, house, holder, api)  # not counted: it fills every cache
        for _ in range(house.size.rounds):
            answered, seconds = _round(load, house, holder, constant, "same")
            theirs.append(answered)
            cost.append(seconds * MICROSECONDS)
            framework.append(_round(load, house, holder, api, "/healthz")[0])
            ours.append(_round(load, house, holder, api)[0])
    store.filler.ask("audit")
    who = f"{house.size.connections} connections, one server process and the writer's beside it, one process of load"
    return [
        beside("switch API, by HTTP", ours, "requests/s", Peer("a bare constant", theirs, HTTP_RATIO), note=who),
        beside("the same", ours, "requests/s", Peer("its own constant, /healthz", framework, None)),
        alone("the load generator itself, at the constant", cost, "µs of processor/request"),
    ]


def _round(load: Worker, house: House, holder: dict[str, Any], port: int, constant: str = "") -> tuple[float, float]:
    """Answers a second, and the generator's processor seconds per answer."""
    size = house.size
    start = time.monotonic() + LEAD_SECONDS + size.warm_up_seconds
    said = load.ask(
        "run",
        port=port,
        card_holder=holder,
        connections=size.connections,
        start=start,
        seconds=size.seconds,
        constant=constant,
    )
    return said["operations"] / size.seconds, said["processor_seconds"] / max(said["operations"], 1)
