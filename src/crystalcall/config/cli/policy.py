"""`crystalcall policy`: the version in force, announcing the next, and the clock behind both."""

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
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
        click.echo(json.dumps(report))
        return
    since = f"since {_said(in_force.in_force_at)}" if in_force.in_force_at else f"of {in_force.practices.written}"
    click.echo(f"Version {in_force.number} is in force, {since}.")
    if announced is None:
        click.echo("No version is announced.")
    else:
        click.echo(
            f"Version {announced.number} was announced on {_said(announced.announced_at)} "
            f"and comes into force on {_said(announced.due_at)}, no sooner."
        )
    click.echo(f"The program knows the time until {_said(known)}.")


@policy_group.command("announce")
@click.argument("day", required=False, type=click.DateTime(formats=["%Y-%m-%d"]))
@JSON_OPTION
def announce(day: datetime | None, as_json: bool) -> None:
    """Announce the newest version. DAY (YYYY-MM-DD, in the store's time zone) is when it shall come into force.

    Without DAY it is the first midnight after ten full days. A sooner day is refused.
    """
    from crystalcall.plumbing import clock
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.policy.values import Refused

    said = actions.announce(None if day is None else day.date(), now=clock.now())
    if isinstance(said, Refused):
        _refuse(said)
    if as_json:
        report = {"announced": said.number, "at": said.announced_at.isoformat(), "due_at": said.due_at.isoformat()}
        click.echo(json.dumps(report))
    else:
        click.echo(
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
    click.echo(
        json.dumps({"withdrawn": said.number})
        if as_json
        else f"The announcement of version {said.number} is taken back; announced again, it waits anew."
    )


@policy_group.command("agree-clock")
@click.option("--as", "officer", required=True, metavar="OFFICER", help="Who explains; an officer who serves.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; sealed beside the register's entry.")
@JSON_OPTION
def agree_clock(officer: str, reason: str, as_json: bool) -> None:
    """Explain a clock that ran backwards or jumped, so that the program starts; a notice only gets longer by it."""
    from crystalcall.plumbing import clock
    from crystalcall.privacy.announcing import actions
    from crystalcall.privacy.policy.values import Refused

    said = actions.explain_clock(officer, reason, now=clock.now())
    if isinstance(said, Refused):
        _refuse(said)
    postponed = said.postponed_to
    if as_json:
        report = {
            "known_until": said.known_until.isoformat(),
            "postponed_to": None if postponed is None else postponed.isoformat(),
        }
        click.echo(json.dumps(report))
        return
    click.echo("The clock is taken as it is now, and the register says so.")
    if postponed is not None:
        click.echo(f"The announced version waits longer by what was missed: it comes into force on {_said(postponed)}.")


def _refuse(refused: "Refused") -> NoReturn:
    click.echo(refused.sentence, err=True)
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
