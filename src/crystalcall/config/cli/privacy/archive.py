"""`crystalcall privacy archive`: what was changed or deleted, sealed until two officers open it or its time is over."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.officers import KEY_FILE, keys_of

if TYPE_CHECKING:
    from crystalcall.privacy.archive.values import Opened
    from crystalcall.privacy.officers.key_file import OfficerKeys

SENTENCES = {
    "officer_unknown": "There is no such officer.",
    "officer_retired": "An officer of this opening has left office.",
    "keys_of_another_officer": "These are not the keys with which this officer was appointed.",
    "reason_missing": "A reason is needed.",
    "nothing_there": "Nothing is sealed about this person.",
    "not_sealed_for_these_officers": "What is sealed there was destroyed, or sealed for other officers.",
    "unknown_opening": "There is no such opening.",
    "opening_is_over": "This opening is over; the first officer must ask again.",
    "same_officer": "Another officer must open: it takes two.",
    "altered_since_it_was_asked": "This opening was altered since it was asked for. Nothing is opened; look into it.",
    "not_approved_by_two": "Two officers have not approved this.",
    "held_by_law": "A legal hold keeps this: crystalcall privacy hold list",
}

AS = click.option("--as", "name", required=True, metavar="OFFICER", help="The officer who does it.")
OWN_KEYS = click.option("--key-file", required=True, type=KEY_FILE, help="The officer's own key file.")
PASSPHRASE = click.option("--passphrase-file", type=KEY_FILE, help="File with the passphrase; asked for without it.")


@click.group("archive")
def archive_group() -> None:
    """The sealed archive: this program can put in, and only two officers together take out."""


@archive_group.command("status")
@JSON_OPTION
def status(as_json: bool) -> None:
    """How much is sealed, for how many officers; says so where nothing is kept for want of officers."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.queries import archive_standing, openings

    standing, waiting = archive_standing(), openings(now=now())
    facts = {
        "keeps": standing.keeps,
        "officers": standing.officers,
        "lots": standing.lots,
        "values": standing.values,
        "openings": [
            {"reference": each.reference, "asked_by": each.asked_by, "until": each.expires_at.isoformat()}
            for each in waiting
        ],
    }
    lines = [f"{standing.values} values in {standing.lots} lots; {standing.officers} officers serve."]
    if not standing.keeps:
        lines.append("WARNING: with fewer than two officers nothing is kept of what is changed or deleted.")
    lines += [f"{each.reference}  asked by {each.asked_by}  until {each.expires_at:%Y-%m-%d}" for each in waiting]
    tell(facts, "\n".join(lines), as_json=as_json)


@archive_group.command("request-opening")
@click.argument("who")
@click.option("--reason", required=True, help="Why; the second officer reads it, and the register keeps it sealed.")
@AS
@OWN_KEYS
@PASSPHRASE
@click.option("--veiled", is_flag=True, help="An authority is the reason: keep it out of the public register.")
@JSON_OPTION
def request_opening_command(
    who: str, name: str, key_file: Path, passphrase_file: Path | None, as_json: bool, **said: Any
) -> None:
    """The first of two steps: take off the outer layer of what is sealed about WHO (address, order or id)."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.actions import request_opening
    from crystalcall.privacy.archive.values import OpeningRefused

    keys = own_keys(name, key_file, passphrase_file, as_json=as_json)
    asked = request_opening(_subjects(who), said["reason"], keys, now=now(), veiled=said["veiled"])
    if isinstance(asked, OpeningRefused):
        _refuse(asked.reason.value, as_json=as_json)
    facts = {"reference": asked.reference, "lots": asked.lots, "until": asked.expires_at.isoformat()}
    sentence = (
        f"{asked.reference}: {asked.lots} lots wait for a second officer until {asked.expires_at:%Y-%m-%d}:"
        f" crystalcall privacy archive open {asked.reference} --as OFFICER --key-file FILE"
    )
    tell(facts, sentence, as_json=as_json)


@archive_group.command("open")
@click.argument("reference")
@AS
@OWN_KEYS
@PASSPHRASE
@click.option("--reveal", is_flag=True, help="Show the values unmasked, once; ends the opening.")
@JSON_OPTION
def open_command(
    reference: str, name: str, key_file: Path, passphrase_file: Path | None, reveal: bool, as_json: bool
) -> None:
    """The second of two steps, by another officer: open, masked at first; entered into the register each time."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.sealing import SealBrokenError
    from crystalcall.privacy.archive.actions import open_archive
    from crystalcall.privacy.archive.values import OpeningRefused

    keys = own_keys(name, key_file, passphrase_file, as_json=as_json)
    try:
        opened = open_archive(reference.upper(), keys, now=now(), closing=reveal)
    except SealBrokenError as problem:
        refuse("seal_broken", f"{problem} Nothing was opened.", as_json=as_json)
    if isinstance(opened, OpeningRefused):
        _refuse(opened.reason.value, as_json=as_json)
    tell(_facts(opened, reveal=reveal), "\n".join(_lines(opened, reveal=reveal)), as_json=as_json)


@archive_group.command("destroy")
@click.argument("who")
@click.option("--reason", required=True, help="Why; kept sealed in the register.")
@AS
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON_OPTION
def destroy_command(who: str, reason: str, name: str, yes: bool, as_json: bool) -> None:
    """Destroy everything sealed about WHO (address, order or id) at once; one officer is enough."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.actions import destroy_archive
    from crystalcall.privacy.archive.queries import lots_about
    from crystalcall.privacy.archive.values import DestroyRefused

    subjects = _subjects(who)
    if not yes:
        click.echo(f"{len(lots_about(subjects))} lots are destroyed for ever.", err=True)
        click.confirm("Go on?", abort=True, err=True)
    destroyed = destroy_archive(subjects, name, reason, now=now())
    if isinstance(destroyed, DestroyRefused):
        _refuse(destroyed.reason.value, as_json=as_json)
    tell({"values": destroyed}, f"{destroyed} values are destroyed; nothing brings them back.", as_json=as_json)


def own_keys(name: str, key_file: Path, passphrase_file: Path | None, *, as_json: bool) -> "OfficerKeys":
    """The keys of the officer who acts; ends the command where the file is another's."""
    keys = keys_of(key_file, passphrase_file)
    if keys.name != name:
        refuse("another_officer", f"This is the key file of {keys.name}, not of {name}.", as_json=as_json)
    return keys


def _subjects(who: str) -> frozenset[UUID]:
    from crystalcall.privacy.archive.queries import subjects_of

    return subjects_of(who)


def _refuse(reason: str, *, as_json: bool) -> NoReturn:
    refuse(reason, SENTENCES[reason], as_json=as_json)


def _facts(opened: "Opened", *, reveal: bool) -> dict[str, Any]:
    from crystalcall.privacy.archive.values import masked

    return {
        "reference": opened.reference,
        "masked": not reveal,
        "register": opened.register_hash,
        "lots": [
            {
                "sealed_at": each.lot.sealed_at.isoformat(),
                "values": {field: text if reveal else masked(text) for field, text in each.values.items()},
            }
            for each in opened.lots
        ],
    }


def _lines(opened: "Opened", *, reveal: bool) -> list[str]:
    from crystalcall.privacy.archive.values import masked

    lines = [f"Asked for: {opened.reason}"]
    for each in opened.lots:
        lines.append(f"Sealed on {each.lot.sealed_at:%Y-%m-%d}:")
        lines += [f"  {field}: {text if reveal else masked(text)}" for field, text in each.values.items()]
    if not reveal:
        lines.append("Masked. Open again with --reveal to see the values, once.")
    return lines
