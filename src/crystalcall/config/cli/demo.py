"""`crystalcall demo`: set everything up on this machine, start it, say where it is, and stop all of it again.

Each process is what production runs too, but for the two stand-ins: the local Authorize.Net and the mailbox.
"""

import contextlib
import fcntl
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from crystalcall.config.cli import demo_setup
from crystalcall.config.cli.demo_processes import DemoStoppedError, Household, Part, taken_ports
from crystalcall.config.cli.saying import joined, say
from crystalcall.plumbing import metrics
from crystalcall.plumbing.settings import Settings, read_settings

EXIT_REFUSED = 1
TEST_CARD = "4111 1111 1111 1111"
DECLINING_ZIP = "46282"
#: A landline in Moscow, as the home page's own example.
EXAMPLE_NUMBER = "+74951234567"


@click.command("demo")
def demo_command() -> None:
    """Set up and run the whole system on this machine; Ctrl-C stops it, and nothing is lost between starts.

    CRYSTALCALL_DATA (default var/) keeps the data and CRYSTALCALL_BASE_PORT (default 8000) is the first of nine ports.
    """
    console = Console()
    data = Path(os.environ.get("CRYSTALCALL_DATA") or "var").resolve()
    try:
        with _only_one(data):
            settings = _prepared_settings(data)
            _refuse_taken_ports(settings)
            switch_key, set_up_address = _set_up(console, data)
            _run(console, settings, switch_key, set_up_address)
    except (DemoStoppedError, demo_setup.CannotSetUpError) as problem:
        raise click.ClickException(str(problem)) from None


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Two demos over one data folder would answer each other's mail; the lock goes with the process."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise click.ClickException(f"The data folder {data} cannot be made: {problem.strerror}.") from None
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"A demo is already running on {data}. For a second one name another folder and other ports: "
                "CRYSTALCALL_DATA=var2 CRYSTALCALL_BASE_PORT=8100 make demo"
            ) from None
        yield


def _prepared_settings(data: Path) -> Settings:
    os.environ["CRYSTALCALL_PROFILE"] = "demo"
    os.environ["CRYSTALCALL_DATA"] = str(data)
    os.environ.update(demo_setup.secret_variables(data))
    settings = read_settings()
    # The local Authorize.Net is told where to send its notifications, as a merchant tells the real one.
    os.environ.setdefault("CRYSTALCALL_STANDIN_WEBHOOK_URL", f"{settings.store_base_url}/hooks/authorize-net/")
    return settings


def _refuse_taken_ports(settings: Settings) -> None:
    taken = taken_ports([(part.name, port) for part in parts(settings) for port in part.ports])
    if taken:
        named = ", ".join(f"{port} ({name})" for name, port in taken)
        raise click.ClickException(
            f"These ports are taken by another program: {named}. Choose another first port, and the other six follow: "
            f"CRYSTALCALL_BASE_PORT={settings.base_port + 100} make demo"
        )


def _set_up(console: Console, data: Path) -> tuple[str, str]:
    """Bring database, catalogs, decks and keys up to date; gives the demo switch's key, and where staff begin."""
    from crystalcall.config.cli import start_django

    console.print("Preparing translations and database …")
    demo_setup.compile_translations()
    start_django()
    demo_setup.migrate(data)
    demo_setup.collect_static_files(data)
    demo_setup.load_decks()
    return demo_setup.load_switch(data), demo_setup.load_staff()


def _run(console: Console, settings: Settings, switch_key: str, set_up_address: str) -> None:
    household = Household(settings.data_path("log"), parts(settings))
    household.listen_for_the_end()
    try:
        console.print("Starting: " + ", ".join(part.name for part in parts(settings)) + " …")
        household.start()
        household.wait_until_well()
        if not household.asked_to_stop:
            show(console, settings, switch_key)
            show_staff(settings, set_up_address)
        household.watch()
    finally:
        try:
            console.print("\nStopping …")
        finally:
            # Even where the terminal is gone and nothing can be said any more.
            household.stop()
        console.print("Stopped. The data stays in " + settings.data_dir + ".")


