"""What left on one day: a root over every disclosure of it, and how many went to whom for what."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from crystalcall.privacy.models import Disclosure, DisclosureHorizon
from crystalcall.privacy.providers import PROVIDERS
from crystalcall.rules.privacy.canonical import FEW
from crystalcall.rules.privacy.merkle import Frontier, leaf_hash

Row = tuple[int, str, str, list[str] | str, str, datetime, str]
COLUMNS: Final = ("pk", "provider", "purpose", "fields", "subject", "disclosed_at", "company")
#: Rows are numbered in nearly the order of their time; several processes are never further apart than this.
DISORDER: Final = timedelta(hours=1)
CHUNK: Final = 5000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class Flow:
    """What went to one provider for one purpose; of its subjects only the first ten are told apart."""

    rows: int = 0
    subjects: set[str] = field(default_factory=set)

    def add(self, subject: str) -> None:
        """Count one disclosure."""
        self.rows += 1
        if len(self.subjects) < FEW:
            self.subjects.add(subject)


@dataclass(frozen=True, slots=True)
class DisclosuresOfDay:
    """A day's disclosures: how many, their root by RFC 9162 in the order of their numbers, and the flows by name.

    The root's first leaf is a salt: without it a published root would tell whether there were any at all. A flow is
    named "provider.purpose"; each one that a contract allows is there, used or not, so that its absence tells nothing.
    """

    rows: int
    root: str
    flows: dict[str, Flow]


def disclosures_of(day: date, salt: bytes) -> DisclosuresOfDay:
    """What left on a day (UTC), under this salt of 32 bytes."""
    tree, flows = Frontier(), defaultdict(Flow)
    tree.append(leaf_hash(salt))
    for provider in PROVIDERS.values():
        for purpose in provider.purposes:
            flows[f"{provider.key}.{purpose.value}"] = Flow()
    for row in _rows(day):
        tree.append(leaf_hash(_record(row)))
        flows[f"{row[1]}.{row[2]}"].add(row[4])
    return DisclosuresOfDay(tree.size - 1, tree.root().hex(), dict(sorted(flows.items())))


def first_day() -> date | None:
    """The day of the first disclosure; None before there is one."""
    at = Disclosure.objects.order_by("pk").values_list("disclosed_at", flat=True).first()
    return None if at is None else at.astimezone(UTC).date()


def kept_from() -> datetime | None:
    """Since when every disclosure is there; before that some may have been given up. None: all are."""
    return DisclosureHorizon.objects.values_list("kept_from", flat=True).first()


def forget_before(moment: datetime, *, limit: int, but_about: Collection[str]) -> int:
    """Delete at most so many disclosures before a moment, but for those about names that the law orders to keep.

    The horizon rises first: the database lets none be deleted that is later (`disclosure_guard`). Gives how many went.
    """
    with transaction.atomic():
        horizon, is_new = DisclosureHorizon.objects.get_or_create(pk=1, defaults={"kept_from": moment})
        if not is_new and horizon.kept_from < moment:
            DisclosureHorizon.objects.filter(pk=1, kept_from__lt=moment).update(kept_from=moment)
        old = Disclosure.objects.filter(pk__lt=_number_at(moment + DISORDER), disclosed_at__lt=moment)
        if but_about:
            old = old.exclude(subject__in=but_about)
        numbers = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
        Disclosure.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _rows(day: date) -> Iterator[Row]:
    begin = datetime.combine(day, time(), UTC)
    end = begin + timedelta(days=1)
    rows = Disclosure.objects.filter(
        pk__gte=_number_at(begin - DISORDER),
        pk__lt=_number_at(end + DISORDER),
        disclosed_at__gte=begin,
        disclosed_at__lt=end,
    )
    return rows.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=CHUNK)


def _number_at(moment: datetime) -> int:
    """The number of about the first row since a moment, found by halving: the table has no index by time."""
    numbers = Disclosure.objects.order_by("pk").values_list("pk", "disclosed_at")
    first, last = numbers.first(), numbers.last()
    if first is None or last is None:
        return 0
    low, high = first[0], last[0] + 1
    while low < high:
        middle = (low + high) // 2
        found = numbers.filter(pk__gte=middle).first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low


def _record(row: Row) -> bytes:
    """The canonical JSON of a row as a list: a busy day has a million of them, and RFC 8785 in Python is slow."""
    number, provider, purpose, fields, subject, at, company = row
    names = fields if isinstance(fields, str) else json.dumps(fields)
    values = [number, provider, purpose, names, subject, (at - EPOCH) // MICROSECOND, company]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
