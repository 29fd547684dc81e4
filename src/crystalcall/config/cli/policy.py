"""`crystalcall policy`: the version in force, announcing the next, and the clock behind both."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from crystalcall.config.cli.privacy.officers import KEY_FILE, keys_of
from crystalcall.config.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # The rooms load only inside the commands, once Django has started.
    from crystalcall.privacy.policy.values import Refused, Version

EXIT_REFUSED = 1
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object for a machine.")


@click.group("policy")
def policy_group() -> None:
    """The privacy policy: its versions, announcing one, and the evidence that it is kept."""


@policy_group.command("status")
@JSON_OPTION
def status(as_json: bool) -> None:
    """Show the version in force, the one announced, and the latest moment the program knows."""
    from crystalcall.plumbing import clock
    from crystalcall.privacy import policy
    from crystalcall.privacy.policy.known import known_until

    now = clock.now()
    in_force, announced, known = policy.in_force(now), policy.announced(now), known_until()
    if as_json:
        report = {
            "in_force": _report(in_force),
            "announced": None if announced is None else _report(announced),
            "known_until": None if known is None else known.isoformat(),
        }
        say(json.dumps(report))
        return
    since = f"since {_said(in_force.in_force_at)}" if in_force.in_force_at else f"of {in_force.practices.written}"
    say(f"Version {in_force.number} is in force, {since}.")
    if announced is None:
        say("No version is announced.")
    else:
        say(
            f"Version {announced.number} was announced on {_said(announced.announced_at)} "
            f"and comes into force on {_said(announced.due_at)}, no sooner."
        )
    say(f"The program knows the time until {_said(known)}.")


@policy_group.command("check")
@JSON_OPTION
def check(as_json: bool) -> None:
    """Examine the newest version in the folder beside the one in force, and show what it changes; announces nothing."""
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.clauses.evidence import reworded
    from crystalcall.privacy.policy.differences import practice_changes, text_changes
    from crystalcall.privacy.policy.saying import changes_said
    from crystalcall.privacy.policy.values import LANGUAGES, Refused

    found = actions.proposed()
    if isinstance(found, Refused):
        _refuse(found)
    standing, version = found.standing, found.draft.version
    groups = changes_said(practice_changes(standing.practices, version.practices))
    clauses = {
        language: [
            change.id or "the summary" for change in text_changes(standing.text(language), version.text(language))
        ]
        for language in LANGUAGES
    }
    unproven, alone = reworded(version), _in_one_language(clauses)
    if as_json:
        practice = {said.heading: said.lines for said in groups}
        warned = {"in_one_language": alone, "without_tests": list(unproven)}
        say(json.dumps({"version": version.number, "practice": practice, "texts": clauses, **warned}))
        return
    say(f"Version {version.number} may be announced. Beside version {standing.number}:")
    for said in groups:
        say(f"  {said.heading}:")
        for line in said.lines:
            say(f"    {line}")
    if not groups:
        say("  Nothing is done differently.")
    for language, changed in clauses.items():
        say(f"  policy.{language}.md says something else in: {', '.join(changed) or 'nothing'}")
    _warn(alone, unproven)


def _warn(alone: "Sequence[str]", unproven: "Sequence[str]") -> None:
    """What an operator should look at before this is announced, though nothing refuses it."""
    if alone:
        say(f"WARNING: changed in one language only: {', '.join(alone)}. Both must say the same (clause C25).")
    if unproven:
        say(
            f"WARNING: no test was written for these words of {', '.join(unproven)}: the page of evidence will claim"
            " nothing of them until clauses.toml names the new words, which a version of the program does."
        )


def _in_one_language(changed: "Mapping[str, Sequence[str]]") -> list[str]:
    """The clauses that one language says in other words and another does not."""
    everywhere = set.intersection(*(set(ids) for ids in changed.values()))
    return sorted({clause for ids in changed.values() for clause in ids} - everywhere)


@policy_group.command("announce")
@click.argument("day", required=False, type=click.DateTime(formats=["%Y-%m-%d"]))
@JSON_OPTION
def announce(day: datetime | None, as_json: bool) -> None:
    """Announce the newest version in the folder. DAY (YYYY-MM-DD, in the store's zone) is when it shall be in force.

    Its text is kept in the database from now on, and every process serves that: the folder may go. Without DAY it is
    the first midnight after ten full days. A sooner day is refused.
    """
    from crystalcall.plumbing import clock
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.policy.values import Refused

    said = actions.announce(None if day is None else day.date(), now=clock.now())
    if isinstance(said, Refused):
        _refuse(said)
    if as_json:
        report = {"announced": said.number, "at": said.announced_at.isoformat(), "due_at": said.due_at.isoformat()}
        say(json.dumps(report))
    else:
        say(
            f"Version {said.number} is announced. It comes into force on {_said(said.due_at)}, no sooner; "
            "every page says so from now on."
        )


@policy_group.command("withdraw")
@JSON_OPTION
def withdraw(as_json: bool) -> None:
    """Take back the announced version; what is in force stays in force."""
    from crystalcall.plumbing import clock
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.policy.values import Refused

    said = actions.withdraw(now=clock.now())
    if isinstance(said, Refused):
        _refuse(said)
    if as_json:
        say(json.dumps({"withdrawn": said.number}))
        return
    say(
        f"The announcement of version {said.number} is taken back. It stays readable, and whoever was mailed about it "
        "is mailed again. Announced again, it waits anew."
    )


@policy_group.command("agree-clock")
@click.option("--key-file", type=KEY_FILE, help="The own key file of the officer who explains and signs.")
@click.option("--passphrase-file", type=KEY_FILE, help="File with its passphrase; asked for without it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; sealed beside the register's entry.")
@JSON_OPTION
def agree_clock(key_file: Path | None, passphrase_file: Path | None, reason: str, as_json: bool) -> None:
    """Explain a clock that ran backwards or jumped, so that the program starts; a notice only gets longer by it.

    An officer signs it with the own key file. Only while the shop has no officer at all is it taken without one, and
    the register says that nobody signed.
    """
    from crystalcall.plumbing import clock
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.policy.values import Refused

    keys = None if key_file is None else keys_of(key_file, passphrase_file)
    said = actions.explain_clock(keys, reason, now=clock.now())
    if isinstance(said, Refused):
        _refuse(said)
    postponed = said.postponed_to
    if as_json:
        report = {
            "known_until": said.known_until.isoformat(),
            "postponed_to": None if postponed is None else postponed.isoformat(),
        }
        say(json.dumps(report))
        return
    by = "" if keys is not None else " It says too that nobody signed, since no officer stands."
    say(f"The clock is taken as it is now, and the register says so.{by}")
    if postponed is not None:
        say(f"The announced version waits longer by what was missed: it comes into force on {_said(postponed)}.")


def _refuse(refused: "Refused") -> NoReturn:
    say(refused.sentence, err=True)
    sys.exit(EXIT_REFUSED)


def _report(version: "Version") -> dict[str, object]:
    moments = {"announced_at": version.announced_at, "due_at": version.due_at, "in_force_at": version.in_force_at}
    return {"number": version.number, "content_sha256": version.content_sha256} | {
        name: None if moment is None else moment.isoformat() for name, moment in moments.items()
    }


def _said(moment: datetime | None) -> str:
    """A moment in the store's time zone, which is named."""
    from crystalcall.privacy.announcing.clockwork import zone

    return "nothing yet" if moment is None else f"{moment.astimezone(zone()):%Y-%m-%d %H:%M %Z}"
