import itertools
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from crystalcall.customers.models import AccountLink
from crystalcall.mailings.models import Notice
from crystalcall.minutes.ledger.queries import audit, balance
from crystalcall.payments.events import PaymentCaptured
from crystalcall.plumbing import announcements
from crystalcall.plumbing.models import Announcement
from crystalcall.shop.orders import actions, queries
from crystalcall.shop.orders.models import Card

CHILD = Path(__file__).with_name("crashing.py")
KILLED = -signal.SIGKILL
CARDS = 2
CREDIT_MICROS = 10_000_000

Point = tuple[int, str]


@pytest.fixture
def crash(process_environment, paid, assert_fulfilled_once):
    """Kill a worker at each of these points, each on an order of its own, and let another finish."""

    def crash_at(points: Iterable[Point]) -> list[tuple[str, int, int, int]]:
        orders = [(paid(), point) for point in points]
        lines = "".join(f"{placed.order_number} {count} {moment}\n" for placed, (count, moment) in orders)
        told = [line.split() for line in run(process_environment, lines).splitlines()]
        for placed, _point in orders:
            assert_fulfilled_once(placed)
        assert audit() == []
        return [(number, int(ended), int(again), int(count)) for number, ended, again, count in told]

    return crash_at


@pytest.fixture
def paid(place):
    """An order of two cards whose payment was just captured."""

    def pay():
        placed = place(f"credit-10={CARDS}")
        with transaction.atomic():
            announcements.announce(PaymentCaptured(placed.order_number, 1))
        return placed

    return pay


def run(environment, lines: str, *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, str(CHILD), *arguments],
        input=lines,
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def assert_fulfilled_once(transactional_db):
    """Look at everything an order leaves behind and find it there once."""

    def look(placed) -> None:
        number = placed.order_number
        order = queries.order_by_token(placed.token)
        assert order is not None
        assert order.state == "fulfilled"
        assert [step.fact for step in queries.history(number)] == ["placed", "captured", "delivered"]
        accounts = queries.accounts_of_order(number)
        assert [balance(account).posted_micros for account in accounts] == [CREDIT_MICROS] * CARDS
        assert AccountLink.objects.filter(ledger_account_id__in=accounts).count() == CARDS
        assert Card.objects.filter(line__order__order_number=number).count() == CARDS
        assert len({card.pin for card in actions.reveal_pins(placed.token, now=order.placed_at)}) == CARDS
        told = Announcement.objects.filter(payload__order_number=number).order_by("pk")
        assert list(told.values_list("name", flat=True)) == [
            "payments.payment.captured",
            "shop.order.paid",
            "shop.order.fulfilled",
        ]
        assert Notice.objects.filter(order_number=number).count() == 1

    return look


def statements(crash) -> int:
    """How many statements it takes from the captured payment to the queued mail when nobody is killed.

    The first order a store ever fulfills takes some more: it opens the store's own ledger account.
    """
    first, second = crash([(0, "before"), (0, "before")])
    assert (first[1:3], second[1:3]) == ((0, 0), (0, 0))
    return second[3]


def test_a_kill_anywhere_between_payment_and_mail_leaves_each_order_fulfilled_once(crash):
    whole = statements(crash)
    counts = range(whole, 0, -max(1, whole // 8))
    sample = list(zip(counts, itertools.cycle(("before", "after")), strict=False))
    assert {(ended, again) for _number, ended, again, _count in crash(sample)} == {(KILLED, 0)}


@pytest.mark.long
def test_a_kill_at_every_statement_leaves_each_order_fulfilled_once(crash):
    whole = statements(crash)
    every = [(count, moment) for count in range(1, whole + 1) for moment in ("before", "after")]
    assert {(ended, again) for _number, ended, again, _count in crash(every)} == {(KILLED, 0)}


def test_four_workers_that_deliver_one_order_at_the_same_time_fulfill_it_once(
    process_environment, paid, assert_fulfilled_once
):
    orders = [paid() for _ in range(3)]
    run(process_environment, "".join(f"{placed.order_number}\n" for placed in orders), "together")
    for placed in orders:
        assert_fulfilled_once(placed)
    assert audit() == []


def test_the_sweep_finishes_a_paid_order_that_everybody_left(process_environment, place, now):
    from crystalcall.jobs.sweeps import fulfill_paid

    number = place("credit-10=1").order_number
    actions.mark_paid(number, "1", now=now)
    assert fulfill_paid(now) == 0
    assert fulfill_paid(now + timedelta(minutes=1)) == 1
    assert fulfill_paid(now + timedelta(minutes=2)) == 0
