"""`crystalcall privacy authority`: what authorities ask for, field by field, approved by two, handed over once."""

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.archive import AS, KEYS
from crystalcall.config.cli.privacy.officers import refuse as refuse_officer
from crystalcall.config.cli.privacy.people import person_of
from crystalcall.config.cli.privacy.revealing import Reveal, reveal_options
from crystalcall.config.cli.saying import joined

if TYPE_CHECKING:
    from crystalcall.privacy.authorities.values import Asked, CaseRefused, CaseView, HandedOver, Instrument, Query
    from crystalcall.privacy.officers.key_file import OfficerKeys

SENTENCES = {
    "unknown_case": "There is no such case.",
    "case_is_closed": "This case is closed: it was handed over or refused.",
    "about_a_child_and_forgotten": "This was about a child whose data is erased: letter and query are gone.",
    "not_scoped_yet": "Nobody has said which fields and days yet: crystalcall privacy authority scope",
    "officer_unknown": "There is no officer {detail}.",
    "officer_not_admitted": "{detail} is no officer yet: crystalcall privacy officer admit",
    "officer_retired": "The officer {detail} has left office.",
    "keys_of_another_officer": "These are not the keys with which {detail} was appointed.",
    "recipient_is_no_age_key": "The recipient is no age key (age1…); ask the authority for one.",
    "words_missing": "Authority, instrument and scope (or the reason) must be said.",
    "nobody": "Nobody is meant: name somebody's order or address.",
    "everything_is_never_handed_over": "Everything is never handed over: name the fields that the letter names.",
    "no_fields": "Name at least one field: crystalcall privacy authority fields",
    "field_unknown": "{detail} is no field that can be handed over: crystalcall privacy authority fields",
    "field_is_a_key": "{detail} is a key; keys are handed to nobody.",
    "field_not_declared_for_authorities": "The privacy policy does not say that {detail} may go to authorities.",
    "field_without_a_date": "{detail} has no date, so that no days can be chosen.",
    "dates_senseless": "The days make no sense: the first must not be after the last, nor in the future.",
    "already_approved_by_this_officer": "{detail} has approved this already; another officer must.",
    "signature_wrong": "The signature of {detail} does not fit.",
    "altered_since_it_was_scoped": "This is not what was scoped: crystalcall privacy authority show",
    "not_approved_by_two": "Two officers who serve must approve exactly this first.",
    "suspected_child": "While somebody in it may be a child nothing is handed over.",
}
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("authority")
def authority_group() -> None:
    """Authorities: a letter, named fields and days, two officers' approval, one encrypted package, and the notice."""


