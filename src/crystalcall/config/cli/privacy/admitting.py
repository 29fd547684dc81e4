"""`crystalcall privacy officer admit` and `retire`: nobody makes or unmakes officers by themselves."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crystalcall.config.cli.privacy.acting import own_keys, signed_by
from crystalcall.config.cli.privacy.officers import JSON_OPTION, KEY_FILE, facts_of, officer_group, refuse
from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from crystalcall.privacy.officers.key_file import OfficerKeys

AS = click.option("--as", "by", default="", metavar="OFFICER", help="The officer who signs for it.")
KEYS = click.option("--key-file", type=KEY_FILE, help="The own key file of the officer who signs.")
PASSPHRASE = click.option("--passphrase-file", type=KEY_FILE, help="File with the passphrase; asked for without it.")


@officer_group.command("admit")
@click.argument("name")
@AS
@KEYS
@PASSPHRASE
@JSON_OPTION
def admit(name: str, by: str, key_file: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Sign for somebody who was proposed, after you saw their fingerprint from themselves; two officers must."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.officers.admitting import admit_officer
    from crystalcall.privacy.officers.values import OfficerRefused

    keys = _keys(by, key_file, passphrase_file, as_json=as_json)
    with _signing(keys, ""):
        done = admit_officer(name, keys, now=now())
    if isinstance(done, OfficerRefused):
        refuse(done.reason, done.name)
    if as_json:
        say(json.dumps(facts_of(done)))
        return
    say(f"{name} is an officer now." if done.is_active else f"Signed. Another officer must admit {name} too.")


@officer_group.command("retire")
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept sealed beside the register's entry.")
@AS
@KEYS
@PASSPHRASE
@JSON_OPTION
def retire(name: str, reason: str, by: str, key_file: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """End an officer's service, by their own signature or those of two others; what they signed stays signed."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.queries import archive_standing
    from crystalcall.privacy.officers.admitting import release_officer
    from crystalcall.privacy.officers.values import OfficerRefused

    keys = _keys(by, key_file, passphrase_file, as_json=as_json)
    with _signing(keys, reason):
        ended = release_officer(name, keys, reason, now=now())
    if isinstance(ended, OfficerRefused):
        refuse(ended.reason, ended.name)
    if as_json:
        say(json.dumps(facts_of(ended)))
        return
    if ended.is_active:
        say(f"Signed. Another officer must retire {name} too.")
        return
    say(f"{name} is no longer an officer.")
    standing = archive_standing()
    if not standing.keeps:
        say(f"Officers left: {standing.officers}. What takes two cannot be done now; appoint another.", err=True)
    if standing.shut:
        say(f"Sealed and open to no two officers any more: what is kept of {standing.shut} people.", err=True)
    elif standing.people:
        say("Take the archive's keys from who left: crystalcall privacy archive request-rewrap", err=True)


def _keys(by: str, key_file: Path | None, passphrase_file: Path | None, *, as_json: bool) -> "OfficerKeys | None":
    if bool(by) != bool(key_file):
        raise click.UsageError("--as and --key-file go together.")
    return None if key_file is None else own_keys(by, key_file, passphrase_file, as_json=as_json)


def _signing(keys: "OfficerKeys | None", reason: str) -> AbstractContextManager[None]:
    return nullcontext() if keys is None else signed_by(keys, {"reason": reason})
