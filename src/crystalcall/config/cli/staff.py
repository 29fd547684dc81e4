"""`crystalcall staff`: who works here, what each may do, and what each did. Accounts are made here and nowhere else."""

from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.revealing import Reveal, reveal_options
from crystalcall.config.cli.saying import joined
from crystalcall.rules.privacy.printable import printable
from crystalcall.rules.staffing import Role

if TYPE_CHECKING:
    from uuid import UUID

    # The rooms load only inside the commands, once Django has started.
    from crystalcall.customers.staff.values import AuditLine, Changed, MemberInfo, SetUp, StaffRefused

ROLES: Final = click.Choice([role.value for role in Role])
ROLE_OPTION = click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given repeatedly.")
EMAIL = click.argument("email")
REASON_OPTION = click.option("--reason", required=True, help="Why; kept sealed beside the line of the audit log.")
SHOWN: Final = 8
"""How much of an id is shown where it only tells members apart."""
MOST_LINES: Final = 1000

REFUSALS: Final = {
    "name_senseless": "This is no name: a name has letters, and at most 100 characters.",
    "email_senseless": "This is no e-mail address that mail could be sent to.",
    "language_unknown": "The back office speaks en and ru.",
    "roles_missing": "Somebody without a role could do nothing: crystalcall staff disable",
    "email_taken": "Somebody with this address works here, or did: crystalcall staff list, crystalcall staff enable",
    "unknown": "Nobody with this address works here, or did: crystalcall staff list",
    "disabled": "They are disabled: crystalcall staff enable",
    "not_disabled": "They are not disabled. For a new address: crystalcall staff set-up-again",
    "last_administrator": "They are the last administrator: make somebody else one first.",
    "reason_missing": "A reason is needed.",
    "not_set_up": "They have not set up anything yet: crystalcall staff set-up-again",
}


@click.group("staff")
def staff_group() -> None:
    """Members of staff: who signs in at the back office, as what, and what they did."""


@staff_group.command("add")
@EMAIL
@click.option("--name", required=True, help="What they are called; sealed like a customer's.")
@ROLE_OPTION
@click.option(
    "--language", type=click.Choice(["en", "ru"]), default="en", show_default=True, help="Of pages and mails."
)
@JSON_OPTION
def add(email: str, name: str, roles: tuple[str, ...], language: str, as_json: bool) -> None:
    """Let somebody work here; prints the one-time address at which they choose a password and a second factor."""
    from crystalcall.customers.staff.actions import add_member
    from crystalcall.plumbing.clock import now

    given = add_member(email, name, _roles(roles), language, now=now())
    _tell_address(given, "Hand this address to them and to nobody else", as_json=as_json)


@staff_group.command("list")
@reveal_options
@JSON_OPTION
def list_members(reveal: Reveal, as_json: bool) -> None:
    """Everybody who works here or did; names and addresses are masked without --reveal."""
    from crystalcall.customers.staff.queries import members
    from crystalcall.plumbing.clock import now

    found = members(now=now())
    is_plain = reveal.enter("staff.contact", len(found))
    facts = {"members": [_member_facts(each, is_plain=is_plain) for each in found]}
    lines = [_member_line(each, is_plain=is_plain) for each in found]
    tell(facts, joined(lines) or "Nobody works here yet: crystalcall staff add", as_json=as_json)


@staff_group.command("disable")
@EMAIL
@REASON_OPTION
@JSON_OPTION
def disable(email: str, reason: str, as_json: bool) -> None:
    """Shut somebody out at once: password, second factors and sign-ins are gone, what they proposed is withdrawn."""
    from crystalcall.customers.staff import actions
    from crystalcall.plumbing.clock import now

    done = actions.disable(_member(email, as_json=as_json), reason=reason, now=now())
    _tell_change(done, "They are disabled", as_json=as_json)


@staff_group.command("enable")
@EMAIL
@JSON_OPTION
def enable(email: str, as_json: bool) -> None:
    """Let somebody back in with the roles they had; prints a one-time address as at first."""
    from crystalcall.customers.staff import actions
    from crystalcall.plumbing.clock import now

    given = actions.enable(_member(email, as_json=as_json), now=now())
    _tell_address(given, "They are back; hand this address to them and to nobody else", as_json=as_json)


