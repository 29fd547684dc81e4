"""Looking things up by exactly one name, as an act: written down, counted by the hour, and stopped at a limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from crystalcall.backoffice.acts import LOOKED_UP, REVEALED
from crystalcall.customers.contact_details import ContactProblemReason, read_email
from crystalcall.customers.queries import customers_of_mailbox
from crystalcall.customers.staff import audit
from crystalcall.customers.staff.queries import acts_of, did_since
from crystalcall.customers.staff.values import Member, Subject, SubjectKind
from crystalcall.minutes.pins.queries import pin
from crystalcall.plumbing.settings import current
from crystalcall.shop.orders.looking_up import has_order

HOUR: Final = timedelta(hours=1)
SEEN_FOR: Final = timedelta(minutes=15)
"""Who looked something up goes back and forth on its page for so long without another line."""
TYPED_LIMIT_CHARACTERS: Final = 254


class Way(StrEnum):
    """By what something was looked for."""

    EMAIL = "email"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one thing has this name."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class FoundSeveral:
    """Several purchases were made with one address: each is a customer of its own."""

    customer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class FoundNothing:
    """Nothing has this name."""

    way: Way


@dataclass(frozen=True, slots=True)
class TooOften:
    """This member has looked up as much as one does in an hour."""

    limit: int


def look_up(typed: str, by: Member, *, now: datetime) -> Found | FoundSeveral | FoundNothing | TooOften:
    """Find by an exact e-mail address, an order's number or a card's serial; one line in the log, whatever comes."""
    typed = typed.strip()[:TYPED_LIMIT_CHARACTERS]
    with transaction.atomic():
        if _is_too_often(by, now):
            return _stopped(by, Subject(SubjectKind.PAGE, Way.EMAIL if "@" in typed else Way.NUMBER), now)
        found = _by_email(typed) if "@" in typed else _by_number(typed)
        if isinstance(found, Found):
            audit.note(by.member_id, LOOKED_UP, found.subject, now=now)
        else:
            several = isinstance(found, FoundSeveral)
            way = Way.EMAIL if isinstance(found, FoundSeveral) else found.way
            detail = "several" if several else "none"
            audit.note(by.member_id, LOOKED_UP, Subject(SubjectKind.PAGE, way), detail=detail, now=now)
        return found


def open_page(subject: Subject, by: Member, *, now: datetime) -> TooOften | None:
    """Write down that a member looks at something; once in a quarter of an hour, the search that led there included.

    So nobody goes through numbers by their addresses without leaving a line each, within the same limit.
    """
    with transaction.atomic():
        if did_since(by.member_id, now - SEEN_FOR, LOOKED_UP, subject):
            return None
        if _is_too_often(by, now):
            return _stopped(by, subject, now)
        audit.note(by.member_id, LOOKED_UP, subject, detail="page", now=now)
    return None


def stopped_revealing(subject: Subject, by: Member, *, now: datetime) -> TooOften | None:
    """Whether this member had as many people shown within an hour as one may look up: then a line, and nothing else."""
    with transaction.atomic():
        return _stopped(by, subject, now, REVEALED) if _is_too_often(by, now, REVEALED) else None


def _is_too_often(by: Member, now: datetime, act: str = LOOKED_UP) -> bool:
    return acts_of(by.member_id, now - HOUR, act) >= current().desk_lookups_per_hour


def _stopped(by: Member, subject: Subject, now: datetime, act: str = LOOKED_UP) -> TooOften:
    audit.refuse(by.member_id, act, subject, why="too_often", now=now)
    return TooOften(current().desk_lookups_per_hour)


def _by_email(typed: str) -> Found | FoundSeveral | FoundNothing:
    address = read_email(typed)
    ids = () if isinstance(address, ContactProblemReason) else customers_of_mailbox(address)
    if not ids:
        return FoundNothing(Way.EMAIL)
    return Found(Subject(SubjectKind.CUSTOMER, str(ids[0]))) if len(ids) == 1 else FoundSeveral(ids)


def _by_number(typed: str) -> Found | FoundNothing:
    number = typed.upper().replace(" ", "")
    if has_order(number):
        return Found(Subject(SubjectKind.ORDER, number))
    return Found(Subject(SubjectKind.CARD, number)) if pin(number) is not None else FoundNothing(Way.NUMBER)
