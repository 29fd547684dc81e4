"""`crystalcall privacy erase` and its company: forgetting a person, a child at once, and again after a restore."""

from datetime import timedelta

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, money, refuse, tell
from crystalcall.config.cli.privacy.people import OFFICER_OPTION, WHO, YES_OPTION, officer_of, person_of, summary
from crystalcall.config.cli.saying import joined, say

HELD = "A legal hold stands: nothing was erased. It is noted, and done when the hold ends. Do not speak of the hold."

MONEY = (
    "An order of this person was just paid and is being delivered: nothing was erased yet. It is done in some minutes."
)


@click.command("erase")
@WHO
@OFFICER_OPTION
@YES_OPTION
@JSON_OPTION
def erase_command(who: str, officer_name: str, yes: bool, as_json: bool) -> None:
    """Forget the person with this order or address, as they would by the site; cards work on for their bearers."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.actions import erase_person
    from crystalcall.privacy.erasures.values import ErasureWaits, NobodyToErase
    from crystalcall.privacy.keepers import Way

    officer = officer_of(officer_name)
    person = person_of(who, as_json=as_json)
    _ask(yes, joined(["This person is forgotten for ever:", summary(person)]))
    erased = erase_person(person, Way.DELETION, now=now(), by=officer.fingerprint)
    if isinstance(erased, NobodyToErase):
        refuse("nobody", "Nobody (any more) has this order or address.", as_json=as_json)
    if isinstance(erased, ErasureWaits):
        refuse("money" if erased.for_money else "held", MONEY if erased.for_money else HELD, as_json=as_json)
    facts = {
        "counts": dict(erased.counts),
        "register": erased.register_sequence,
        "keys_destroyed": erased.keys_destroyed,
    }
    tell(facts, f"Forgotten. Line {erased.register_sequence} of the register proves it.", as_json=as_json)


@click.command("erase-child")
@WHO
@OFFICER_OPTION
@YES_OPTION
@JSON_OPTION
def erase_child_command(who: str, officer_name: str, yes: bool, as_json: bool) -> None:
    """Forget a child under 13: nothing leaves from this moment on, nothing is archived, credit is owed back.

    One officer is enough, because nothing protects a child that waits for a second.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.authorities.queries import unscoped_letters
    from crystalcall.privacy.erasures.actions import erase_child
    from crystalcall.privacy.erasures.queries import provider_tasks
    from crystalcall.privacy.erasures.values import ErasureWaits, NobodyToErase

    officer = officer_of(officer_name)
    person = person_of(who, whole_mailbox=True, as_json=as_json)
    _ask(yes, joined(["This child's data is erased for ever, and the cards are blocked:", summary(person)]))
    erased = erase_child(person, officer.fingerprint, now=now())
    if isinstance(erased, NobodyToErase):
        refuse("nobody", "Nobody (any more) has this order or address.", as_json=as_json)
    if isinstance(erased, ErasureWaits):
        refuse("held", f"{HELD} Nothing about the child leaves from now on.", as_json=as_json)
    waiting = len(provider_tasks())
    letters = unscoped_letters()
    facts = {
        "counts": dict(erased.counts),
        "keys_destroyed": erased.keys_destroyed,
        "provider_tasks": waiting,
        "unscoped_letters": letters,
    }
    lines = [f"Erased. {waiting} things are to be asked of providers: crystalcall privacy provider-tasks"]
    if letters:
        lines.append(f"{letters} letters of authorities are not scoped yet: look whether one names the child.")
    tell(facts, joined(lines), as_json=as_json)


