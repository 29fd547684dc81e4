"""Forgetting people: every room at once, the keys with them, and again where a restored backup brought them back."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import archives, ledger
from crystalcall.privacy.erasures.models import Erasure, ProviderTask, SuspendedSubject
from crystalcall.privacy.erasures.outside import known_as
from crystalcall.privacy.erasures.proofs import prove_erasure, prove_replay
from crystalcall.privacy.erasures.queries import lines_not_done, providers_told
from crystalcall.privacy.erasures.values import GRACE, PATIENCE, Ask, Erased, ErasureWaits, NobodyToErase, Replayed
from crystalcall.privacy.holds.actions import postpone_if_held
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.holds.queries import is_held
from crystalcall.privacy.keepers import Erasing, NameKind, Person, Way
from crystalcall.privacy.keys import actions as keys
from crystalcall.privacy.keys.queries import destroyed_among
from crystalcall.privacy.register.actions import enter
from crystalcall.privacy.register.kinds import EntryKind

logger = logging.getLogger(__name__)

REFUNDED: Final = "cards_refunded"
UNDELIVERED: Final = "orders_paid_undelivered"


def erase_person(
    person: Person, way: Way, *, now: datetime, by: str = "", nothing_sealed: bool = False
) -> Erased | NobodyToErase | ErasureWaits:
    """Forget a person in every room, in one transaction, and destroy their keys; what keeps it from that is waited for.

    Under a legal hold it is done when that ends; while money is here for which nothing was delivered yet, by `replay`
    some minutes later, or once `PATIENCE` is over. `by` is the fingerprint of the officer who does it for the person;
    empty where the person does it. With `nothing_sealed` the archive keeps nothing of it either. However many ask at
    the same moment, one erases and the others find nobody.

    The replay ledger is written first, so that a crash at any later moment leaves an erasure that is finished by
    `replay`. Errors: OSError where the ledger cannot be written; nothing is erased then.
    """
    try:
        with transaction.atomic():
            lock_people(person.ids(NameKind.CUSTOMER))
            person = _still_there(person)
            subjects = person.ids(NameKind.CUSTOMER)
            if not subjects:
                return NobodyToErase()
            if postpone_if_held(person, way, by=by, now=now, nothing_sealed=nothing_sealed):
                return ErasureWaits()
            line = ledger.append(subjects, way, now=now, nothing_sealed=nothing_sealed)
            return _carry_out(person, Erasing(way, now, nothing_sealed=nothing_sealed), line, by)
    except keepers.MoneyUnderWayError:
        return ErasureWaits(for_money=True)


def erase_child(person: Person, by: str, *, now: datetime) -> Erased | NobodyToErase | ErasureWaits:
    """Forget a child: nothing about them can be disclosed from this moment on, and nothing is archived (clause C19).

    Suspended first, in a transaction of its own: whatever happens after, no mail and no call of theirs goes out.
    Credit that is left is taken off the cards and owed to whoever paid. One impersonal line is entered, with the
    fingerprint of the officer. Under a legal hold the child is suspended all the same, and erased when it ends.
    """
    if not person.ids(NameKind.CUSTOMER):
        return NobodyToErase()
    is_new = suspend(person, now=now)
    told = known_as(person, providers_told(person))
    erased = erase_person(person, Way.CHILD, now=now, by=by)
    if isinstance(erased, Erased):
        _ask_providers(told, now=now)
    elif is_new:
        # Until the hold ends it is a suspicion only, and no suspicion stands without its line.
        enter(EntryKind.CHILD_SUSPECTED, {"officer": by}, now=now)
    return erased


def suspend(person: Person, *, now: datetime) -> bool:
    """Let nothing about these names out of the gate any more, and stop what is under way; False where it was so."""
    names = person.disclosure_subjects
    with transaction.atomic():
        before = SuspendedSubject.objects.filter(pk__in=names).count()
        SuspendedSubject.objects.bulk_create(
            [SuspendedSubject(subject=name, suspended_at=now) for name in names], ignore_conflicts=True
        )
        for keeper in keepers.all_keepers():
            keeper.suspend(person, now=now)
    return before < len(names)


def replay(*, now: datetime, grace: timedelta = GRACE) -> Replayed:
    """Carry out every line of the ledger that this database has not: it was restored, or a process died.

    Only the very customers that a line names are erased, never what the same mailbox bought since. Where keys of the
    archive came back with a key store, what was destroyed there is destroyed again. Errors: ledger.LedgerBrokenError.
    """
    erasures, destroyed = ledger.both()
    with transaction.atomic():
        again = archives.destroy_again([line for line in destroyed if line.at <= now - grace], now=now)
    missing = [line for line in lines_not_done(erasures) if line.at <= now - grace]
    if not missing:
        return Replayed(0, 0, archive_keys=again)
    found = _present(missing)
    people, counts = 0, []
    for line in missing:
        erased, those = _replay_line(line, found.get(line.hash, ()), now=now)
        if erased is not None and erased.register_sequence is not None:
            people += those
            counts.append(erased.counts)
    if people:
        with transaction.atomic():
            prove_replay(len(missing), people, now=now)
        logger.warning("%d people were in this database although they were forgotten: forgotten again", people)
    return Replayed(len(missing), people, keepers.total(counts), again)


def ask_for_refunds(owed: Mapping[str, int], *, now: datetime) -> int:
    """Have the gateway asked to pay back what is owed for these orders, by number in micro-dollars, if anything is."""
    tasks = [
        ProviderTask(
            provider="authorize-net", ask=Ask.REFUND.value, reference=number, amount_micros=amount, opened_at=now
        )
        for number, amount in owed.items()
        if amount > 0
    ]
    ProviderTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


def _replay_line(line: ledger.Line, customers: Collection[UUID], *, now: datetime) -> tuple[Erased | None, int]:
    """Carry out one line, with how many people it named here; None where it has to wait, and comes again."""
    person = Person().joined(NameKind.CUSTOMER, customers)
    # Nobody of this line is here: the line is marked as carried out all the same.
    whole = keepers.whole(person, widen=False) if person else person
    if line.way is Way.CHILD and whole:
        suspend(whole, now=now)
    erasing = Erasing(line.way, now, replayed=True, nothing_sealed=line.nothing_sealed)
    erasing = replace(erasing, is_patient=now < line.at + PATIENCE)
    try:
        with transaction.atomic():
            lock_people(whole.ids(NameKind.CUSTOMER))
            if is_held(whole, since=line.at):
                return None, 0
            return _carry_out(whole, erasing, line), len(whole.of(NameKind.CUSTOMER))
    except keepers.MoneyUnderWayError:
        logger.warning("line %d of the replay ledger waits for an order that is being delivered", line.number)
        return None, 0


def mark_task_done(task_id: int, *, now: datetime) -> bool:
    """A provider has done what it was asked; whether such a task was open."""
    return ProviderTask.objects.filter(pk=task_id, done_at__isnull=True).update(done_at=now) > 0


def _carry_out(person: Person, erasing: Erasing, line: ledger.Line, by: str = "") -> Erased:
    with transaction.atomic():
        row, is_new = Erasure.objects.get_or_create(
            line_hash=line.hash,
            defaults={
                "way": erasing.way.value,
                "counts": {},
                "erased_at": erasing.now,
                "replayed": erasing.replayed,
            },
        )
        if not is_new:
            # Another process was faster: it holds or has done the very same work.
            return Erased(erasing.way, row.counts, 0, line.hash)
        person = _with_own_mailboxes(person)
        owed = _owed(person, erasing)
        counts = keepers.total([keeper.erase(person, erasing) for keeper in reversed(keepers.all_keepers())])
        row.counts = dict(counts)
        row.save(update_fields=["counts"])
        if counts.get(REFUNDED) or counts.get(UNDELIVERED):
            ask_for_refunds(owed, now=erasing.now)
        proof = prove_erasure(erasing, counts, line.hash, by) if person else None
        # Last, since nothing brings a key back: should the commit fail now, `replay` erases what nobody can open.
        destroyed = keys.destroy(person.key_subjects, now=erasing.now)
    return Erased(erasing.way, counts, destroyed, line.hash, proof)


def _still_there(person: Person) -> Person:
    """The person without customers whose keys are destroyed: somebody else forgot them, perhaps a moment ago."""
    gone = {str(each) for each in destroyed_among(person.ids(NameKind.CUSTOMER))}
    return Person(frozenset(name for name in person.names if name[0] is not NameKind.CUSTOMER or name[1] not in gone))


def _with_own_mailboxes(person: Person) -> Person:
    """The person with each mailbox that nobody else has, and its requests: nothing is to lead from there to them.

    A mailbox that is somebody else's too (another purchase, made since) stays theirs.
    """
    boxes = _resolved(person, NameKind.MAILBOX)
    sharing = _resolved(Person(boxes), NameKind.CUSTOMER) - person.names
    own = boxes - _resolved(Person(sharing), NameKind.MAILBOX)
    return Person(person.names | own | _resolved(Person(own), NameKind.REQUEST))


def _resolved(person: Person, kind: NameKind) -> frozenset[tuple[NameKind, str]]:
    found = (name for keeper in keepers.all_keepers() for name in keeper.resolve(person)) if person else ()
    return frozenset(name for name in found if name[0] is kind)


def _present(lines: Iterable[ledger.Line]) -> Mapping[str, list[UUID]]:
    """The customers of this database whom these lines name, by the line's hash."""
    wanted: dict[str, list[str]] = {}
    for line in lines:
        for who in line.who:
            wanted.setdefault(who, []).append(line.hash)
    found: dict[str, list[UUID]] = {}
    for keeper in keepers.all_keepers():
        for subject in keeper.everybody():
            for line_hash in wanted.get(ledger.hash_of(subject), ()):
                found.setdefault(line_hash, []).append(subject)
    return found


def _owed(person: Person, erasing: Erasing) -> dict[str, int]:
    """What an erasure makes the shop owe, by order: the price of what is not delivered, and a child's credit."""
    is_child = erasing.way is Way.CHILD
    return {
        number: undelivered + (left if is_child else 0)
        for keeper in keepers.all_keepers()
        for number, (undelivered, left) in keeper.paid(person).items()
    }


def _ask_providers(told: Mapping[str, tuple[str, ...]], *, now: datetime) -> None:
    """Whoever got something about this person is to be asked to erase it."""
    tasks = [
        ProviderTask(provider=provider, ask=Ask.ERASE.value, reference=subject, opened_at=now)
        for provider, subjects in told.items()
        for subject in subjects
    ]
    ProviderTask.objects.bulk_create(tasks, ignore_conflicts=True)