def parts(settings: Settings) -> list[Part]:
    """The processes of the demo, in the order of their start; whoever is needed starts first."""
    base = settings.base_port
    here = "http://127.0.0.1"
    return [
        Part(
            "mailbox",
            ("-m", "crystalcall.mailings.mailbox.server"),
            ports=(base + 4, base + 5),
            health=f"{here}:{base + 4}/",
        ),
        Part(
            "local Authorize.Net",
            ("-m", "crystalcall.payments.standin.server"),
            ports=(base + 3,),
            health=f"{here}:{base + 3}/",
        ),
        Part(
            "store",
            _granian("wsgi", "crystalcall.config.wsgi:application", base, "--blocking-threads", "4"),
            ports=(base, base + metrics.STORE_FIGURES),
            health=f"{here}:{base}/readyz",
        ),
        Part(
            "back office",
            _granian("wsgi", "crystalcall.config.backoffice_wsgi:application", base + 1, "--blocking-threads", "2"),
            ports=(base + 1, base + metrics.BACKOFFICE_FIGURES),
            health=f"{here}:{base + 1}/readyz",
        ),
        Part(
            "switch API",
            # Requests that wait belong into the call desk's own line, which refuses at once what it cannot take.
            _granian(
                *("asgi", "crystalcall.switches.http.asgi:app", base + 2),
                *("--backlog", "4096", "--backpressure", "4096"),
            ),
            ports=(base + 2, base + 6),
            health=f"{here}:{base + 2}/readyz",
        ),
        Part("worker", ("-m", "crystalcall.config.cli", "worker")),
    ]


def _granian(interface: str, application: str, port: int, *more: str) -> tuple[str, ...]:
    # One worker each: the embedded database has one writer, and a laptop has other things to do.
    return (
        *("-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--no-ws", "--log-level", "warning", *more, application),
    )


def show(console: Console, settings: Settings, switch_key: str) -> None:
    """Print where everything is and what to try; the lines to copy stand outside the frame, unbroken."""
    base = settings.base_port
    table = Table.grid(padding=(0, 2))
    for name, place in (
        ("Store", f"{settings.store_base_url}/"),
        ("По-русски", f"{settings.store_base_url}/ru/"),
        ("Back office", f"{settings.backoffice_base_url}/"),
        ("Switch API", f"{settings.switch_base_url}/openapi.json"),
        ("Store’s figures", f"http://127.0.0.1:{base + metrics.STORE_FIGURES}/metrics"),
        ("Figures of calls", f"http://127.0.0.1:{base + 6}/metrics"),
        ("Local Authorize.Net", f"http://127.0.0.1:{base + 3}/"),
        ("Mailbox", f"http://127.0.0.1:{base + 4}/"),
        ("Test card", f"{TEST_CARD}, any date to come, any code (ZIP {DECLINING_ZIP} is declined)"),
        ("Switch key", switch_key),
        ("Data and logs", settings.data_dir),
    ):
        table.add_row(f"[bold]{name}[/bold]", place)
    console.print(Panel(table, title="Crystal Call is running", subtitle="Ctrl-C stops it", expand=False))
    say(joined(["", "With the PIN of your order, a call as a telephone switch makes it:", ""]))
    for line in curl_lines(settings.switch_base_url, switch_key):
        say(line)
    say(joined(["", "Then the books:", "", f"{command_line(settings)} ledger verify", ""]))


def show_staff(settings: Settings, set_up_address: str) -> None:
    """Say where the first administrator begins, as long as nobody has; the address opens once."""
    if set_up_address:
        say(joined(["The back office waits for its administrator, once and for half a day:", "", set_up_address, ""]))
        say(joined(["Later, or for colleagues:", "", f"{command_line(settings)} staff --help", ""]))


def command_line(settings: Settings) -> str:
    """How the operator's command is typed here, so that it finds this demo's data."""
    program = Path(sys.executable).with_name("crystalcall")
    with contextlib.suppress(ValueError):
        program = program.relative_to(Path.cwd())
    named = (
        "" if settings.data_path() == Path("var").resolve() else f"CRYSTALCALL_DATA={shlex.quote(settings.data_dir)} "
    )
    return f"{named}{program}"


def curl_lines(switch_api: str, switch_key: str) -> list[str]:
    """Authorize, answer, extend and end one call of two minutes and a half, ready to paste."""
    call = "demo-call-1"
    steps = (
        ("", f'{{"call_id":"{call}","access":{{"pin":"$PIN"}},"called_number":"{EXAMPLE_NUMBER}"}}'),
        (f"/{call}/answer", "{}"),
        (f"/{call}/extend", '{"sequence":1,"used_seconds":60}'),
        (f"/{call}/end", '{"used_seconds":150,"release_cause":"normal"}'),
    )
    header = shlex.quote(f"Authorization: Bearer {switch_key}")
    return [
        "PIN=000000000000   # yours, from the order page",
        *(
            f"curl -s {switch_api}/v1/calls{path} -H {header} -H 'Content-Type: application/json' -d {_quoted(body)}"
            for path, body in steps
        ),
    ]


def _quoted(body: str) -> str:
    # $PIN must stay outside the single quotes for the shell to fill it in.
    return "'" + body.replace("$PIN", "'\"$PIN\"'") + "'"