@click.command("provider-tasks")
@click.option("--done", "task_id", type=int, help="The number of a task that the provider has confirmed.")
@JSON_OPTION
def provider_tasks_command(task_id: int | None, as_json: bool) -> None:
    """What providers must be asked for after an erasure, by the references they know; and which erasures still wait."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.actions import mark_task_done
    from crystalcall.privacy.erasures.queries import pending_erasures, provider_tasks

    if task_id is not None and not mark_task_done(task_id, now=now()):
        refuse("no_such_task", f"There is no open task {task_id}.", as_json=as_json)
    tasks = provider_tasks()
    facts = [
        {
            "task": task.task_id,
            "provider": task.provider,
            "ask": task.ask.value,
            "reference": task.reference,
            "amount_micros": task.amount_micros,
        }
        for task in tasks
    ]
    lines = [
        f"{task.task_id:>5}  {task.provider:<18} {task.ask.value:<7} {task.reference}"
        + (f"  {money(task.amount_micros)}" if task.amount_micros is not None else "")
        for task in tasks
    ]
    waiting = pending_erasures(now=now())
    pending = [{"since": each.since.isoformat(), "until": each.until.isoformat()} for each in waiting]
    lines = lines or ["Nothing is to be asked of anybody."]
    lines += [
        f"An erasure waits since {each.since:%Y-%m-%d %H:%M} UTC, mostly because something paid was not delivered: from"
        f" {each.until:%Y-%m-%d %H:%M} UTC on its price is owed back and it is done."
        for each in waiting
    ]
    tell({"open": facts, "pending_erasures": pending}, joined(lines), as_json=as_json)


@click.command("replay-erasures")
@JSON_OPTION
def replay_erasures_command(as_json: bool) -> None:
    """Forget again everybody whom a restored backup brought back; to be run after each restore, before serving."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.actions import replay
    from crystalcall.privacy.erasures.ledger import LedgerBrokenError

    try:
        done = replay(now=now(), grace=timedelta(0))
    except LedgerBrokenError as problem:
        refuse("ledger_broken", f"{problem} Put back a copy of it; nothing was replayed.", as_json=as_json)
    facts = {
        "lines": done.lines,
        "people": done.people,
        "counts": dict(done.counts),
        "archive_keys": done.archive_keys,
    }
    lines = [f"{done.lines} erasures were not in this database; {done.people} people were forgotten again."]
    if done.archive_keys:
        lines.append(f"{done.archive_keys} keys of the archive that had come back are destroyed again.")
    tell(facts, joined(lines), as_json=as_json)


@click.command("rebuild-replay-ledger")
@OFFICER_OPTION
@click.option("--accept-loss", is_flag=True, help="What cannot be found again is missed no more: no copy will turn up.")
@JSON_OPTION
def rebuild_replay_ledger_command(officer_name: str, accept_loss: bool, as_json: bool) -> None:
    """Write a lost replay ledger anew from the database and the key store, and say what could not be found again.

    Look for a copy of erasures.log first: only a copy is whole.
    """
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.ledger import LedgerBrokenError
    from crystalcall.privacy.erasures.rebuilding import rebuild

    officer = officer_of(officer_name)
    try:
        done = rebuild(officer.fingerprint, accept_loss=accept_loss, now=now())
    except LedgerBrokenError as problem:
        refuse("ledger_broken", f"{problem} Put back a copy of it, or put it aside and rebuild.", as_json=as_json)
    except OSError as problem:
        refuse("unwritable", f"The replay ledger cannot be written: {problem.strerror}.", as_json=as_json)
    days = [f"{day:%Y-%m-%d}" for day in done.days]
    facts = {"lacked": done.lacked, "found": done.found, "lost": done.lost, "archive": done.lost_of_the_archive}
    if not done.lacked and not done.lost_of_the_archive:
        tell({**facts, "days": days}, "The replay ledger lacks nothing.", as_json=as_json)
        return
    lines = [f"Of {done.lacked} erasures that the ledger lacked, {done.found} stand in it again."]
    if done.lost:
        lines += [
            f"Not found again: {done.lost}, of {', '.join(days)}.",
            "Should a backup from before be put back, these people must be found and erased by hand.",
        ]
    if done.lost_of_the_archive:
        lines += [
            f"Not found again: {done.lost_of_the_archive} destructions in the archive.",
            "Put back no file of keys from before them.",
        ]
    if (done.lost or done.lost_of_the_archive) and not accept_loss:
        lines.append("verify-register goes on missing them, until --accept-loss says that no copy will turn up.")
    tell({**facts, "days": days}, joined(lines), as_json=as_json)


def _ask(yes: bool, what: str) -> None:
    if not yes:
        say(what, err=True)
        click.confirm("Go on?", abort=True, err=True)
