"""Forgetting people: every room at once, the keys with them, and again where a restored backup brought them back."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.privacy import keepers
from crystalcall.privacy.erasures import ledger
from crystalcall.privacy.erasures.models import Erasure, ProviderTask, SuspendedSubject
from crystalcall.privacy.erasures.proofs import prove_child_erasure, prove_erasure, prove_replay
from crystalcall.privacy.erasures.queries import lines_not_done, providers_told
from crystalcall.privacy.erasures.values import Ask, Erased, ErasureWaits, NobodyToErase, Replayed
from crystalcall.privacy.holds.actions import postpone_if_held
from crystalcall.privacy.keepers import Erasing, NameKind, Person, Way
from crystalcall.privacy.keys import actions as keys

logger = logging.getLogger(__name__)

GRACE: Final = timedelta(minutes=5)
"""So long a line is left to the process that wrote it."""
REFUNDED: Final = "cards_refunded"


def erase_person(person: Person, way: Way, *, now: datetime, by: str = "") -> Erased | NobodyToErase | ErasureWaits:
    """Forget a person in every room, in one transaction, and destroy their keys; under a legal hold, wait for its end.

    `by` is the fingerprint of the officer who does it for the person; empty where the person does it.

    The replay ledger is written first, so that a crash at any later moment leaves an erasure that is finished by
    `replay`. Errors: OSError where the ledger cannot be written; nothing is erased then.
    """
    subjects = person.ids(NameKind.CUSTOMER)
    if not subjects:
        return NobodyToErase()
    if postpone_if_held(person, way, by=by, now=now):
        return ErasureWaits()
    line = ledger.append(subjects, way, now=now)
    return _carry_out(person, Erasing(way, now), line, by)


def erase_child(person: Person, by: str, *, now: datetime) -> Erased | NobodyToErase | ErasureWaits:
    """Forget a child: nothing about them can be disclosed from this moment on, and nothing is archived (clause C19).

    Suspended first, in a transaction of its own: whatever happens after, no mail and no call of theirs goes out.
    Credit that is left is taken off the cards and owed to whoever paid. One impersonal line is entered, with the
    fingerprint of the officer. Under a legal hold the child is suspended all the same, and erased when it ends.
    """
    if not person.ids(NameKind.CUSTOMER):
        return NobodyToErase()
    suspend(person, now=now)
    told = providers_told(person)
    erased = erase_person(person, Way.CHILD, now=now, by=by)
    if not isinstance(erased, Erased):
        return erased
    with transaction.atomic():
        tasks = _ask_providers(person, told, refund=bool(erased.counts.get(REFUNDED)), now=now)
        prove_child_erasure(erased, by, tasks, now=now)
    return erased


def suspend(person: Person, *, now: datetime) -> None:
    """Let nothing about these names out of the gate any more, and stop what is under way."""
    with transaction.atomic():
        SuspendedSubject.objects.bulk_create(
            [SuspendedSubject(subject=name, suspended_at=now) for name in person.disclosure_subjects],
            ignore_conflicts=True,
        )
        for keeper in keepers.all_keepers():
            keeper.suspend(person, now=now)


def lift_suspension(person: Person) -> int:
    """Let the gate decide again, where a suspicion was wrong; gives how many names were suspended."""
    deleted, _by_model = SuspendedSubject.objects.filter(pk__in=person.disclosure_subjects).delete()
    return deleted


def replay(*, now: datetime, grace: timedelta = GRACE) -> Replayed:
    """Carry out every line of the ledger that this database has not: it was restored, or a process died.

    Only the very customers that a line names are erased, never what the same mailbox bought since.
    Errors: ledger.LedgerBrokenError.
    """
    missing = [line for line in lines_not_done() if line.at <= now - grace]
    if not missing:
        return Replayed(0, 0)
    found = _present(missing)
    people, counts = 0, []
    for line in missing:
        person = Person().joined(NameKind.CUSTOMER, found.get(line.hash, ()))
        # Nobody of this line is here: the line is marked as carried out all the same.
        whole = keepers.whole(person, widen=False) if person else person
        if line.way is Way.CHILD and whole:
            suspend(whole, now=now)
        erased = _carry_out(whole, Erasing(line.way, now, replayed=True), line)
        if erased.register_sequence is not None:
            people += len(whole.of(NameKind.CUSTOMER))
            counts.append(erased.counts)
    if people:
        with transaction.atomic():
            prove_replay(len(missing), people, now=now)
        logger.warning("%d people were in this database although they were forgotten: forgotten again", people)
    return Replayed(len(missing), people, keepers.total(counts))


def ask_for_refunds(order_numbers: Iterable[str], *, now: datetime) -> int:
    """Have the gateway asked to pay back what these orders' buyers are owed, who are about to be forgotten."""
    tasks = [
        ProviderTask(provider="authorize-net", ask=Ask.REFUND.value, reference=number, opened_at=now)
        for number in order_numbers
    ]
    ProviderTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)


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
        counts = keepers.total([keeper.erase(person, erasing) for keeper in reversed(keepers.all_keepers())])
        row.counts = dict(counts)
        row.save(update_fields=["counts"])
        proof = prove_erasure(erasing, counts, line.hash, by) if person else None
        # Last, since nothing brings a key back: should the commit fail now, `replay` erases what nobody can open.
        destroyed = keys.destroy(person.key_subjects, now=erasing.now)
    return Erased(erasing.way, counts, destroyed, line.hash, proof)


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


def _ask_providers(person: Person, told: Mapping[str, tuple[str, ...]], *, refund: bool, now: datetime) -> int:
    """Whoever got something about this person is to be asked to erase it, and the gateway to pay back."""
    tasks = [
        ProviderTask(provider=provider, ask=Ask.ERASE.value, reference=subject, opened_at=now)
        for provider, subjects in told.items()
        for subject in subjects
    ]
    if refund:
        tasks += [
            ProviderTask(provider="authorize-net", ask=Ask.REFUND.value, reference=number, opened_at=now)
            for number in person.of(NameKind.ORDER)
        ]
    ProviderTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return len(tasks)
