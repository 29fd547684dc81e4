"""What being signed in costs on each page of Your Account: its fragment beside the same address without a sign-in.

Somebody has three cards of two orders, a card added by its PIN, and a page full of calls; everything was bought and
called by the rooms' own actions. Without a token each address answers the empty shell; with one the proof is checked,
and the page's own questions are asked and shown. Ten sign-ins are on record first, then ten thousand.
"""

import statistics
import time
from datetime import timedelta
from typing import Final
from uuid import UUID

from benchmarks import signing_in_bench
from benchmarks.figures import Figure
from benchmarks.processes import Worker, serve, start_django
from benchmarks.sizes import Size

FRAGMENT_MS: Final = 8.0
#: Every page of the account that a menu or a list leads to; {card} and {order} are the customer's own.
PAGES: Final = (
    *("/account/", "/account/details/", "/account/orders/", "/account/orders/{order}/", "/account/cards/"),
    *("/account/cards/{card}/", "/account/cards/{card}/limits/", "/account/calls/", "/account/checkout/?credit-10=1"),
    *("/account/privacy/", "/account/delete/", "/account/email/", "/account/password/", "/account/second-factor/"),
    *("/account/sign-ins/", "/ru/account/", "/ru/account/calls/"),
)
SHELL: Final = "/account/"
CALLS: Final = 30
PASSWORD: Final = "a lamp beside the grey window"  # noqa: S105 - of nobody
EMAIL: Final = "anna@example.org"
ROUND: Final = 12
AT_LEAST: Final = 2


def pages_of_account(prepared: dict[str, str], database: str, size: Size) -> list[Figure]:
    """Each page's CPU with many sign-ins on record and with few; the limit is for what it takes beyond the shell."""
    count = max(AT_LEAST, int(ROUND * min(1.0, size.seconds)))
    told: list[list[dict[str, float]]] = []
    with Worker("benchmarks.account_bench", prepared) as worker:
        worker.ask("prepare")
        for on_record in (signing_in_bench.FEW, size.cards):
            worker.ask("record", number=on_record)
            worker.ask("walk", count=AT_LEAST)
            told.append([worker.ask("walk", count=count) for _ in range(size.rounds)])
    return [_figure(page, f"{page.partition('?')[0]}, {database}", *told, size.cards) for page in PAGES]


def _figure(page: str, name: str, few: list[dict[str, float]], many: list[dict[str, float]], on_record: int) -> Figure:
    rounds = [each[page] for each in many]
    more = statistics.median(each[page] - each[""] for each in many)
    shell = statistics.median(each[""] for each in many)
    beyond = f"CPU beyond the same address without one ({shell:.1f} ms): {more:.1f} ms"
    return Figure(
        *(name, statistics.median(rounds), min(rounds), max(rounds), "ms"),
        peer=f"{signing_in_bench.FEW} sign-ins on record",
        peer_value=statistics.median(each[page] for each in few),
        ratio=statistics.median(rounds) / statistics.median(each[page] for each in few),
        judged=more,
        bound=FRAGMENT_MS,
        at_least=False,
        note=f"{on_record:,} sign-ins on record; {beyond}",
    )


# --- in the worker ----------------------------------------------------------------------------------------------------

_own: dict[str, str] = {}


def prepare() -> int:
    """Tables, decks, and somebody who bought, called, and is signed in with a fresh password."""
    from django.core.management import call_command

    from crystalcall.minutes.rates.actions import load_demo_decks
    from crystalcall.plumbing.clock import now
    from crystalcall.privacy.announcing.actions import open_store
    from crystalcall.privacy.keys import store

    call_command("migrate", verbosity=0, interactive=False)
    store.prepare()
    open_store(now=now())
    load_demo_decks(now=now())
    customer = signing_in_bench.enter(EMAIL, PASSWORD)
    _own["order"], pin = _buy("credit-50=2", EMAIL)
    _buy("credit-10=1", EMAIL)
    _take(customer, _buy("credit-10=1", "george@example.org")[1])
    _call(pin)
    return 1


def record(number: int) -> int:
    """Bring so many sign-ins on record."""
    return signing_in_bench.record(number)


def walk(count: int) -> dict[str, float]:
    """The middle CPU time of each page, and of the shell (""), in milliseconds; all asked in turns."""
    from django.test import Client, override_settings

    taken: dict[str, list[float]] = {page: [] for page in ("", *PAGES)}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        client = Client()
        for _ in range(count):
            for page, times in taken.items():
                address = (page or SHELL).format(**_own)
                headers = signing_in_bench.headers("GET", address) if page else {}
                begun = time.process_time()
                answer = client.get(address, headers=headers)
                times.append(time.process_time() - begun)
                assert answer.status_code == 200, (address, answer.status_code)  # noqa: S101, PLR2004 - not shown
                assert answer.has_header("Account-Fragment") == bool(page)  # noqa: S101 - the other one was shown
    return {page: statistics.median(times) * 1000 for page, times in taken.items()}


def _buy(cart: str, email: str) -> tuple[str, str]:
    """Buy cards as a guest; gives the order's number and the PIN of its first card."""
    from crystalcall.plumbing.clock import now
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions
    from crystalcall.shop.orders.actions.fulfilling import pins_to_mail
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    wish = PlaceOrder(random_token(), read_cart(cart), "Anna Hale", email, "+12125550142", "en", price_notices=False)
    placed = actions.place_order(wish, now=now())
    assert isinstance(placed, Placed)  # noqa: S101 - the deck was just loaded
    actions.mark_paid(placed.order_number, "1", now=now())
    actions.fulfill_order(placed.order_number, now=now())
    return placed.order_number, pins_to_mail(placed.order_number)[0].pin


def _take(customer: UUID, pin: str) -> None:
    from crystalcall.plumbing.clock import now
    from crystalcall.shop.orders.actions.claiming import claim_by_mailbox
    from crystalcall.shop.orders.actions.holding import add_card
    from crystalcall.shop.orders.belongings import cards_of

    claim_by_mailbox(customer, now=now())
    add_card(customer, pin, now=now())
    _own["card"] = cards_of(customer)[0].serial
    assert len(cards_of(customer)) == 4  # noqa: S101, PLR2004 - otherwise something was not bought


def _call(pin: str) -> None:
    """More calls than a page shows, to as many places, this month."""
    from benchmarks.numbers import callable_numbers
    from crystalcall.minutes.calls.actions import authorize_call, end_call
    from crystalcall.minutes.calls.values import AuthorizeRequest, Ended, Granted
    from crystalcall.minutes.rates.queries import current_deck
    from crystalcall.plumbing.clock import now
    from crystalcall.switches.http.actions import add_switch
    from crystalcall.switches.http.queries import switches

    add_switch("bench", now=now())
    deck, switch_id = current_deck(now()), switches()[0].id
    assert deck is not None  # noqa: S101 - just loaded
    numbers, ended = callable_numbers(deck.id), 0
    # Some satellites take more than the card holds: the next place, then.
    for place, called in enumerate(numbers[:: max(1, len(numbers) // (2 * CALLS))]):
        moment = now() + timedelta(milliseconds=place)
        key = f"bench:{place}"
        if ended < CALLS and isinstance(
            authorize_call(AuthorizeRequest(switch_id, key, called, pin=pin), now=moment), Granted
        ):
            answer = end_call(switch_id, key, used_seconds=7 + place, release_cause="normal", now=moment)
            ended += isinstance(answer, Ended)
    assert ended == CALLS  # noqa: S101 - otherwise there is too little to show


if __name__ == "__main__":
    start_django()
    serve({"prepare": prepare, "record": record, "walk": walk})
