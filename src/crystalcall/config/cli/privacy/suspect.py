"""`crystalcall privacy suspect-child`: nothing about somebody leaves while it is found out whether it is a child."""

from typing import TYPE_CHECKING, Final

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.acting import acting_officer
from crystalcall.config.cli.privacy.people import WHO, officer_of, person_of

if TYPE_CHECKING:
    from crystalcall.privacy.erasures import suspecting
    from crystalcall.privacy.officers.key_file import OfficerKeys

SENTENCES: Final = {
    "reason_missing": "Say why: --reason. It lies sealed beside the line in the register.",
    "suspected_before": "Nothing about this person leaves as it is.",
    "not_suspected": "Nobody suspects this person (any more).",
    "officer_may_not": "This officer does not serve, or these are not the keys of theirs.",
    "same_officer": "You have signed already: another officer lifts it.",
}


@click.command("suspect-child")
@WHO
@acting_officer("keys", gives_keys=True)
@click.option("--reason", required=True, help="Why; kept sealed in the register.")
@click.option("--lift", is_flag=True, help="It was no child: the second officer who says so lets data be used again.")
@JSON_OPTION
def suspect_child_command(who: str, keys: "OfficerKeys", reason: str, lift: bool, as_json: bool) -> None:
    """Let nothing about this person out while you find out whether it is a child: no mail, no call, no payment.

    One officer suspects; with --lift two of them, within a week, take it back.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures import suspecting

    officer = officer_of(keys.name)
    person = person_of(who, whole_mailbox=True, as_json=as_json)
    if lift:
        _lift(suspecting.lift(person, keys, reason, now=now()), as_json=as_json)
        return
    done = suspecting.suspect(person, officer.fingerprint, reason, now=now())
    if isinstance(done, suspecting.SuspicionRefused):
        refuse(done.reason.value, SENTENCES[done.reason.value], as_json=as_json)
    sentence = f"Nothing about this person leaves any more. Line {done.register_sequence} of the register says so."
    tell({"suspended": done.names, "register": done.register_sequence}, sentence, as_json=as_json)


def _lift(done: "suspecting.Lifting | suspecting.SuspicionRefused", *, as_json: bool) -> None:
    from crystalcall.privacy.erasures.suspecting import SuspicionRefused

    if isinstance(done, SuspicionRefused):
        refuse(done.reason.value, SENTENCES[done.reason.value], as_json=as_json)
    facts = {"lifted": done.names if done.is_lifted else 0, "waits": not done.is_lifted, "hash": done.subject_hash}
    if done.is_lifted:
        sentence = f"{done.names} names are let out again. Unblock cards: crystalcall pins unblock"
    else:
        sentence = f"Signed. A second officer lifts it by the same command until {done.until:%Y-%m-%d %H:%M} UTC."
    tell({**facts, "until": done.until.isoformat()}, sentence, as_json=as_json)
