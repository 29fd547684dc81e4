"""What it costs that names and addresses are sealed: one page with ten such fields, beside the same page in clear.

The page is one of the store's: its frame, its middleware, its own query for the rows. All pages read the same rows; one
opens ten fields of one person, one opens ten of ten persons (one look at the key store in either case), the third shows
texts that lie beside them. They are asked for in turns, so that a machine whose speed drifts drifts out. The limit is
for the page that the store has: a person's own data. Lists of people are shown beside it.
"""

import statistics
import time
from typing import Any, Final
from uuid import UUID

from benchmarks.figures import Figure, Peer, alone, beside
from benchmarks.house import House
from benchmarks.processes import Worker, environment, serve, start_django

FIELDS: Final = 10
NAME: Final = "customers.Customer.sealed_name"
RATIO: Final = 1.10
PAGES_A_ROUND: Final = 300
PAGES_AT_LEAST: Final = 20
CARDS: Final = 512
PAGE: Final = """{% extends "web/base.html" %}{% block title %}Customers{% endblock %}{% block main %}
<h1>Customers</h1><dl>{% for name in names %}
<dt>Name {{ forloop.counter }}</dt><dd>{{ name }}</dd>{% endfor %}</dl>{% endblock %}"""


def sealing(house: House) -> list[Figure]:
    """A page with ten sealed fields, on both databases; and what sealing one value takes on the way of a call."""
    figures = []
    places = {"SQLite": environment(house.folder()), "PostgreSQL": environment(house.folder(), house.address)}
    pages = max(PAGES_AT_LEAST, int(PAGES_A_ROUND * min(1.0, house.size.seconds)))
    for database, prepared in places.items():
        with Worker("benchmarks.sealing_bench", prepared) as worker:
            worker.ask("prepare")
            worker.ask("pages", count=PAGES_AT_LEAST)
            rounds = [worker.ask("pages", count=pages) for _ in range(house.size.rounds)]
            seals = [worker.ask("seals", count=pages) for _ in range(house.size.rounds)]
        for kind, name, bound in (("one", "one person", RATIO), ("many", "ten persons", None)):
            clear = Peer("the same in clear", [each["clear"] for each in rounds], bound, at_least=False)
            named = f"page with {FIELDS} sealed fields of {name}, {database}"
            figures.append(beside(named, [each[kind] for each in rounds], "ms", clear))
        note = f"beyond sealing under one key for all, of {CARDS} cards at once, keys remembered"
        figures.append(alone(f"sealing under the card's own key, {database}", seals, "µs/call", note=note))
    return figures


_customers: list[UUID] = []
_texts: dict[UUID, str] = {}
_sealed: list[bytes] = []


def prepare() -> int:
    """Tables, and as many customers as the page shows."""
    from django.core.management import call_command

    from crystalcall.customers.actions import record_guest
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.announcing.actions import open_store
    from crystalcall.privacy.keys import store
    from crystalcall.privacy.keys.sealing import seal_field

    call_command("migrate", verbosity=0, interactive=False)
    store.prepare()
    # As `crystalcall migrate` leaves a shop: the policy's first version is in force.
    open_store(now=now())
    for place in range(FIELDS):
        name = f"Person Number-{'ABCDEFGHIJ'[place]}"
        customer_id = record_guest(name, f"person{place}@example.org", None, "en", now=now())
        _customers.append(customer_id)
        _texts[customer_id] = name
    _sealed.extend(seal_field(NAME, _customers[0], name) for name in _texts.values())
    return len(_customers)


def pages(count: int) -> dict[str, float]:
    """The middle time of each page, in milliseconds."""
    from django.test import Client, override_settings

    taken: dict[str, list[float]] = {"one": [], "many": [], "clear": []}
    with override_settings(ROOT_URLCONF=_addresses(), ALLOWED_HOSTS=["testserver"]):
        client = Client()
        for _ in range(count):
            for kind, times in taken.items():
                begun = time.perf_counter()
                said = client.get(f"/bench/{kind}/").content
                times.append(time.perf_counter() - begun)
                assert b"Person Number-J" in said  # noqa: S101 - otherwise nothing was shown
    return {kind: statistics.median(times) * 1000 for kind, times in taken.items()}


def seals(count: int) -> float:
    """How much longer a call takes to seal under its card's own key than under one key for all, in microseconds."""
    from uuid import uuid4

    from crystalcall.plumbing.sealing import seal
    from crystalcall.privacy.keys.sealing import sealers

    # A batch has its own objects for the same ids, as it reads them from its own rows.
    cards = [uuid4() for _ in range(CARDS)]
    sealers(cards)
    grant, field = "a grant of a call " * 12, b"calls.Call.sealed_grant"
    own, one = [], []
    for _ in range(count // 10 + 3):
        asked = [UUID(int=card.int) for card in cards]
        begun = time.perf_counter()
        found = sealers(asked)
        for card in asked:
            found[card].seal_bytes(field, grant.encode(), f"{card.int:x}".encode())
        own.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        for card in asked:
            seal(grant, f"calls.call.grant:{card.int:x}")
        one.append(time.perf_counter() - begun)
    return (statistics.median(own) - statistics.median(one)) / CARDS * 1_000_000


def _addresses() -> Any:
    """The store's own addresses, and the two pages among them."""
    from types import ModuleType

    from django.urls import path

    from crystalcall.config import urls

    module = ModuleType("benchmarks.addresses")
    module.__dict__.update(
        {name: getattr(urls, name) for name in ("handler400", "handler403", "handler404", "handler500")},
        urlpatterns=[*urls.urlpatterns, *_pages(path)],
    )
    return module


def _pages(path: Any) -> list[Any]:
    return [path(f"bench/{kind}/", view) for kind, view in (("one", _one), ("many", _many), ("clear", _clear))]


def _one(request: Any) -> Any:
    from crystalcall.privacy.keys.opening import openers_meanwhile
    from crystalcall.privacy.purposes import Purpose

    # As a page of somebody's own does: whose it is stands in the request, so the key comes beside the rows.
    with openers_meanwhile([_customers[0]]) as opening:
        rows = _rows()
        opener = opening()[_customers[0]]
    purpose, under = Purpose.CUSTOMER_SERVICE, rows[0].policy_version
    return _page(request, [opener.open(NAME, blob, purpose=purpose, collected_under=under) for blob in _sealed])


def _many(request: Any) -> Any:
    from crystalcall.privacy.keys.opening import openers
    from crystalcall.privacy.purposes import Purpose

    rows = _rows()
    opening = openers([row.pk for row in rows])
    names = [
        opening[row.pk].open(
            NAME,
            row.sealed_name,
            purpose=Purpose.CUSTOMER_SERVICE,
            collected_under=row.policy_version,
        )
        for row in rows
    ]
    return _page(request, names)


def _clear(request: Any) -> Any:
    return _page(request, [_texts[row.pk] for row in _rows()])


def _rows() -> list[Any]:
    from django.apps import apps

    return list(apps.get_model("customers", "Customer").objects.filter(pk__in=_customers).order_by("created_at"))


def _page(request: Any, names: list[str]) -> Any:
    from django.http import HttpResponse
    from django.template import engines

    if PAGE not in _templates:
        _templates[PAGE] = engines["django"].from_string(PAGE)
    return HttpResponse(_templates[PAGE].render({"names": names}, request))


_templates: dict[str, Any] = {}


if __name__ == "__main__":
    start_django()
    serve({"prepare": prepare, "pages": pages, "seals": seals})
