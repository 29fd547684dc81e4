# ruff: noqa: INP001 - a script, not a package
"""Runs a command beside a PostgreSQL of its own: `with_postgres.py -- COMMAND …`.

The cluster is new, listens on loopback only, keeps nothing (fsync off) and ends with the command, whatever ends that.
PostgreSQL refuses to run as root, so root starts it as Debian's user `postgres`. Only the standard library is needed.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SUPERUSER = "crystalcall"
DATABASE = "crystalcall"
START_SECONDS = 60
STOP_SECONDS = 15
#: What makes a throw-away cluster quick; none of it is fit for data that anybody wants to keep.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "log_min_messages": "warning",
}


class CannotStartError(Exception):
    """There is no PostgreSQL to be had here; the message is a sentence for a person."""


def main(arguments: list[str]) -> int:
    """Run what stands after `--` with CRYSTALCALL_DATABASE_URL set; the command's own exit code is the answer."""
    if not arguments or arguments[0] != "--" or not arguments[1:]:
        sys.stderr.write("Use: with_postgres.py -- COMMAND …\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        with cluster() as address:
            return _run(arguments[1:], os.environ | {"CRYSTALCALL_DATABASE_URL": address})
    except CannotStartError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _leave(number: int, _frame: object) -> None:
    # SystemExit unwinds through the context managers, so the cluster is taken down on the way out.
    sys.exit(128 + number)


def _run(command: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(command, env=environment)  # noqa: S603 - the caller's own command
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
            child.kill()


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running PostgreSQL for as long as the block lasts; gives its address as a URL.

    Errors: CannotStartError with a sentence.
    """
    programs = find_programs()
    home = Path(tempfile.mkdtemp(prefix="crystalcall-postgres-"))
    try:
        password = secrets.token_hex(16)
        _make_cluster(programs, home, password)
        with _running(programs, home) as port:
            _as_owner([str(programs / "createdb"), DATABASE], _connection(port, password))
            yield f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{DATABASE}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def find_programs() -> Path:
    """The folder of PostgreSQL's programs, the newest version first.

    Errors: CannotStartError when there is none.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*folders, *([Path(on_path).parent] if on_path else [])]:
        if (folder / "initdb").exists():
            return folder
    raise CannotStartError("There is no PostgreSQL server on this machine: install Debian's package postgresql.")


def _make_cluster(programs: Path, home: Path, password: str) -> None:
    _give_to_owner(home)
    secret = home / "password"
    secret.write_text(password, encoding="utf-8")
    secret.chmod(0o600)
    _give_to_owner(secret)
    made = _as_owner(
        [
            *(
                str(programs / "initdb"),
                "--pgdata",
                str(home / "data"),
                "--username",
                SUPERUSER,
                "--pwfile",
                str(secret),
            ),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ]
    )
    if made.returncode:
        raise CannotStartError(f"PostgreSQL could not make a cluster: {made.stderr.strip()}")


@contextlib.contextmanager
def _running(programs: Path, home: Path) -> Iterator[int]:
    port = _free_port()
    options = [f"--{name}={value}" for name, value in THROW_AWAY.items()]
    log = (home / "log").open("wb")
    server = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
        [
            # The server ends with this process even where this process is killed outright.
            *("setpriv", "--pdeathsig", "INT", *_owner_options()),
            *(str(programs / "postgres"), "-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(port)),
            *("-k", str(home), *options),
        ],
        stdout=log,
        stderr=log,
        # Ctrl-C at the terminal reaches the command first; the server is stopped by us, after it.
        start_new_session=True,
    )
    try:
        _wait_until_ready(programs, server, port, home)
        yield port
    finally:
        _stop(server)
        log.close()


def _wait_until_ready(programs: Path, server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    question = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(question, check=False).returncode:  # noqa: S603 - PostgreSQL's own program
        if server.poll() is not None or time.monotonic() > deadline:
            raise CannotStartError(f"PostgreSQL did not start: {(home / 'log').read_text(encoding='utf-8').strip()}")
        time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    # INT is PostgreSQL's fast shutdown (roll back, disconnect); QUIT its immediate one.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)


def _as_owner(command: list[str], extra: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"LC_ALL": "C.UTF-8"} | (extra or {})
    # Not in the caller's folder: the user postgres may not be allowed to look at it, and says so at every start.
    return subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        ["setpriv", *_owner_options(), *command],  # noqa: S607 - Debian's util-linux, always there
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def _connection(port: int, password: str) -> dict[str, str]:
    return {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": SUPERUSER, "PGPASSWORD": password}


def _owner_options() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]


def _give_to_owner(path: Path) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
