"""The exported books pass Beancount's own check, exact to the micro."""

import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from beancount.core.realization import compute_balance, get, realize

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.beancount import ROOTS
from crystalcall.minutes.ledger.models import LedgerAccount
from crystalcall.minutes.ledger.values import Posting
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@pytest.fixture
def books(funded, revenue, now):
    first, second = funded(10 * DOLLAR), funded(2 * DOLLAR + 1)
    for number, amount in enumerate((1, 999_999, 123_457)):
        reserved = actions.reserve(first, 2 * DOLLAR, key=f"call:{number}", now=now)
        day = now + timedelta(days=number)
        actions.post_reservation(
            reserved.reservation_id, amount, credit_account_id=revenue, code="call.charge", now=day
        )
    actions.reserve(first, DOLLAR, key="running", now=now)
    actions.transfer(Posting(first, second, 5, "card.move", "move:1"), now=now)
    funded(0)
    return first, second


def exported() -> str:
    return "".join(f"{line}\n" for line in queries.beancount_lines())


def checked(text: str) -> tuple[list[data.Directive], list[object]]:
    entries, errors, _ = loader.load_string(text)
    return entries, errors


def test_the_export_passes_bean_check(books, tmp_path):
    file = tmp_path / "books.beancount"
    file.write_text(exported(), encoding="utf-8")
    check = subprocess.run([BEAN_CHECK, file], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


def test_empty_books_pass_bean_check_too(db):
    entries, errors = checked(exported())
    assert (entries, errors) == ([], [])


def test_its_totals_are_ours_to_the_micro(books, revenue, clearing):
    entries, errors = checked(exported())
    assert not errors
    tree = realize(entries)

    def total(account: str) -> Decimal:
        return compute_balance(get(tree, account)).get_currency_units("USD").number

    owed = sum(queries.balance(account).posted_micros for account in books)
    assert total("Liabilities:CustomerCredit").scaleb(6) == -owed
    assert total("Income:CallRevenue").scaleb(6) == -queries.balance(revenue).posted_micros == -1_123_457
    assert total("Assets:GatewayClearing").scaleb(6) == queries.balance(clearing).posted_micros


def test_minutes_are_a_commodity_of_their_own_and_the_totals_of_every_kind_are_ours(books, now):
    end = now + timedelta(days=30)
    bundle = actions.grant_allowance(books[0], "ru-*", 600, expires_at=end, key="bundle", now=now)
    used = actions.system_account(AccountKind.ALLOWANCES_USED, now=now)
    held = actions.reserve(bundle, 120, key="talk", now=now).reservation_id
    actions.post_reservation(held, 61, credit_account_id=used, code="call.minutes", now=now)
    actions.announce_expiring(now)
    actions.expire_due(end)
    actions.refund_unused(books[1], 1_000_001, key="refund", now=now)
    actions.book_carrier_cost(now.date(), {"atlas": 17, "borealis": 4}, now=now)
    entries, errors = checked(exported())
    assert not errors
    tree = realize(entries)
    commodity = {"usd_micros": ("USD", 6), "seconds": ("SECONDS", 0)}
    lines = queries.trial_balance()
    assert {line.unit for line in lines} == set(commodity)
    for line in lines:
        name, places = commodity[line.unit]
        total = compute_balance(get(tree, ROOTS[AccountKind(line.kind)])).get_currency_units(name).number
        assert total.scaleb(places) == line.debits - line.credits, line.kind
    assert compute_balance(tree).is_empty()
    assert {
        posting.units.currency for entry in entries if isinstance(entry, data.Transaction) for posting in entry.postings
    } == {"USD", "SECONDS"}


def test_every_account_with_a_transfer_is_opened_once_and_asserted_at_the_end(books):
    entries, _ = checked(exported())
    opened = [entry.account for entry in entries if isinstance(entry, data.Open)]
    asserted = [entry for entry in entries if isinstance(entry, data.Balance)]
    assert sorted(opened) == sorted({entry.account for entry in asserted})
    assert len(opened) == len(set(opened)) == 4
    assert {entry.tolerance for entry in asserted} == {Decimal(0)}
    last = max(entry.date for entry in entries if isinstance(entry, data.Transaction))
    assert {entry.date for entry in asserted} == {last + timedelta(days=1)}


def test_every_transfer_is_one_transaction_with_its_place_in_the_books(books):
    entries, _ = checked(exported())
    transactions = [entry for entry in entries if isinstance(entry, data.Transaction)]
    assert len(transactions) == 6
    assert len({entry.meta["transfer"] for entry in transactions}) == 6
    assert {entry.narration for entry in transactions} == {"order.sale", "call.charge", "card.move"}


def test_a_total_that_is_one_micro_wrong_fails_the_check(books):
    row = LedgerAccount.objects.get(pk=books[0])
    LedgerAccount.objects.filter(pk=row.pk).update(credits_posted=row.credits_posted + 1)
    _, errors = checked(exported())
    assert len(errors) == 1


def test_the_export_is_a_stream_and_says_nothing_of_keys_or_people(books):
    lines = queries.beancount_lines()
    assert next(lines).startswith("option")
    assert not re.search(r"sale:|call:|card:|move:", exported())
