"""A PostgreSQL that keeps what it says it keeps, for one run, and PostgreSQL's own benchmark on the same server."""

import contextlib
import os
import re
import subprocess
import types
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from urllib.parse import urlsplit

from benchmarks.processes import ROOT

#: fsync, full_page_writes and synchronous_commit as a shop needs them; the rest keeps a checkpoint, which belongs to
#: neither side, from falling into one round and not into the next.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "log_min_messages": "warning",
}
PGBENCH_CLIENTS = 16
PGBENCH_THREADS = 2
PGBENCH_DATABASE = "pgbench"
_TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)


class PgbenchError(Exception):
    """Pgbench did not run, or said something else than it used to."""


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """The address of a new, durable PostgreSQL on a free port; stopped and removed at the end.

    Errors: a sentence, where this machine has none.
    """
    tool = _with_postgres()
    # Our own copy of the script's module: what it starts for tests stays as it is.
    tool.THROW_AWAY = DURABLE  # type: ignore[attr-defined]  # a module made here has no declared attributes
    with tool.cluster() as address:
        yield address


def _with_postgres() -> types.ModuleType:
    place = ROOT / "scripts" / "with_postgres.py"
    spec = spec_from_file_location("with_postgres", place)
    assert spec is not None  # noqa: S101 - the file is part of the project
    assert spec.loader is not None  # noqa: S101 - likewise
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Pgbench:
    """`pgbench -N -M prepared -c 16 -j 2` in a database of its own on the server at this address."""

    def __init__(self, address: str, scale: int) -> None:
        self._programs = _with_postgres().find_programs()
        there = urlsplit(address)
        self._environment = os.environ | {
            "PGHOST": str(there.hostname),
            "PGPORT": str(there.port),
            "PGUSER": str(there.username),
            "PGPASSWORD": str(there.password),
            "LC_ALL": "C.UTF-8",
        }
        self._run("createdb", PGBENCH_DATABASE)
        self._run("pgbench", "-i", "-q", "-s", str(scale), PGBENCH_DATABASE)

    def transactions_per_second(self, seconds: float) -> float:
        """One round. Errors: PgbenchError."""
        return read_pgbench(
            self._run(
                "pgbench",
                *("-n", "-N", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", str(PGBENCH_THREADS)),
                *("-T", str(max(1, round(seconds))), PGBENCH_DATABASE),
            )
        )

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [str(self._programs / program), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PgbenchError(done.stderr.strip())
        return done.stdout


def read_pgbench(said: str) -> float:
    """Transactions per second from what pgbench prints.

    Errors: PgbenchError where the figure is missing or transactions failed.
    """
    found, failed = _TPS.search(said), _FAILED.search(said)
    if found is None:
        raise PgbenchError(f"pgbench printed no figure: {said.strip()}")
    if failed is not None and int(failed[1]):
        raise PgbenchError(f"{failed[1]} transactions of pgbench failed.")
    return float(found[1])
