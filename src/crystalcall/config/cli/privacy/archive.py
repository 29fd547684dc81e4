"""`crystalcall privacy archive`: what was changed or deleted, sealed until two officers open it or its time is over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.acting import acting_officer
from crystalcall.config.cli.saying import joined, say

if TYPE_CHECKING:
    from crystalcall.privacy.archive.values import Opened, RewrapView
    from crystalcall.privacy.officers.key_file import OfficerKeys

SENTENCES = {
    "officer_unknown": "There is no such officer.",
    "officer_retired": "An officer of this opening has left office.",
    "officer_not_admitted": "This officer was proposed and is not admitted yet.",
    "keys_of_another_officer": "These are not the keys with which this officer was appointed.",
    "reason_missing": "A reason is needed.",
    "nothing_there": "Nothing is sealed about this person.",
    "not_sealed_for_these_officers": "What is sealed there was destroyed, or sealed for other officers.",
    "unknown_opening": "There is no such opening.",
    "opening_is_over": "This opening is over; the first officer must ask again.",
    "same_officer": "Another officer must open: it takes two.",
    "altered_since_it_was_asked": "This opening was altered since it was asked for. Nothing is opened; look into it.",
    "not_approved_by_two": "Two officers have not approved this.",
    "unknown_case": "There is no such case of an authority.",
    "second_officer_unknown": "The second officer is nobody who serves.",
    "another_second_officer_was_named": "The first officer named another for the second step.",
    "held_by_law": "A legal hold keeps this: crystalcall privacy hold list",
}

AS = acting_officer("name")
KEYS = acting_officer("keys", gives_keys=True)


@click.group("archive")
def archive_group() -> None:
    """The sealed archive: this program can put in, and only two officers together take out."""


@archive_group.command("status")
@JSON_OPTION
def status(as_json: bool) -> None:
    """How much is sealed, for how many officers; says so where nothing is kept for want of officers."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.queries import archive_standing, openings, rewraps

    standing, waiting = archive_standing(), openings(now=now())
    facts = {
        "keeps": standing.keeps,
        "officers": standing.officers,
        "lots": standing.lots,
        "values": standing.values,
        "people": standing.people,
        "people_lacking": standing.lacking,
        "people_shut": standing.shut,
        "openings": [
            {"reference": each.reference, "asked_by": each.asked_by, "until": each.expires_at.isoformat()}
            for each in waiting
        ],
    }
    lines = [
        f"Values: {standing.values}; lots: {standing.lots}; people: {standing.people}; officers: {standing.officers}."
    ]
    if standing.shut:
        lines.append(f"WARNING: what is kept of {standing.shut} people opens for no two officers who serve.")
    elif standing.lacking:
        lines.append(f"What is kept of {standing.lacking} people does not open for every two officers: rewrap it.")
    if not standing.keeps:
        lines.append("WARNING: with fewer than two officers nothing is kept of what is changed or deleted.")
    lines += [f"{each.reference}  asked by {each.asked_by}  until {each.expires_at:%Y-%m-%d}" for each in waiting]
    lines += [_rewrap_line(each) for each in rewraps(now=now())]
    tell(facts, joined(lines), as_json=as_json)


@archive_group.command("request-opening")
@click.argument("who")
@click.option("--reason", required=True, help="Why; the second officer reads it, and the register keeps it sealed.")
@KEYS
@click.option("--case", default="", help="The authority's case that is the reason: veiled for as long as it is.")
@JSON_OPTION
def request_opening_command(who: str, keys: "OfficerKeys", reason: str, case: str, as_json: bool) -> None:
    """The first of two steps: take off the outer layer of what is sealed about WHO (address, order or id)."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.actions import request_opening
    from crystalcall.privacy.archive.values import OpeningRefused

    asked = request_opening(_subjects(who), reason, keys, now=now(), case=case.strip().upper())
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
@KEYS
@click.option("--reveal", is_flag=True, help="Show the values unmasked, once; ends the opening.")
@JSON_OPTION
def open_command(reference: str, keys: "OfficerKeys", reveal: bool, as_json: bool) -> None:
    """The second of two steps, by another officer: open, masked at first; entered into the register each time."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.sealing import SealBrokenError
    from crystalcall.privacy.archive.actions import open_archive
    from crystalcall.privacy.archive.values import OpeningRefused

    try:
        opened = open_archive(reference.upper(), keys, now=now(), closing=reveal)
    except SealBrokenError as problem:
        refuse("seal_broken", f"{problem} Nothing was opened.", as_json=as_json)
    if isinstance(opened, OpeningRefused):
        _refuse(opened.reason.value, as_json=as_json)
    tell(_facts(opened, reveal=reveal), joined(_lines(opened, reveal=reveal)), as_json=as_json)


