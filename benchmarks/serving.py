"""A real server for a benchmark: granian with one worker, as the demo starts it, on a free port."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from benchmarks.processes import ROOT, free_port

STOP_SECONDS: Final = 15


@contextlib.contextmanager
def server(environment: Mapping[str, str], application: str, *options: str, interface: str = "asgi") -> Iterator[int]:
    """The application on a port of its own, which is given; it may not answer yet."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--no-ws", "--log-level", "warning", *options, application),
        ],
        cwd=ROOT,
        env=dict(environment),
    )
    try:
        yield port
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
