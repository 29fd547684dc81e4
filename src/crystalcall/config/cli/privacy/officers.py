"""`crystalcall privacy officer`: who acts by name, with keys of their own."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from crystalcall.privacy.officers.key_file import OfficerKeys
    from crystalcall.privacy.officers.values import OfficerInfo

EXIT_REFUSED = 1
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")
KEY_FILE = click.Path(dir_okay=False, path_type=Path)

REFUSALS = {
    "name_senseless": "{name!r} is no name for an officer: small letters, digits, dots and hyphens, at least three.",
    "name_taken": "There is an officer {name} already, or was one; choose another name.",
    "keys_taken": "These keys belong to another officer already.",
    "officer_unknown": "There is no officer {name}.",
    "officer_retired": "The officer {name} has left office.",
    "reason_missing": "A reason is needed.",
    "officer_not_admitted": "{name} was proposed and is no officer yet: crystalcall privacy officer admit {name}",
    "officer_admitted_before": "{name} is an officer already.",
    "keys_of_another_officer": "These are not the keys with which {name} was appointed.",
    "signature_missing": "An officer who serves must sign: --as OFFICER --key-file FILE",
    "too_early_for_one": "With fewer than two officers to sign, {name} is admitted a week after being proposed.",
}


@click.group("officer")
def officer_group() -> None:
    """Officers: members of staff without two of whom nothing sealed opens."""


@officer_group.command("new")
@click.argument("name")
@click.option("--key-file", required=True, type=KEY_FILE, help="Where the officer's own keys are written; a new file.")
@click.option("--passphrase-file", type=KEY_FILE, help="File with the passphrase; asked for without it.")
@JSON_OPTION
def new(name: str, key_file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make an officer's keys: the public halves go into the shop, the private ones only into the officer's file.

    The first two are officers at once; after them, two who serve must admit each (`officer admit`).

    NAME is the word the officer acts under, such as olga; the public register shows a fingerprint instead.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.officers.actions import NAME, add_officer
    from crystalcall.privacy.officers.key_file import KeyFileError, make_key_file
    from crystalcall.privacy.officers.queries import officer
    from crystalcall.privacy.officers.values import OfficerRefusal, OfficerRefused

    if not NAME.fullmatch(name):
        refuse(OfficerRefusal.NAME_SENSELESS, name)
    if officer(name) is not None:
        refuse(OfficerRefusal.NAME_TAKEN, name)
    try:
        public = make_key_file(key_file, name, passphrase_of(passphrase_file, is_new=True))
    except KeyFileError as problem:
        say(str(problem), err=True)
        sys.exit(EXIT_REFUSED)
    added = add_officer(name, public, now=now())
    if isinstance(added, OfficerRefused):
        key_file.unlink()
        refuse(added.reason, name)
    if as_json:
        say(json.dumps(facts_of(added)))
        return
    if added.is_active:
        say(f"{added.name} is an officer with the fingerprint {added.fingerprint}.")
    else:
        say(f"{added.name} is proposed, with the fingerprint {added.fingerprint}; two officers must admit them:")
        say(f"crystalcall privacy officer admit {added.name} --as OFFICER --key-file FILE")
    say(f"The keys are in {key_file}: keep it off this machine, with the officer, and a copy in a safe.")


@officer_group.command("list")
@JSON_OPTION
def show_all(as_json: bool) -> None:
    """Every officer, and since when and until when."""
    from crystalcall.privacy.officers.queries import officers

    found = officers()
    if as_json:
        say(json.dumps({"officers": [facts_of(each) for each in found]}))
        return
    for each in found:
        until = f" until {each.retired_at:%Y-%m-%d}" if each.retired_at else ""
        until += "  proposed, not admitted yet" if each.is_proposed else ""
        say(f"{each.name:<20}  {each.fingerprint}  since {each.added_at:%Y-%m-%d}{until}")
    if not found:
        say("There is no officer yet: crystalcall privacy officer new NAME --key-file FILE")


def passphrase_of(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase of a key file: from a file, or asked for without showing it (twice for a new one)."""
    if file is None:
        asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
        return asked
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        say(f"The passphrase file {file} cannot be read.", err=True)
        sys.exit(EXIT_REFUSED)


def keys_of(key_file: Path, passphrase_file: Path | None) -> "OfficerKeys":
    """An officer's keys for the command that runs; ends the command with a sentence where they do not open."""
    from crystalcall.privacy.officers.key_file import KeyFileError, load_key_file

    try:
        return load_key_file(key_file, passphrase_of(passphrase_file))
    except KeyFileError as problem:
        say(str(problem), err=True)
        sys.exit(EXIT_REFUSED)


def refuse(reason: str, name: str) -> NoReturn:
    """End the command with the sentence of a refusal (an OfficerRefusal)."""
    say(REFUSALS[reason].format(name=name), err=True)
    sys.exit(EXIT_REFUSED)


def facts_of(officer: "OfficerInfo") -> dict[str, object]:
    """An officer for a machine."""
    return {
        "name": officer.name,
        "fingerprint": officer.fingerprint,
        "age_recipient": officer.age_recipient,
        "verify_key": officer.verify_key,
        "added_at": officer.added_at.isoformat(),
        "admitted_at": officer.admitted_at and officer.admitted_at.isoformat(),
        "retired_at": officer.retired_at and officer.retired_at.isoformat(),
    }