@authority_group.command("record")
@click.option("--kind", type=click.Choice(["order", "report"]), default="order", show_default=True)
@click.option("--authority", required=True, help="Who asks, or to whom you report.")
@click.option("--instrument", required=True, help="On what ground, such as 'court order'.")
@click.option("--reference", default="", help="The letter's own number.")
@click.option("--dated", required=True, type=DAY, help="The letter's day.")
@click.option("--scope", required=True, type=click.File("rb"), help="File with what the letter asks for (UTF-8).")
@click.option("--recipient", required=True, help="The authority's age recipient (age1…), checked by telephone.")
@click.option("--deadline", type=DAY, help="By when it must be answered.")
@click.option("--gag-until", type=DAY, help="The first day (UTC) on which the person may be told.")
@AS
@JSON_OPTION
def record(scope: BinaryIO, name: str, as_json: bool, **said: Any) -> None:
    """Enter a letter of an authority, or a report to one; nothing is looked up yet."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import record_case
    from crystalcall.privacy.authorities.values import CaseKind, Instrument

    try:
        words = scope.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse("not_utf8", f"{scope.name} is no text in UTF-8: save it as such. Nothing was entered.", as_json=as_json)
    letter = Instrument(
        authority=said["authority"],
        instrument=said["instrument"],
        reference=said["reference"],
        dated=said["dated"].date(),
        scope=words,
        recipient=said["recipient"],
    )
    silent: date | None = said["gag_until"] and said["gag_until"].date()
    gag_until = None if silent is None else datetime.combine(silent, time(), UTC)
    deadline = said["deadline"] and said["deadline"].date()
    case = record_case(CaseKind(said["kind"]), letter, name, deadline=deadline, gag_until=gag_until, now=now())
    _say(case, as_json=as_json)


@authority_group.command("fields")
@JSON_OPTION
def fields(as_json: bool) -> None:
    """Every field that a scope may name, and what it is called."""
    from crystalcall.privacy.authorities.scoping import nameable
    from crystalcall.privacy.authorities.wording import words_of

    lines = [f"{name:<45}  {words_of([name])[0]}" for name in nameable()]
    tell({"fields": list(nameable())}, joined(lines), as_json=as_json)


@authority_group.command("scope")
@click.argument("reference")
@click.option("--person", "who", required=True, help="Order number or e-mail address of whom it is about.")
@click.option("--field", "names", multiple=True, required=True, help="A field that the letter names; repeat it.")
@click.option("--from", "since", required=True, type=DAY, help="First day (UTC) of the rows.")
@click.option("--to", "until", required=True, type=DAY, help="Last day (UTC) of the rows.")
@click.option("--note", default="", help="What of the letter you left out, and why; kept sealed.")
@AS
@JSON_OPTION
def scope(reference: str, who: str, names: tuple[str, ...], name: str, as_json: bool, **said: Any) -> None:
    """Say exactly which fields of which days; says the hash that two officers then approve."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import scope_case

    person = person_of(who, as_json=as_json)
    wanted = (names, said["since"].date(), said["until"].date())
    _say(scope_case(reference.upper(), person, wanted, name, note=said["note"], now=now()), as_json=as_json)


@authority_group.command("approve")
@click.argument("reference")
@click.option("--hash", "seen", required=True, help="The hash that `show` gave you, after you read what it stands for.")
@KEYS
@JSON_OPTION
def approve(reference: str, seen: str, keys: "OfficerKeys", as_json: bool) -> None:
    """Sign what is to be handed over; two different officers must."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import approve_case

    _say(approve_case(reference.upper(), seen, keys, now=now()), as_json=as_json)


@authority_group.command("extract")
@click.argument("reference")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The package; a new file.")
@AS
@JSON_OPTION
def extract(reference: str, out: Path, name: str, as_json: bool) -> None:
    """Write exactly what was approved into a package that opens with the authority's key alone."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import hand_over
    from crystalcall.privacy.authorities.values import CaseRefused

    if out.exists():
        refuse("file_exists", f"{out} is there already; it is not overwritten.", as_json=as_json)
    try:
        handed = hand_over(reference.upper(), name, lambda package: _write(out, package), now=now())
    except OSError as problem:
        refuse("not_written", f"{out} cannot be written: {problem.strerror}. Nothing was done.", as_json=as_json)
    if isinstance(handed, CaseRefused):
        _refuse(handed, as_json=as_json)
    tell(_handed(handed, out), _handed_sentence(handed, out), as_json=as_json)


@authority_group.command("refuse")
@click.argument("reference")
@click.option("--why", required=True, help="Why nothing is handed over; kept sealed in the register.")
@AS
@JSON_OPTION
def refuse_one(reference: str, why: str, name: str, as_json: bool) -> None:
    """Hand over nothing, for a reason."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import refuse_case

    _say(refuse_case(reference.upper(), why, name, now=now()), as_json=as_json)


@authority_group.command("list")
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@JSON_OPTION
def list_all(closed_too: bool, as_json: bool) -> None:
    """Cases that are open, oldest first."""
    from crystalcall.privacy.authorities.queries import cases

    found = cases(closed_too=closed_too)
    lines = joined(_line(each) for each in found)
    tell({"cases": [_facts(each) for each in found]}, lines or "No case is open.", as_json=as_json)


@authority_group.command("show")
@click.argument("reference")
@reveal_options
@JSON_OPTION
def show(reference: str, reveal: Reveal, as_json: bool) -> None:
    """One case: which fields of which days; the letter's words and whose data only with `--reveal`."""
    from crystalcall.privacy.authorities.queries import asked_of, case

    found = case(reference.upper())
    if found is None:
        refuse("unknown_case", SENTENCES["unknown_case"], as_json=as_json)
    asked = asked_of(found.reference)
    facts = _facts(found) | {"asked": None if asked is None else asked.as_facts()}
    lines = [_line(found), *_asked_lines(asked)]
    if reveal.is_asked:
        letter, query = _look_into(found.reference, reveal, as_json=as_json)
        facts |= {"letter": letter.as_facts(), "query": None if query is None else query.as_facts()}
        lines += [f"{name}: {str(value).strip()}" for name, value in letter.as_facts().items()]
        lines += [] if query is None else [f"about {kind} {each}" for kind, each in query.names]
    tell(facts, joined(lines), as_json=as_json)