@archive_group.command("request-rewrap")
@click.option("--with", "second", required=True, metavar="OFFICER", help="The officer who does the second step.")
@click.option("--reason", required=True, help="Why; kept sealed in the register.")
@KEYS
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON_OPTION
def request_rewrap_command(second: str, reason: str, keys: "OfficerKeys", yes: bool, as_json: bool) -> None:
    """The first of two steps to give the archive to all officers who serve now, and take it from those who left."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.archive.actions import request_rewrap
    from crystalcall.privacy.archive.values import OpeningRefused
    from crystalcall.privacy.officers.queries import active

    if not yes:
        say("Every two of these will open everything in the archive:", err=True)
        for each in active():
            say(f"  {each.name:<20}  {each.fingerprint}  since {each.added_at:%Y-%m-%d}", err=True)
        click.confirm("Go on?", abort=True, err=True)
    with _progress("outer layers", as_json=as_json) as bar:
        asked = request_rewrap(second, reason, keys, now=now(), tell=bar)
    if isinstance(asked, OpeningRefused):
        _refuse(asked.reason.value, as_json=as_json)
    facts = {"reference": asked.reference, "people": asked.people, "until": asked.expires_at.isoformat()}
    tell({**facts, "officers": list(asked.officers)}, _rewrap_line(asked), as_json=as_json)


@archive_group.command("rewrap")
@click.argument("reference")
@KEYS
@JSON_OPTION
def rewrap_command(reference: str, keys: "OfficerKeys", as_json: bool) -> None:
    """The second of two steps, by the officer whom the first one named; a run that was killed is run again."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.sealing import SealBrokenError
    from crystalcall.privacy.archive.actions import rewrap
    from crystalcall.privacy.archive.values import OpeningRefused

    try:
        with _progress("people", as_json=as_json) as bar:
            done = rewrap(reference.upper(), keys, now=now(), tell=bar)
    except SealBrokenError as problem:
        refuse("seal_broken", f"{problem} It stopped there.", as_json=as_json)
    if isinstance(done, OpeningRefused):
        _refuse(done.reason.value, as_json=as_json)
    facts = {"reference": done.reference, "people": done.people, "left": done.left, "given_up": done.given_up}
    lines = [f"What is kept of {done.people} people opens for every two officers who serve, and for nobody else."]
    if done.left:
        lines.append(f"What is kept of {done.left} people these two could not open: other two must rewrap it.")
    if done.given_up:
        lines.append(f"What was kept of {done.given_up} people opened for no two who serve, and is destroyed.")
    tell({**facts, "register": done.register_hash}, joined(lines), as_json=as_json)


@contextmanager
def _progress(what: str, *, as_json: bool) -> "Iterator[Callable[[int, int], None]]":
    if as_json:
        yield lambda _done, _whole: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    columns = (*Progress.get_default_columns()[:3], MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:

        def tell_bar(done: int, whole: int) -> None:
            # A bar is there from the first that is done: a refusal needs none.
            task = bars.task_ids[0] if bars.task_ids else bars.add_task(what)
            bars.update(task, completed=done, total=whole)

        yield tell_bar


def _rewrap_line(asked: "RewrapView") -> str:
    return (
        f"{asked.reference}: the keys of {asked.people} people wait for {asked.second} until"
        f" {asked.expires_at:%Y-%m-%d %H:%M} UTC: crystalcall privacy archive rewrap {asked.reference}"
        f" --as {asked.second} --key-file FILE"
    )


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
        say(f"{len(lots_about(subjects))} lots are destroyed for ever.", err=True)
        click.confirm("Go on?", abort=True, err=True)
    destroyed = destroy_archive(subjects, name, reason, now=now())
    if isinstance(destroyed, DestroyRefused):
        _refuse(destroyed.reason.value, as_json=as_json)
    tell({"values": destroyed}, f"{destroyed} values are destroyed; nothing brings them back.", as_json=as_json)


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