@staff_group.command("roles")
@EMAIL
@ROLE_OPTION
@JSON_OPTION
def set_roles(email: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Have somebody hold these roles and no others, from their next click on."""
    from crystalcall.customers.staff import actions
    from crystalcall.plumbing.clock import now

    done = actions.set_roles(_member(email, as_json=as_json), _roles(roles), now=now())
    _tell_change(done, f"Their roles are {', '.join(sorted(set(roles)))}", as_json=as_json)


@staff_group.command("reset-second-factor")
@EMAIL
@REASON_OPTION
@JSON_OPTION
def reset_second_factor(email: str, reason: str, as_json: bool) -> None:
    """For a lost authenticator: take every second factor away; at the printed address their password sets up another.

    Know them again first, as well as on their first day.
    """
    from crystalcall.customers.staff import actions
    from crystalcall.plumbing.clock import now

    given = actions.reset_second_factor(_member(email, as_json=as_json), reason=reason, now=now())
    _tell_address(given, "Their second factors and sign-ins are gone; hand this address to them", as_json=as_json)


@staff_group.command("set-up-again")
@EMAIL
@REASON_OPTION
@JSON_OPTION
def set_up_again(email: str, reason: str, as_json: bool) -> None:
    """Have somebody begin as at first: a new password and a new second factor, at the one-time address printed."""
    from crystalcall.customers.staff import actions
    from crystalcall.plumbing.clock import now

    given = actions.set_up_again(_member(email, as_json=as_json), reason=reason, now=now())
    _tell_address(given, "Hand this address to them and to nobody else", as_json=as_json)


@staff_group.command("audit")
@click.option("--email", help="Only what this member did.")
@click.option("--act", default="", help="Only this act, such as staff.approved.")
@click.option("--before", type=click.IntRange(1), help="Only lines before this one, for the next page.")
@click.option("--lines", type=click.IntRange(1, MOST_LINES), default=50, show_default=True, help="How many.")
@reveal_options
@JSON_OPTION
def audit(reveal: Reveal, as_json: bool, **wanted: Any) -> None:
    """What staff did, newest first; who by name, and in which words they say why, only with --reveal."""
    from crystalcall.customers.staff.queries import audit_page

    email, limit = wanted.pop("email"), wanted.pop("lines")
    member_id = None if email is None else _member(email, as_json=as_json)
    found = audit_page(member_id=member_id, limit=limit, **wanted)
    is_plain = reveal.enter("staff.acts", len(found))
    facts = {"lines": [_line_facts(each, is_plain=is_plain) for each in found]}
    lines = [_line_words(each, is_plain=is_plain) for each in found]
    tell(facts, joined(lines) or "Nothing was written down.", as_json=as_json)


def _roles(typed: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(Role(each) for each in typed)


def _member(email: str, *, as_json: bool) -> "UUID":
    from crystalcall.customers.staff.queries import member_of_address

    found = member_of_address(email)
    if found is None:
        refuse("unknown", REFUSALS["unknown"], as_json=as_json)
    return found


def _turn_away(refused: "StaffRefused", *, as_json: bool) -> NoReturn:
    refuse(refused.reason.value, REFUSALS[refused.reason.value], as_json=as_json)


def _tell_address(given: "SetUp | StaffRefused", sentence: str, *, as_json: bool) -> None:
    from crystalcall.customers.staff.values import StaffRefused

    if isinstance(given, StaffRefused):
        _turn_away(given, as_json=as_json)
    facts = {"member_id": str(given.member_id), "address": given.address, "expires_at": given.expires_at.isoformat()}
    until = f"{given.expires_at:%Y-%m-%d %H:%M} UTC"
    tell(facts, joined([f"{sentence}. It opens once, until {until}:", given.address]), as_json=as_json)


def _tell_change(done: "Changed | StaffRefused", sentence: str, *, as_json: bool) -> None:
    from crystalcall.customers.staff.values import StaffRefused

    if isinstance(done, StaffRefused):
        _turn_away(done, as_json=as_json)
    ended = f"; {done.sign_ins_ended} sign-ins were ended" if done.sign_ins_ended else ""
    tell(
        {"member_id": str(done.member_id), "sign_ins_ended": done.sign_ins_ended},
        f"{sentence}{ended}.",
        as_json=as_json,
    )


def _member_facts(each: "MemberInfo", *, is_plain: bool) -> dict[str, Any]:
    from crystalcall.customers.contact_details import mask_email

    return {
        "member_id": str(each.member_id),
        "name": each.name if is_plain else f"{each.name[:1]}•••",
        "email": each.email if is_plain else mask_email(each.email),
        "language": each.language,
        "roles": sorted(role.value for role in each.roles),
        "added_at": each.added_at.isoformat(),
        "disabled_at": each.disabled_at.isoformat() if each.disabled_at else None,
        "is_set_up": each.is_set_up,
        "has_second_factor": each.has_second_factor,
        "set_up_until": each.set_up_until.isoformat() if each.set_up_until else None,
    }


def _member_line(each: "MemberInfo", *, is_plain: bool) -> str:
    facts = _member_facts(each, is_plain=is_plain)
    who = printable(f"{facts['name']} <{facts['email']}>")
    return f"{str(each.member_id)[:SHOWN]}  {who}  {', '.join(facts['roles'])}  {_state(each)}"


def _state(each: "MemberInfo") -> str:
    if each.disabled_at is not None:
        return f"disabled since {each.disabled_at:%Y-%m-%d}"
    if each.has_second_factor:
        return "works here"
    if each.set_up_until is not None:
        return f"has an address until {each.set_up_until:%Y-%m-%d %H:%M} UTC"
    return "has no second factor" if each.is_set_up else "has not set up anything"


def _line_facts(line: "AuditLine", *, is_plain: bool) -> dict[str, Any]:
    entry = line.entry
    facts = {
        "entry": entry.entry_id,
        "at": entry.at.isoformat(),
        "member_id": str(entry.member_id) if entry.member_id else None,
        "act": entry.act,
        "outcome": entry.outcome.value,
        "subject": entry.subject.kind.value,
        "name": entry.subject.name,
        "detail": entry.detail,
        "register_hash": entry.register_hash,
        "has_reason": entry.has_reason,
    }
    return facts | ({"member_name": line.member_name, "reason": line.reason} if is_plain else {})


def _line_words(line: "AuditLine", *, is_plain: bool) -> str:
    entry = line.entry
    by = "command line" if entry.member_id is None else str(entry.member_id)[:SHOWN]
    if is_plain and line.member_name:
        by = line.member_name
    what = f"{entry.act} {entry.outcome.value} {entry.subject.kind.value} {entry.subject.name} {entry.detail}".rstrip()
    why = f"  “{line.reason}”" if is_plain and line.reason else ""
    return printable(f"{entry.entry_id}  {entry.at:%Y-%m-%d %H:%M:%S} UTC  {by}  {what}{why}")