def _look_into(reference: str, reveal: Reveal, *, as_json: bool) -> "tuple[Instrument, Query | None]":
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.actions import look_into
    from crystalcall.privacy.authorities.values import CaseRefused
    from crystalcall.privacy.officers.values import OfficerRefused

    with reveal.signing():
        seen = look_into(reference, reveal.officer, reveal.reason, now=now())
    if isinstance(seen, CaseRefused):
        _refuse(seen, as_json=as_json)
    if isinstance(seen, OfficerRefused):
        refuse_officer(seen.reason, seen.name)
    return seen


def _asked_lines(asked: "Asked | None") -> list[str]:
    """What two officers approve, as far as it names nobody."""
    if asked is None:
        return ["Nobody has said yet which fields of which days: crystalcall privacy authority scope"]
    lines = [f"Days (UTC): {asked.since} to {asked.until}; about {asked.people} person or people; fields:"]
    lines += [f"  {name}: {words}" for name, words in asked.fields]
    return [*lines, f"The package opens with the key {asked.recipient} alone."]


def _write(out: Path, package: bytes) -> None:
    """A file of mode 600, whole on the disk or not there."""
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(package)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            out.unlink(missing_ok=True)
            raise


def _say(case: "CaseView | CaseRefused", *, as_json: bool) -> None:
    from crystalcall.privacy.authorities.values import CaseRefused

    if isinstance(case, CaseRefused):
        _refuse(case, as_json=as_json)
    tell(_facts(case), _line(case), as_json=as_json)


def _refuse(refused: "CaseRefused", *, as_json: bool) -> NoReturn:
    refuse(refused.reason.value, SENTENCES[refused.reason.value].format(detail=refused.detail), as_json=as_json)


def _facts(case: "CaseView") -> dict[str, Any]:
    return {
        "reference": case.reference,
        "kind": case.kind.value,
        "state": case.state.value,
        "received_at": case.received_at.isoformat(),
        "deadline": case.deadline and case.deadline.isoformat(),
        "gag_until": case.gag_until and case.gag_until.isoformat(),
        "hash": case.subject_hash or None,
        "approvals": case.approvals,
        "extracted_at": case.extracted_at and case.extracted_at.isoformat(),
        "told_at": case.told_at and case.told_at.isoformat(),
        "unveiled_at": case.unveiled_at and case.unveiled_at.isoformat(),
    }


def _line(case: "CaseView") -> str:
    by = f"  by {case.deadline}" if case.deadline else ""
    if case.gag_until and not case.unveiled_at:
        by += f"  silent until {case.gag_until:%Y-%m-%d}"
    hashed = f"  approved by {case.approvals}: {case.subject_hash}" if case.subject_hash else ""
    return f"{case.reference}  {case.kind.value}  {case.state.value}{by}{hashed}"


def _handed(handed: "HandedOver", out: Path) -> dict[str, Any]:
    return {
        "file": str(out),
        "sha256": handed.package_hash,
        "rows": handed.rows,
        "told_on": handed.tell_at and handed.tell_at.isoformat(),
    }


def _handed_sentence(handed: "HandedOver", out: Path) -> str:
    told = "now" if handed.tell_at is None else f"on {handed.tell_at:%Y-%m-%d}"
    return f"{out} holds {handed.rows} rows (SHA-256 {handed.package_hash}). The person is told {told}."
