"""The figures that the warden itself can tell; other rooms supply theirs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from math import ceil
from typing import Final

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from crystalcall.plumbing import tallies
from crystalcall.plumbing.middleware import cookie_guard
from crystalcall.privacy import inventory
from crystalcall.privacy.clauses.figures import Line, LineKind, OfPeople, exact, said, supply, supply_of_people
from crystalcall.privacy.clauses.people import people_behind
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.policy import queries as policy
from crystalcall.privacy.policy.values import FactKind
from crystalcall.privacy.providers import PROVIDERS
from crystalcall.privacy.register import queries as register
from crystalcall.privacy.register.kinds import EntryKind
from crystalcall.privacy.requests import queries as requests

COUNTED: Final = "disclosures/"
SEEN: Final = "disclosures.seen"
DONE: Final = "disclosures.done"
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS_OF_A_DAY: Final = 86400
NEWEST: Final = 2000
"""Among how many of a provider's newest disclosures ten different people are looked for."""


def supply_all() -> None:
    """Supply every figure of this room."""
    supply("responses_without_cookie", _("Responses without a cookie, at least"), _tally(cookie_guard.WITHOUT_COOKIE))
    supply(
        "cookies_refused",
        _("Cookies that were to be set and were taken off"),
        _tally(cookie_guard.REFUSED),
    )
    supply("personal_fields", _("Fields about people, each with its purposes"), _personal_fields)
    supply("contracts", _("Provider with a contract in force"), _contracts)
    supply("policy_version", _("Version of this policy in force"), _policy_version)
    supply("policy_announcements", _("Announcements of a new version"), _policy_announcements)
    supply("register_root", _("Signed root of the register"), _register_root)
    supply_of_people("disclosures", _("Disclosures"), disclosures, _provider_words)
    supply_of_people("requests_answered", _("Requests about data, answered"), _answered)
    supply_of_people(
        "days_to_answer", _("Days until half of them were answered"), _days_to_answer, published_as=LineKind.AT_MOST
    )
    supply_of_people("deletions", _("People whose data was deleted"), _deletions)


def _tally(name: str) -> Callable[[datetime], Iterable[Line]]:
    def ask(_now: datetime) -> Iterable[Line]:
        found = tallies.total(name)
        waiting = tallies.waiting().get(name, 0)
        return [exact((found.total if found else 0) + waiting, since=found.since if found else None)]

    return ask


def _personal_fields(_now: datetime) -> Iterable[Line]:
    return [exact(sum(len(fields) for fields in inventory.personal_fields().values()))]


def _contracts(now: datetime) -> Iterable[Line]:
    day = now.date()
    for provider in PROVIDERS.values():
        if provider.contract_from <= day and (provider.contract_until is None or day <= provider.contract_until):
            begins = datetime.combine(provider.contract_from, time(), tzinfo=UTC)
            yield said(str(provider.words), since=begins)


def _policy_version(now: datetime) -> Iterable[Line]:
    version = policy.in_force(now)
    return [exact(version.number, since=version.in_force_at)]


def _policy_announcements(_now: datetime) -> Iterable[Line]:
    return [exact(sum(fact.kind is FactKind.ANNOUNCED for fact in policy.history()))]


def _register_root(_now: datetime) -> Iterable[Line]:
    head = register.head()
    return [] if head is None else [said(head.root, since=head.signed_at)]


def _provider_words(key: str) -> str:
    provider = PROVIDERS.get(key)
    return key if provider is None else str(provider.words)


def disclosures(now: datetime) -> Iterator[OfPeople]:
    """How many disclosures each provider got, and among the newest, how many people they were about (ten is enough)."""
    _count_new_disclosures(now)
    for key in PROVIDERS:
        counted = tallies.total(COUNTED + key)
        newest = Disclosure.objects.filter(provider=key).order_by("-pk").values_list("subject", flat=True)[:NEWEST]
        yield OfPeople(key, counted.total if counted else 0, people_behind(dict.fromkeys(newest)))


def _count_new_disclosures(now: datetime) -> None:
    """Add to the tallies what came since the last count.

    Counted is only up to the number that was the newest a count ago: by now every transaction that had taken a lower
    number has ended, so that none is passed over, and none is counted twice.
    """
    with transaction.atomic():
        # Whoever holds this row counts; a second worker waits, and then finds nothing new.
        done = tallies.locked(DONE, now=now)
        seen = tallies.locked(SEEN, now=now)
        rows = Disclosure.objects.filter(pk__gt=done, pk__lte=seen)
        counted = {COUNTED + key: number for key, number in rows.values_list("provider").annotate(number=Count("pk"))}
        newest = Disclosure.objects.aggregate(newest=Max("pk"))["newest"] or 0
        tallies.add(counted, now=now)
        tallies.put(DONE, seen, now=now)
        tallies.put(SEEN, newest, now=now)


def _answered(now: datetime) -> Iterable[OfPeople]:
    answered = requests.answer_figures(BEGINNING, now, now=now).answered
    return [OfPeople("", answered, requests.people_answered(BEGINNING, now))]


def _days_to_answer(now: datetime) -> Iterable[OfPeople]:
    seconds = requests.answer_figures(BEGINNING, now, now=now).median_answer_seconds
    days = max(1, ceil(seconds / SECONDS_OF_A_DAY))
    return [OfPeople("", days, requests.people_answered(BEGINNING, now), is_count=False)]


def _deletions(_now: datetime) -> Iterable[OfPeople]:
    erased = register.signed_counts().get(EntryKind.ERASURE, 0)
    return [OfPeople("", erased, erased)]
