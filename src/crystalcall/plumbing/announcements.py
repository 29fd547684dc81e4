"""Facts rise as announcements: rooms below tell, rooms above listen, and neither imports upward.

A fact is a row written in the transaction that made it true, so a rolled-back fact is never told and a committed one
is never lost. Delivery runs the listener and marks the delivery in one transaction: a listener that only writes to the
database acts exactly once, however often delivery is tried. What reaches outside (mail, gateway) is at least once and
must carry its own key.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef

from crystalcall.plumbing.clock import now as clock_now
from crystalcall.plumbing.models import Announcement, Delivery
from crystalcall.plumbing.work import task

logger = logging.getLogger(__name__)
PROBLEM_LENGTH = 200


@dataclass(frozen=True)
class Event:
    """A fact in the past tense; subclasses are frozen dataclasses whose fields are ids (str or int) only."""

    NAME: ClassVar[str]


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to be told, and by which function."""

    name: str
    event_class: type[Event]
    handler: Callable[[Any], None]


_listeners: dict[str, list[Listener]] = {}


class NotInTransactionError(Exception):
    """A fact was announced outside the transaction that made it true: a mistake in the program."""


def listen(event_class: type[E], listener: str, handler: Callable[[E], None]) -> None:
    """Have `handler` told of each fact of this class; called at start, from the listening room's AppConfig.ready."""
    told = _listeners.setdefault(event_class.NAME, [])
    if all(known.name != listener for known in told):
        told.append(Listener(listener, event_class, handler))


def listeners() -> dict[str, tuple[str, ...]]:
    """Who listens to what, by the event's name."""
    return {name: tuple(told.name for told in entries) for name, entries in _listeners.items()}


def announce(event: Event) -> None:
    """Write the fact and its deliveries, and enqueue them, all in the caller's transaction.

    A fact that nobody listens to is not written: its own room has recorded it already.

    Errors: NotInTransactionError outside `transaction.atomic()`.
    """
    announce_all((event,))


def announce_all(events: Iterable[Event]) -> None:
    """Announce several facts of one transaction; see `announce`."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransactionError("Facts must be announced in the transaction that made them true.")
    for event in events:
        told = _listeners.get(event.NAME, ())
        if not told:
            continue
        fact = Announcement.objects.create(name=event.NAME, payload=asdict(event), announced_at=clock_now())
        for entry in told:
            delivery = Delivery.objects.create(announcement=fact, listener=entry.name)
            deliver_announcement.enqueue(delivery.pk)


def deliver(delivery_id: int) -> bool:
    """Tell one listener one fact, once; a repeat changes nothing.

    Gives whether this call delivered it. Errors: whatever the listener raises, after the failure was noted.
    """
    try:
        with transaction.atomic():
            return _deliver_locked(delivery_id)
    except Exception as problem:
        # The class alone: a message could quote a customer's data into an operator's table.
        _note_failure(delivery_id, type(problem).__name__)
        raise


def _deliver_locked(delivery_id: int) -> bool:
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id, delivered_at__isnull=True).first()
    if delivery is None:
        return False
    fact = Announcement.objects.get(pk=delivery.announcement_id)
    entry = next((known for known in _listeners.get(fact.name, []) if known.name == delivery.listener), None)
    if entry is None:
        return False
    entry.handler(entry.event_class(**fact.payload))
    delivery.delivered_at = clock_now()
    delivery.save(update_fields=["delivered_at"])
    return True


def _note_failure(delivery_id: int, problem: str) -> None:
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is not None:
        row.tries += 1
        row.last_problem = problem[:PROBLEM_LENGTH]
        row.save(update_fields=["tries", "last_problem"])
        logger.warning("delivery %s to %s failed: %s", delivery_id, row.listener, problem)


@task
def deliver_announcement(delivery_id: int) -> None:
    """Background delivery; the sweep of overdue deliveries repeats what a killed worker left."""
    deliver(delivery_id)


def overdue(*, now: datetime, older_than_seconds: int) -> list[int]:
    """Deliveries still open although their fact is older than so many seconds, oldest first, at most 500."""
    limit = now - timedelta(seconds=older_than_seconds)
    rows = Delivery.objects.filter(delivered_at__isnull=True, announcement__announced_at__lte=limit)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:500])


def forget_told(*, before: datetime, limit: int) -> int:
    """Delete at most so many facts that were announced before then and told to all their listeners; gives how many."""
    waiting = Delivery.objects.filter(announcement=OuterRef("pk"), delivered_at__isnull=True)
    told = Announcement.objects.filter(~Exists(waiting), announced_at__lt=before).order_by("pk")
    with transaction.atomic():
        old = list(told.values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(announcement__in=old).delete()
        Announcement.objects.filter(pk__in=old).delete()
    return len(old)


def pending_count() -> int:
    """How many deliveries are still open."""
    return Delivery.objects.filter(delivered_at__isnull=True).count()
