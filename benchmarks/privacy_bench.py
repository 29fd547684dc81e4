"""What a million customers cost those who serve rights and retention: one person's export, and one night's deletions.

One person buys for real; every other is a copy of all rows of theirs under names of its own, in both databases, spread
over seven years and a day, so that each night about one in 2,563 is to be forgotten. Records of calls are not among
them: they go by whole months, and the desk's figures tell of their number.
"""

import time
from datetime import timedelta
from typing import Any, Final

from benchmarks.figures import Figure, bounded
from benchmarks.house import House
from benchmarks.postgres import cluster
from benchmarks.processes import Worker, environment, serve, start_django

EXPORT_SECONDS: Final = 2.0
NIGHT_SECONDS: Final = 600.0
DAYS: Final = 7 * 366 + 1
MAILS_DAYS: Final = 367
EMAIL: Final = "person0@example.org"
#: Ids of copies begin here, out of the way of the real rows.
FIRST: Final = 1_000_000
UUID_OF: Final = "md5('{word}' || n)::uuid"
BYTES_OF: Final = "decode(md5('{word}' || n) || md5(n || '{word}'), 'hex')"


def privacy(house: House) -> list[Figure]:
    """Export and retention on a PostgreSQL of their own, so that nobody else's benchmark carries a million people."""
    people = house.size.growth[-1]
    with cluster() as address, Worker("benchmarks.privacy_bench", environment(house.folder(), address)) as worker:
        worker.ask("prepare", people=people)
        exports = [worker.ask("export") for _ in range(house.size.rounds)]
        nights = [worker.ask("night", day=day) for day in range(house.size.rounds)]
    forgotten = round(sum(each["people"] for each in nights) / len(nights))
    name = f"{people:,} customers"
    return [
        bounded(
            f"export of one person among {name}",
            exports,
            "s",
            EXPORT_SECONDS,
            at_least=False,
            note="PostgreSQL; found by address, a zip of JSON and a page",
        ),
        bounded(
            f"nightly retention of {name}",
            [each["seconds"] for each in nights],
            "s",
            NIGHT_SECONDS,
            at_least=False,
            note=f"PostgreSQL; {forgotten:,} people forgotten a night, keys and all",
        ),
    ]


def prepare(people: int) -> int:
    """Tables, one buyer, and everybody else as a copy of them."""
    from django.core.management import call_command

    from benchmarks.filling import settle
    from crystalcall.minutes.rates.actions import load_demo_decks
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.keys import store

    call_command("migrate", verbosity=0, interactive=False)
    store.prepare()
    load_demo_decks(now=now())
    _copy_all(_buy(), people)
    settle()
    return people


def export() -> float:
    """Seconds in which everything about the one real person is gathered and packed."""
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy import keepers
    from crystalcall.privacy.requests.exporting import gather
    from crystalcall.privacy.requests.writing import as_zip

    begun = time.perf_counter()
    person = keepers.find(mailbox=keepers.mailbox(EMAIL))
    packed = as_zip(gather(person, now=now(), language="en"))
    taken = time.perf_counter() - begun
    assert person and packed  # noqa: S101, PT018 - otherwise nothing was exported
    return taken


def night(day: int) -> dict[str, float]:
    """Seconds of one night's pass, so many days from today, and how many people it forgot."""
    from django.apps import apps

    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.retention.actions import enforce_nightly
    from crystalcall.privacy.retention.queries import last_night

    customers = apps.get_model("customers", "Customer").objects
    before = customers.count()
    begun = time.perf_counter()
    enforce_nightly(now() + timedelta(days=day))
    taken = time.perf_counter() - begun
    passed = last_night()
    assert passed is not None and not passed.failed  # noqa: S101, PT018 - otherwise it did not go through
    return {"seconds": taken, "people": before - customers.count()}


def _buy() -> str:
    """One person buys a card; gives the order's number."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    cart = read_cart("credit-10=1")
    wish = PlaceOrder(random_token(), cart, "Person Number-A", EMAIL, "+12125550142", "en", price_notices=False)
    placed = actions.place_order(wish, now=now())
    assert isinstance(placed, Placed)  # noqa: S101 - the deck was just loaded
    actions.mark_paid(placed.order_number, "1", now=now())
    actions.fulfill_order(placed.order_number, now=now())
    return placed.order_number


def _copy_all(order_number: str, people: int) -> None:
    from django.apps import apps

    ago = f"- interval '1 day' * (n::float8 * {DAYS} / {people})"
    customer, account = UUID_OF.format(word="customer"), UUID_OF.format(word="account")
    order = {
        "id": f"{FIRST} + n",
        "order_number": "'B' || n",
        "customer_id": customer,
        "token_index": BYTES_OF.format(word="token"),
        "placing_index": BYTES_OF.format(word="placing"),
        **{name: f"{name} {ago}" for name in ("placed_at", "paid_at", "fulfilled_at")},
    }
    copies: list[tuple[str, dict[str, str]]] = [
        (
            "customers.Customer",
            {"id": customer, "email_index": BYTES_OF.format(word="email"), "created_at": f"created_at {ago}"},
        ),
        (
            "customers.AccountLink",
            {
                "id": f"{FIRST} + n",
                "customer_id": customer,
                "ledger_account_id": account,
                "linked_at": f"linked_at {ago}",
            },
        ),
        ("orders.Order", order),
        ("orders.OrderLine", {"id": f"{FIRST} + n", "order_id": f"{FIRST} + n"}),
        (
            "orders.Card",
            {
                "id": f"{FIRST} + n",
                "line_id": f"{FIRST} + n",
                "pin_serial": "'B' || n",
                "ledger_account_id": account,
                "issued_at": f"issued_at {ago}",
            },
        ),
        ("privacy_keys.DataKey", {"subject": customer}),
        ("privacy_keys.DataKey", {"subject": account}),
    ]
    for model, names in copies:
        _copy(apps.get_model(model), names, people)
    _mails(order_number, people, ago)


def _mails(order_number: str, people: int, ago: str) -> None:
    """One mail for each order of the last year: those before it are gone by now."""
    from django.apps import apps

    from crystalcall.mailings.actions import queue_notice
    from crystalcall.mailings.values import NoticeKind
    from crystalcall.plumbing.clock import now

    queue_notice(order_number, NoticeKind.ORDER_FULFILLED, now=now())
    names = {
        "id": f"{FIRST} + n",
        "order_number": "'B' || n",
        "message_id": "'B' || n",
        "state": "'sent'",
        "next_try_at": "NULL",
        "sent_at": f"created_at {ago}",
        "created_at": f"created_at {ago}",
    }
    _copy(apps.get_model("mailings.Notice"), names, people * MAILS_DAYS // DAYS)


def _copy(model: Any, names: dict[str, str], count: int) -> None:
    """Copy the first row so many times; `names` are the columns that differ, as expressions over n."""
    from django.db import connections, router

    table = model._meta.db_table  # noqa: SLF001 - Django's documented model API
    columns = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's documented model API
    values = ", ".join(names.get(column, column) for column in columns)
    with connections[router.db_for_write(model)].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - names of our own models
            f"SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) AS one, generate_series(1, {count}) AS n"
        )


if __name__ == "__main__":
    start_django()
    serve({"prepare": prepare, "export": export, "night": night})
