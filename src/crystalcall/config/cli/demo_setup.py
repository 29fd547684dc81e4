"""What the demo needs before its processes start: secrets, translations, tables, decks, a switch, an administrator."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

ACCESS_NUMBERS = (
    ("+12125550100", "New York", "Нью-Йорк"),
    ("+17185550101", "Brooklyn", "Бруклин"),
)
SWITCHES = 9
ADMINISTRATOR = "administrator@crystalcall.example"
SWITCH_KEY_FILE = "switch_key.txt"

#: How each secret of the demo is made. The gateway's begin with "demo", so that nobody takes them for a real account's.
MAKERS: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(48),
    "sealing_key": lambda: secrets.token_hex(32),
    "lookup_key": lambda: secrets.token_hex(32),
    "register_signing_key": lambda: secrets.token_hex(32),
    "gateway_login_id": lambda: f"demo-{secrets.token_hex(4)}",
    "gateway_transaction_key": lambda: secrets.token_hex(8),
    "gateway_signature_key": lambda: secrets.token_hex(64).upper(),
}
#: Without these two the PINs in the database can be neither read nor found again.
DATABASE_KEYS = ("sealing_key", "lookup_key")


class CannotSetUpError(Exception):
    """The demo cannot be set up; the message is a sentence for its user."""


def secret_variables(data: Path) -> dict[str, str]:
    """The variables that name the demo's secret files; each file is made at the first start, for its owner's eyes only.

    Errors: CannotSetUpError when there is a database and the keys it was sealed with are gone.
    """
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (data / "crystalcall.sqlite3").exists():
        _refuse_lost_keys(folder)
    variables = {}
    for name, make in MAKERS.items():
        variable = f"CRYSTALCALL_{name.upper()}"
        if variable in os.environ or f"{variable}_FILE" in os.environ:
            continue  # the operator's own
        path = folder / f"{name}.txt"
        _write_once(path, make)
        variables[f"{variable}_FILE"] = str(path)
    return variables


def _refuse_lost_keys(folder: Path) -> None:
    for name in DATABASE_KEYS:
        variable = f"CRYSTALCALL_{name.upper()}"
        given = variable in os.environ or f"{variable}_FILE" in os.environ
        if not given and not (folder / f"{name}.txt").exists():
            raise CannotSetUpError(
                f"{folder / name}.txt is gone, and without it the PINs in the database cannot be read. "
                "Put it back, or move the data folder away to begin anew."
            )


def _write_once(path: Path, make: Callable[[], str]) -> None:
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(make() + "\n")


def compile_translations() -> None:
    """Compile the catalogs that changed. Errors: CannotSetUpError when the package's folder is read-only."""
    from crystalcall.config.cli.catalogs import compile_catalogs

    try:
        compile_catalogs()
    except OSError as problem:
        raise CannotSetUpError(f"The translations cannot be compiled: {problem}.") from None


def migrate(data: Path) -> None:
    """Bring the database to this version; what Django says goes to the log."""
    from crystalcall.config.cli.migrate import migrate_command

    logs = data / "log"
    logs.mkdir(parents=True, exist_ok=True)
    (data / "static").mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
    with (logs / "migrate.log").open("w", encoding="utf-8") as log, contextlib.redirect_stdout(log):
        migrate_command.main([], standalone_mode=False)


def collect_static_files(data: Path) -> None:
    """Styles and scripts as a real shop serves them: shortened, compressed, named by their content."""
    from django.core.management import call_command

    with (data / "log" / "static.log").open("w", encoding="utf-8") as log:
        call_command("collectstatic", interactive=False, verbosity=1, stdout=log)


def load_decks() -> None:
    """Import and publish the real decks, once."""
    from crystalcall.config.cli.rates import load_demo_decks

    load_demo_decks()


def load_switch(data: Path) -> str:
    """Add the access numbers and the demo switch at the first start; gives the switch's key.

    The database keeps the key's hash only, so the key lies among the demo's other secrets.
    """
    path = data / "secrets" / SWITCH_KEY_FILE
    if not path.exists():
        _add_access_numbers()
        key = _add_switch()
        _write_once(path, lambda: key)
    return path.read_text(encoding="utf-8").strip()


def _add_access_numbers() -> None:
    from crystalcall.minutes.calls.actions import add_access_number
    from crystalcall.minutes.calls.values import AccessNumberAdded

    for e164, place_en, place_ru in ACCESS_NUMBERS:
        added = add_access_number(e164, place_en=place_en, place_ru=place_ru)
        if not isinstance(added, AccessNumberAdded):
            raise CannotSetUpError(f"The access number {e164} was refused: {added.reason}.")


def _add_switch() -> str:
    from crystalcall.plumbing.clock import now
    from crystalcall.switches.http.actions import add_switch
    from crystalcall.switches.http.values import SwitchAdded

    # A second name only where somebody lost the key of the first: nobody can get that one back.
    for number in range(1, SWITCHES + 1):
        added = add_switch(f"tandem-{number}", now=now())
        if isinstance(added, SwitchAdded):
            return added.key
    raise CannotSetUpError(f"All {SWITCHES} demo switches exist and their keys are lost; move the data folder away.")


def load_staff() -> str:
    """Add an administrator at the first start; gives their one-time address, as long as nobody has set one up."""
    from crystalcall.customers.staff import actions, queries
    from crystalcall.customers.staff.values import SetUp
    from crystalcall.plumbing.clock import now
    from crystalcall.rules.staffing import Role

    known = queries.members(now=now())
    if any(each.is_set_up for each in known):
        return ""
    member_id = queries.member_of_address(ADMINISTRATOR)
    if member_id is not None:
        given = actions.set_up_again(member_id, reason="the demo was started again", now=now())
    elif known:
        return ""
    else:
        given = actions.add_member(ADMINISTRATOR, "Demo Administrator", frozenset(Role), now=now())
    if not isinstance(given, SetUp):
        raise CannotSetUpError(f"The first administrator was refused: {given.reason.value}.")
    return given.address
