"""Doing what was asked, by the ticket of somebody who proved the mailbox: each act uses one of the ticket's tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crystalcall.plumbing.announcements import announce
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.erasures.values import Erased, ErasureWaits
from crystalcall.privacy.holds.locks import lock_people
from crystalcall.privacy.keepers import Correction, Holding, NameKind, Person, Way
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.actions.opening import open_another
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import (
    FORMER_ADDRESS,
    NEW_ADDRESS,
    open_detail,
    proposed_mailbox,
    seal_detail,
)
from crystalcall.privacy.requests.events import AddressChanged, ChangeProposed
from crystalcall.privacy.requests.exporting import PersonalData, gather
from crystalcall.privacy.requests.locks import locked_request, locked_request_of
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.moving import correct_all, move_mailbox
from crystalcall.privacy.requests.people import is_correctable, person_of
from crystalcall.privacy.requests.values import KeyRefusal, KeyRefused, KeyRole
from crystalcall.rules.privacy.requesting import RequestKind, RequestState

COPIES = frozenset({RequestKind.ACCESS, RequestKind.EXPORT})
ENDINGS = frozenset({RequestKind.OBJECTION, RequestKind.WITHDRAWAL})


@dataclass(frozen=True, slots=True)
class Ready:
    """What the page behind the link needs: which right, and what a deletion would leave behind."""

    reference: str
    kind: RequestKind
    language: str
    holdings: Sequence[Holding]
    unpaid: Sequence[str]
    """Orders that wait for their money, which a deletion cancels."""
    archives: bool
    """Whether a deletion leaves what was deleted in the sealed archive, unless its person wants nothing kept."""
    is_correctable: bool
    """Whether a correction reaches anything: not what was given with an order that was never paid."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was put right; `confirm_at_new` where a new address waits for its own link."""

    reference: str
    counts: keepers.Counts
    confirm_at_new: bool

    @property
    def is_new(self) -> bool:
        """Whether anything was different before."""
        return any(self.counts.values())


@dataclass(frozen=True, slots=True)
class NothingToCorrect:
    """Nothing was changed: all that is here was given with orders that were never paid."""

    reference: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Every use that a person may end has ended."""

    reference: str
    counts: keepers.Counts


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The person is forgotten."""

    reference: str
    erased: Erased
    is_sealed: bool
    """Whether what was deleted lies in the sealed archive for its time."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something keeps it from being done now (the law, or money under way): it is noted, and done when that ends."""

    reference: str


def ready(ticket: str, *, now: datetime) -> Ready | KeyRefused:
    """What this ticket can do; nothing is used up."""
    key = one_time.look(ticket, KeyRole.TICKET, now=now)
    if isinstance(key, KeyRefused):
        return key
    row = key.request
    kind = RequestKind(row.kind)
    person = person_of(row) if kind is RequestKind.DELETION else Person()
    unpaid = tuple(number for keeper in keepers.all_keepers() for number in keeper.unpaid(person)) if person else ()
    correctable = kind is RequestKind.CORRECTION and is_correctable(person_of(row))
    return Ready(row.reference, kind, row.language, _holdings(person, now), unpaid, keepers.has_archive(), correctable)


def sort(ticket: str, kind: RequestKind, *, now: datetime) -> Ready | KeyRefused:
    """Whoever proved the mailbox chooses the right, whatever was asked for, until the request is answered.

    So a link that a stranger had mailed serves its owner for everything, and nobody is shut out by strangers' asking.
    Whoever has their copy may want something else then: what was answered stays answered, and the ticket serves a
    request of its own for the rest of its time.
    """
    key = one_time.look(ticket, KeyRole.TICKET, now=now)
    if isinstance(key, KeyRefused):
        return key
    if kind is not RequestKind.UNSORTED:
        with transaction.atomic():
            answered = locked_request(key.request_id)
            if answered is not None and answered.closed_at is not None and answered.kind != kind.value:
                _go_on(key, answered, kind, now=now)
            else:
                PrivacyRequest.objects.filter(pk=key.request_id, closed_at__isnull=True).update(kind=kind.value)
    return ready(ticket, now=now)


def fetch(ticket: str, *, now: datetime) -> PersonalData | KeyRefused:
    """Everything kept about the person, gathered now and kept nowhere; the request is answered by it."""
    row = _take(ticket, COPIES, now=now)
    if isinstance(row, KeyRefused):
        return row
    with transaction.atomic():
        locked = locked_request(row.pk)
        if locked is None:
            return KeyRefused(KeyRefusal.UNKNOWN)
        data = gather(person_of(locked), now=now, language=locked.language)
        if locked.closed_at is None:
            move_request(locked, RequestState.FULFILLED, now=now)
    return data


def correct(ticket: str, correction: Correction, *, now: datetime) -> Corrected | NothingToCorrect | KeyRefused:
    """Put right what is told; a new address counts only once a link sent there was opened too.

    What was given with an order that was never paid is not reached (whoever typed it need not be who has the mailbox,
    and its payment form would show what is new); the request stays open, since its person may choose another right.
    The values were read before (`customers.contact_details`); an empty telephone removes it.
    """
    row = _take(ticket, {RequestKind.CORRECTION}, now=now)
    if isinstance(row, KeyRefused):
        return row
    with transaction.atomic():
        _lock_person(row)
        locked = locked_request(row.pk)
        person = Person() if locked is None else person_of(locked)
        if locked is None or not person or locked.closed_at is not None:
            return KeyRefused(KeyRefusal.CLOSED)
        if not is_correctable(person):
            return NothingToCorrect(locked.reference)
        at_once = Correction(name=correction.name, telephone=correction.telephone)
        counts = correct_all(person, at_once, now=now)
        if not correction.email:
            move_request(locked, RequestState.FULFILLED, now=now)
        else:
            # A link that is on its way to another new address proves nothing any more.
            OneTimeKey.objects.filter(request=locked, role=KeyRole.CHANGE.value).delete()
            locked.sealed_detail = seal_detail(locked, open_detail(locked) | {NEW_ADDRESS: correction.email})
            locked.save(update_fields=["sealed_detail"])
            announce(ChangeProposed(locked.reference))
    return Corrected(row.reference, counts, confirm_at_new=bool(correction.email))


