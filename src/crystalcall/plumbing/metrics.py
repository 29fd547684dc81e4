"""Figures for the operator's monitoring, in Prometheus' words: one registry a process, served on a port of its own.

Rooms make their counters and histograms with the functions below, at import, each under the name the operator sees.
No label ever holds anything about a person: labels are words of closed lists.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from crystalcall.plumbing.openings import opening

__all__ = [
    "BACKOFFICE_FIGURES",
    "HOST",
    "REGISTRY",
    "SECONDS",
    "STORE_FIGURES",
    "Asked",
    "Counter",
    "Exhibition",
    "Gauge",
    "Histogram",
    "ask_at_each_reading",
    "counter",
    "gauge",
    "histogram",
    "serve",
]

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
# How many places after the base port; the switch API has the sixth.
STORE_FIGURES: Final = 7
BACKOFFICE_FIGURES: Final = 8
# When a counter was made is of no use to anybody, and doubles what is sent.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left its types out
REGISTRY: Final = CollectorRegistry(auto_describe=True)
ProcessCollector(namespace="crystalcall", registry=REGISTRY)

#: Bounds of what takes from a tenth of a millisecond to ten seconds.
SECONDS: Final = (0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """What only grows; Prometheus shows it as NAME_total."""
    return Counter(name, meaning, labels, registry=REGISTRY)


def histogram(name: str, meaning: str, bounds: Sequence[float], labels: Sequence[str] = ()) -> Histogram:
    """How often something took or had how much."""
    return Histogram(name, meaning, labels, registry=REGISTRY, buckets=bounds)


def gauge(name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
    """What goes up and down."""
    return Gauge(name, meaning, labels, registry=REGISTRY)


class Asked(Collector):
    """A gauge whose value is asked for at each reading; left out where the question fails."""

    def __init__(self, name: str, meaning: str, ask: Callable[[], float]) -> None:
        self._name = name
        self._meaning = meaning
        self._ask = ask

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """The name without a question."""
        return [GaugeMetricFamily(self._name, self._meaning)]

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The value now."""
        try:
            return [GaugeMetricFamily(self._name, self._meaning, value=self._ask())]
        except Exception as error:  # noqa: BLE001 - a figure that cannot be had must not hide the others
            logger.warning("the figure %s cannot be had: %s", self._name, type(error).__name__)
            return []


def ask_at_each_reading(name: str, meaning: str, ask: Callable[[], float]) -> None:
    """Add a gauge that `ask` answers; asking again under the same name replaces the first."""
    known = _ASKED.pop(name, None)
    if known is not None:
        REGISTRY.unregister(known)
    _ASKED[name] = asked = Asked(name, meaning, ask)
    REGISTRY.register(asked)


_ASKED: Final[dict[str, Asked]] = {}


class Exhibition:
    """The figures on their port, until closed."""

    def __init__(self, close: Callable[[], None]) -> None:
        self.close = close


def serve(port: int) -> Exhibition | None:
    """Show the figures at http://127.0.0.1:PORT/metrics, to this machine only.

    None, and a warning in the log, where the port is taken: a second process of the same kind works on without.
    """
    try:
        with opening("figures"):
            server, thread = start_http_server(port, addr=HOST, registry=REGISTRY)
    except OSError as problem:
        logger.warning("nobody can read this process's figures: port %d is taken (%s)", port, problem.strerror)
        return None

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return Exhibition(close)
