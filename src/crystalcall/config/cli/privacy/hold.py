"""`crystalcall privacy hold`: what the law orders to be kept is neither expired nor erased until it is released."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.people import OFFICER_OPTION, WHO, YES_OPTION, officer_of, person_of, summary
from crystalcall.config.cli.privacy.revealing import Reveal, reveal_options
from crystalcall.config.cli.saying import joined, say

if TYPE_CHECKING:
    # The rooms load only inside the commands, once Django has started.
    from crystalcall.privacy.holds.values import HoldView

REASONS = ("litigation", "authority", "tax", "dispute", "other")
REFUSED = {
    "nobody": "Nobody (any more) has this order or address.",
    "ends_before_it_begins": "A hold must end later than now.",
    "too_long": "A hold stands for three years at most; place it again then.",
    "unknown": "There is no such hold.",
    "released_before": "This hold was released before; nothing was changed.",
}
NOTE_OPTION = click.option(
    "--note", required=True, help="The words of the order; kept sealed in the register and nowhere else."
)


@click.group("hold")
def hold_group() -> None:
    """Legal holds. Do not speak of them outside: one can be the order of an authority to be silent."""


@hold_group.command("place")
@WHO
@click.option("--reason", type=click.Choice(REASONS), required=True)
@NOTE_OPTION
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day on which it ends by itself.")
@OFFICER_OPTION
@YES_OPTION
@JSON_OPTION
def place_command(**options: Any) -> None:
    """Keep what there is now of the person with this order or address, whoever asks for its end."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.holds.actions import place_hold
    from crystalcall.privacy.holds.values import HoldReason, HoldRefused

    as_json, until = bool(options["as_json"]), options["until"]
    officer = officer_of(options["officer_name"])
    person = person_of(options["who"], as_json=as_json)
    if not options["yes"]:
        say(joined([f"All of this is kept until {until:%Y-%m-%d}:", summary(person)]), err=True)
        click.confirm("Go on?", abort=True, err=True)
    placed = place_hold(
        person,
        HoldReason(options["reason"]),
        until=datetime(until.year, until.month, until.day, tzinfo=UTC),
        by=officer.fingerprint,
        note=options["note"],
        now=now(),
    )
    if isinstance(placed, HoldRefused):
        refuse(placed.reason.value, REFUSED[placed.reason.value], as_json=as_json)
    tell(_facts(placed), f"Hold {placed.reference} stands until {placed.until:%Y-%m-%d}.", as_json=as_json)


@hold_group.command("release")
@click.argument("reference")
@NOTE_OPTION
@OFFICER_OPTION
@JSON_OPTION
def release_command(reference: str, note: str, officer_name: str, as_json: bool) -> None:
    """End a hold: erasures that waited are carried out now, what is too old goes tonight."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.waiting import carry_out_waiting
    from crystalcall.privacy.holds.actions import release_hold
    from crystalcall.privacy.holds.values import HoldRefused

    officer = officer_of(officer_name)
    released = release_hold(reference.upper(), by=officer.fingerprint, note=note, now=now())
    if isinstance(released, HoldRefused):
        refuse(released.reason.value, REFUSED[released.reason.value], as_json=as_json)
    erased = carry_out_waiting(now())
    sentence = f"Hold {released.reference} is released; erasures that had waited and were carried out: {erased}."
    tell({**_facts(released), "erasures": erased}, sentence, as_json=as_json)


@hold_group.command("list")
@click.option("--all", "released_too", is_flag=True, help="Released ones too.")
@JSON_OPTION
def list_command(released_too: bool, as_json: bool) -> None:
    """The holds that stand, by reference; nobody's name."""
    from crystalcall.privacy.holds.queries import holds, waiting_erasures

    found, waiting = holds(released_too=released_too), len(waiting_erasures())
    lines = [
        f"{view.reference}  {view.reason:<10} until {view.until:%Y-%m-%d}  {view.names} names  by {view.officer[:12]}"
        f"{f'  released {view.released_at:%Y-%m-%d}' if view.released_at else ''}"
        for view in found
    ]
    lines.append(f"Erasures that wait: {waiting}")
    tell({"holds": [_facts(view) for view in found], "waiting_erasures": waiting}, joined(lines), as_json=as_json)


@hold_group.command("kept")
@WHO
@reveal_options
@JSON_OPTION
def kept_command(who: str, reveal: Reveal, as_json: bool) -> None:
    """What this person corrected while a hold stood: which fields and when; what stood there only with --reveal."""
    from crystalcall.privacy.holds.prior import prior_fields, prior_values
    from crystalcall.privacy.keepers import NameKind
    from crystalcall.privacy.purposes import Purpose

    customers = person_of(who, as_json=as_json).ids(NameKind.CUSTOMER)
    if reveal.enter("holds.before", len(customers), veiled=True):
        values = [each for one in customers for each in prior_values(one, purpose=Purpose.LEGAL_OBLIGATION)]
        found = [(each.name, each.changed_at, each.text) for each in values]
    else:
        found = [(name, at, "•••") for one in customers for name, at in prior_fields(one)]
    lines = [f"{at:%Y-%m-%d %H:%M} UTC  {name}: {text}" for name, at, text in found]
    facts = [{"field": name, "changed_at": at.isoformat(), "stood_there": text} for name, at, text in found]
    tell({"kept": facts}, joined(lines) or "Nothing was corrected while a hold stood.", as_json=as_json)


def _facts(view: "HoldView") -> dict[str, Any]:
    return {
        "hold": view.reference,
        "reason": view.reason.value,
        "officer": view.officer,
        "placed_at": view.placed_at.isoformat(),
        "until": view.until.isoformat(),
        "released_at": view.released_at and view.released_at.isoformat(),
        "names": view.names,
    }
