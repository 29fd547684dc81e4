"""`crystalcall privacy erase` and its company: forgetting a person, a child at once, and again after a restore."""

from datetime import timedelta

import click

from crystalcall.config.cli.cards_words import JSON_OPTION, refuse, tell
from crystalcall.config.cli.privacy.people import OFFICER_OPTION, WHO, YES_OPTION, officer_of, person_of, summary

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
    _ask(yes, f"This person is forgotten for ever:\n{summary(person)}")
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
    from crystalcall.privacy.erasures.actions import erase_child
    from crystalcall.privacy.erasures.queries import provider_tasks
    from crystalcall.privacy.erasures.values import ErasureWaits, NobodyToErase

    officer = officer_of(officer_name)
    person = person_of(who, whole_mailbox=True, as_json=as_json)
    _ask(yes, f"This child's data is erased for ever, and the cards are blocked:\n{summary(person)}")
    erased = erase_child(person, officer.fingerprint, now=now())
    if isinstance(erased, NobodyToErase):
        refuse("nobody", "Nobody (any more) has this order or address.", as_json=as_json)
    if isinstance(erased, ErasureWaits):
        refuse("held", f"{HELD} Nothing about the child leaves from now on.", as_json=as_json)
    waiting = len(provider_tasks())
    facts = {"counts": dict(erased.counts), "keys_destroyed": erased.keys_destroyed, "provider_tasks": waiting}
    sentence = f"Erased. {waiting} things are to be asked of providers: crystalcall privacy provider-tasks"
    tell(facts, sentence, as_json=as_json)


@click.command("suspect-child")
@WHO
@OFFICER_OPTION
@click.option("--lift", is_flag=True, help="It was no child: let data be used again (blocked cards stay blocked).")
@JSON_OPTION
def suspect_child_command(who: str, officer_name: str, lift: bool, as_json: bool) -> None:
    """Let nothing about this person out while you find out whether it is a child: no mail, no call, no payment."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.actions import lift_suspension, suspend

    officer_of(officer_name)
    person = person_of(who, whole_mailbox=True, as_json=as_json)
    if lift:
        names = lift_suspension(person)
        tell(
            {"lifted": names},
            f"{names} names are let out again. Unblock cards: crystalcall pins unblock",
            as_json=as_json,
        )
        return
    suspend(person, now=now())
    tell({"suspended": len(person.disclosure_subjects)}, "Nothing about this person leaves any more.", as_json=as_json)


@click.command("provider-tasks")
@click.option("--done", "task_id", type=int, help="The number of a task that the provider has confirmed.")
@JSON_OPTION
def provider_tasks_command(task_id: int | None, as_json: bool) -> None:
    """What providers must be asked for after a child's data was erased, by the references they know."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.erasures.actions import mark_task_done
    from crystalcall.privacy.erasures.queries import provider_tasks

    if task_id is not None and not mark_task_done(task_id, now=now()):
        refuse("no_such_task", f"There is no open task {task_id}.", as_json=as_json)
    tasks = provider_tasks()
    facts = [
        {"task": task.task_id, "provider": task.provider, "ask": task.ask.value, "reference": task.reference}
        for task in tasks
    ]
    lines = [f"{task.task_id:>5}  {task.provider:<18} {task.ask.value:<7} {task.reference}" for task in tasks]
    tell({"open": facts}, "\n".join(lines) or "Nothing is to be asked of anybody.", as_json=as_json)


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
    facts = {"lines": done.lines, "people": done.people, "counts": dict(done.counts)}
    sentence = f"{done.lines} erasures were not in this database; {done.people} people were forgotten again."
    tell(facts, sentence, as_json=as_json)


def _ask(yes: bool, what: str) -> None:
    if not yes:
        click.echo(what, err=True)
        click.confirm("Go on?", abort=True, err=True)
