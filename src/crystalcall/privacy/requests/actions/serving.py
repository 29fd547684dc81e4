"""Doing what was asked, by the ticket of somebody who proved the mailbox: each act uses one of the ticket's tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crystalcall.plumbing.announcements import announce
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.erasures.values import Erased, ErasureWaits
from crystalcall.privacy.keepers import Correction, Holding, NameKind, Person, Way
from crystalcall.privacy.requests import one_time
from crystalcall.privacy.requests.closing import move_request
from crystalcall.privacy.requests.detail import open_detail, seal_detail
from crystalcall.privacy.requests.events import ChangeProposed
from crystalcall.privacy.requests.exporting import PersonalData, gather
from crystalcall.privacy.requests.locks import locked_request
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.people import person_of
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
    archives: bool
    """Whether a deletion leaves what was deleted in the sealed archive."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was put right; `confirm_at_new` where a new address waits for its own link."""

    reference: str
    counts: keepers.Counts
    confirm_at_new: bool


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


@dataclass(frozen=True, slots=True)
class Held:
    """The law orders us to keep it for now: the request stays open, and is done when that ends."""

    reference: str


def ready(ticket: str, *, now: datetime) -> Ready | KeyRefused:
    """What this ticket can do; nothing is used up."""
    key = one_time.look(ticket, KeyRole.TICKET, now=now)
    if isinstance(key, KeyRefused):
        return key
    row = key.request
    kind = RequestKind(row.kind)
    tells = kind in {RequestKind.DELETION, RequestKind.UNSORTED}
    holdings = _holdings(person_of(row), now) if tells else ()
    return Ready(row.reference, kind, row.language, holdings, keepers.has_archive())


def sort(ticket: str, kind: RequestKind, *, now: datetime) -> Ready | KeyRefused:
    """Somebody who wrote a letter chooses the right that was meant; a sorted request stays what it is."""
    key = one_time.look(ticket, KeyRole.TICKET, now=now)
    if isinstance(key, KeyRefused):
        return key
    if kind is not RequestKind.UNSORTED:
        PrivacyRequest.objects.filter(pk=key.request_id, kind=RequestKind.UNSORTED.value).update(kind=kind.value)
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


def correct(ticket: str, correction: Correction, *, now: datetime) -> Corrected | KeyRefused:
    """Put right what is told; a new address counts only once a link sent there was opened too.

    The values were read before (`customers.contact_details`); an empty telephone removes it.
    """
    row = _take(ticket, {RequestKind.CORRECTION}, now=now)
    if isinstance(row, KeyRefused):
        return row
    with transaction.atomic():
        locked = locked_request(row.pk)
        if locked is None or locked.closed_at is not None:
            return KeyRefused(KeyRefusal.CLOSED)
        at_once = Correction(name=correction.name, telephone=correction.telephone)
        counts = _correct_all(person_of(locked), at_once, now=now)
        if not correction.email:
            move_request(locked, RequestState.FULFILLED, now=now)
        else:
            locked.sealed_detail = seal_detail(locked, {"email": correction.email})
            locked.save(update_fields=["sealed_detail"])
            announce(ChangeProposed(locked.reference))
    return Corrected(row.reference, counts, confirm_at_new=bool(correction.email))


def confirm_change(token: str, *, now: datetime) -> Corrected | KeyRefused:
    """The new mailbox is proved: mail goes there from now on."""
    key = one_time.use(token, KeyRole.CHANGE, now=now)
    if isinstance(key, KeyRefused):
        return key
    with transaction.atomic():
        locked = locked_request(key.request_id)
        if locked is None or locked.closed_at is not None:
            return KeyRefused(KeyRefusal.CLOSED)
        email = open_detail(locked).get("email", "")
        counts = _correct_all(person_of(locked), Correction(email=email), now=now)
        name = keepers.mailbox(email)
        locked.mailbox = bytes.fromhex(name) if name else None
        locked.save(update_fields=["mailbox"])
        move_request(locked, RequestState.FULFILLED, now=now)
    return Corrected(locked.reference, counts, confirm_at_new=False)


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


def delete(ticket: str, *, now: datetime) -> Forgotten | Held | KeyRefused:
    """Forget the person who asks, and with them this very request but for a line without a person."""
    row = _take(ticket, {RequestKind.DELETION}, now=now)
    if isinstance(row, KeyRefused):
        return row
    erased = erase_person(person_of(row), Way.DELETION, now=now)
    if isinstance(erased, ErasureWaits):
        return Held(row.reference)
    if not isinstance(erased, Erased):
        return KeyRefused(KeyRefusal.CLOSED)
    return Forgotten(row.reference, erased)


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


def _correct_all(person: Person, correction: Correction, *, now: datetime) -> keepers.Counts:
    if correction == Correction():
        return {}
    return keepers.total([keeper.correct(person, correction, now=now) for keeper in keepers.all_keepers()])


def _holdings(person: Person, now: datetime) -> tuple[Holding, ...]:
    if not person.of(NameKind.CARD):
        return ()
    return tuple(held for keeper in keepers.all_keepers() for held in keeper.holdings(person, now=now))
