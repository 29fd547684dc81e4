"""How long a wrong password takes at a known and at an unknown address, as a stranger can measure it: over HTTP.

The store runs as it is served; a process of its own asks it by one connection a try, known and unknown addresses in
turns, each pair from another address of this machine, since one source may only try so often. Each try has a proof of
its own, made outside what is measured. Beside the ratio of the medians stands whether the answers are the same.
"""

import http.client
import re
import statistics
import time
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks import signing_in_bench
from benchmarks.figures import Figure, Peer, beside
from benchmarks.processes import Worker, serve, start_django
from benchmarks.serving import server
from benchmarks.sizes import Size

ALIKE: Final = 1.05
STORE: Final = "crystalcall.config.wsgi:application"
SIGN_IN: Final = "/account/sign-in/"
PAIRS_A_ROUND: Final = 12
PATIENCE_SECONDS: Final = 60.0
UNPROCESSABLE: Final = 422
KNOWN, UNKNOWN = "person", "nobody"


def alike_over_http(prepared: dict[str, str], database: str, size: Size) -> Figure:
    """A wrong password at a known address beside one at an unknown address."""
    pairs = max(1, int(PAIRS_A_ROUND * min(1.0, size.seconds)))
    with Worker("benchmarks.alike_bench", prepared) as worker:
        worker.ask("prepare", people=2 + (size.rounds + 1) * pairs)
        with server(prepared, STORE, "--blocking-threads", "4", interface="wsgi") as port:
            worker.ask("tries", port=port, count=1)
            told = [worker.ask("tries", port=port, count=pairs) for _ in range(size.rounds)]
    unknown = Peer("at an unknown address", [each[UNKNOWN] for each in told], ALIKE, at_least=False)
    note = f"medians of {size.rounds * pairs} pairs; the answers are the same to the byte"
    name = f"a wrong password at a known address, over HTTP, {database}"
    return beside(name, [each[KNOWN] for each in told], "ms", unknown, note=note)


# --- in the worker ----------------------------------------------------------------------------------------------------

_tried: list[int] = [0]


def prepare(people: int) -> int:
    """Tables, somebody who signed in, and so many people with passwords of their own."""
    signing_in_bench.prepare()
    return signing_in_bench.record(people)


def tries(port: int, count: int) -> dict[str, float]:
    """The middle time of a wrong password at known and at unknown addresses, in milliseconds."""
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for _ in range(count):
        _tried[0] += 1
        # Who comes first changes, so that neither has the warm caches of the other each time.
        order = (KNOWN, UNKNOWN) if _tried[0] % 2 else (UNKNOWN, KNOWN)
        said = {}
        for who in order:
            said[who], seconds = _try(port, f"{who}{_tried[0]}@example.org")
            taken[who].append(seconds)
        assert said[KNOWN] == said[UNKNOWN], said  # noqa: S101 - a stranger could tell them apart
    return {who: statistics.median(times) * 1000 for who, times in taken.items()}


def _try(port: int, email: str) -> tuple[tuple[int, str], float]:
    """One try: what was answered, without the address that it repeats, and the seconds it took."""
    body = urlencode({"email": email, "password": "not the password"}).encode()
    host = f"127.0.0.1:{port}"
    headers = signing_in_bench.first_headers(f"http://{host}{SIGN_IN}", body)
    source = f"127.0.{1 + _tried[0] // 250}.{1 + _tried[0] % 250}"
    _await(port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS, source_address=(source, 0))
    connection.connect()
    begun = time.perf_counter()
    connection.request("POST", SIGN_IN, body, headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    seconds = time.perf_counter() - begun
    connection.close()
    assert answer.status == UNPROCESSABLE, (answer.status, content)  # noqa: S101 - no password was looked at
    return (answer.status, re.sub(r"(person|nobody)\d+", "somebody", content)), seconds


def _await(port: int) -> None:
    """Wait until the server answers. Errors: TimeoutError."""
    if _known.get("port") == port:
        return
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                _known["port"] = port
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError(f"Nobody answers at {port}.")


_known: dict[str, Any] = {}


if __name__ == "__main__":
    start_django()
    serve({"prepare": prepare, "tries": tries})