def confirm_change(token: str, *, now: datetime) -> Corrected | KeyRefused:
    """The new mailbox is proved, by the very link that was mailed to it: mail goes there from now on.

    The request stays open until the old address was told, by `finish_change`. Whatever else the old mailbox had open
    is ended, and its keys open nothing any more.
    """
    key = one_time.use(token, KeyRole.CHANGE, now=now)
    if isinstance(key, KeyRefused):
        return key
    with transaction.atomic():
        _lock_person(key.request)
        locked = locked_request(key.request_id)
        new = None if locked is None or locked.closed_at is not None else proposed_mailbox(locked)
        person = Person() if locked is None else person_of(locked)
        # Looked at again under the lock: another address may have been named meanwhile.
        if locked is None or new is None or not one_time.proves(key, token, new):
            return KeyRefused(KeyRefusal.CLOSED)
        if not is_correctable(person):
            return KeyRefused(KeyRefusal.CLOSED)
        is_another = new != bytes(locked.mailbox or b"")
        former, counts = move_mailbox(locked, person, new, now=now)
        if former and is_another:
            locked.sealed_detail = seal_detail(locked, {FORMER_ADDRESS: former})
            locked.save(update_fields=["sealed_detail"])
            announce(AddressChanged(locked.reference))
        else:
            move_request(locked, RequestState.FULFILLED, now=now)
    return Corrected(locked.reference, counts, confirm_at_new=False)


def finish_change(reference: str, *, now: datetime) -> None:
    """The old address was told (or cannot be): the request is answered, and the old address forgotten."""
    with transaction.atomic():
        row = locked_request_of(reference)
        if row is not None and row.closed_at is None and FORMER_ADDRESS in open_detail(row):
            move_request(row, RequestState.FULFILLED, now=now)


def stop(ticket: str, *, now: datetime) -> Stopped | KeyRefused:
    """End at once every use that needs no order: wishes, notices about prices, consents."""
    row = _take(ticket, ENDINGS, now=now)
    if isinstance(row, KeyRefused):
        return row
    with transaction.atomic():
        locked = locked_request(row.pk)
        if locked is None or locked.closed_at is not None:
            return KeyRefused(KeyRefusal.CLOSED)
        person = person_of(locked)
        counts = keepers.total([keeper.stop(person, now=now) for keeper in keepers.all_keepers()])
        move_request(locked, RequestState.FULFILLED, now=now)
    return Stopped(row.reference, counts)


def delete(ticket: str, *, nothing_sealed: bool = False, now: datetime) -> Forgotten | Held | KeyRefused:
    """Forget the person who asks, and with them this very request but for a line without a person.

    With `nothing_sealed` not even the sealed archive keeps anything. Of two at the same moment one finds nobody left.
    """
    row = _take(ticket, {RequestKind.DELETION}, now=now)
    if isinstance(row, KeyRefused):
        return row
    erased = erase_person(person_of(row), Way.DELETION, nothing_sealed=nothing_sealed, now=now)
    if isinstance(erased, ErasureWaits):
        return Held(row.reference)
    if not isinstance(erased, Erased):
        return KeyRefused(KeyRefusal.CLOSED)
    return Forgotten(row.reference, erased, keepers.has_archive() and not nothing_sealed)


def _take(
    ticket: str, kinds: frozenset[RequestKind] | set[RequestKind], *, now: datetime
) -> PrivacyRequest | KeyRefused:
    """The ticket's request with one try used up; a ticket for another right opens nothing and loses none."""
    key = one_time.look(ticket, KeyRole.TICKET, now=now)
    if isinstance(key, KeyRefused):
        return key
    if RequestKind(key.request.kind) not in kinds:
        return KeyRefused(KeyRefusal.UNKNOWN)
    used = one_time.use(ticket, KeyRole.TICKET, now=now)
    return used if isinstance(used, KeyRefused) else used.request


def _go_on(key: OneTimeKey, answered: PrivacyRequest, kind: RequestKind, *, now: datetime) -> None:
    """Let a ticket serve one request more of the mailbox that it proved; its time and its tries stay what they are."""
    # Two at once meet at the lock of the answered request: the second finds the ticket gone from it.
    if not OneTimeKey.objects.filter(pk=key.pk, request=answered).exists():
        return
    row = open_another(answered, kind, now=now)
    OneTimeKey.objects.filter(pk=key.pk).update(request=row)


def _lock_person(row: PrivacyRequest) -> None:
    """Before the request's own lock, since an erasure takes these two in that order."""
    lock_people(person_of(row).ids(NameKind.CUSTOMER))


def _holdings(person: Person, now: datetime) -> tuple[Holding, ...]:
    if not person.of(NameKind.CARD):
        return ()
    return tuple(held for keeper in keepers.all_keepers() for held in keeper.holdings(person, now=now))
