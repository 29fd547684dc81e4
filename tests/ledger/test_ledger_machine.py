"""Calls, moves, refunds, corrections, lapses and sweeps in any order, many on one page: nobody spends another's hold.

The proof is at the end of each story: every hold that is still open is paid in full, and every time there is enough.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.books import Books
from crystalcall.minutes.ledger.values import Insufficient, Posted, Reserved, Returned, Transferred
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
CARDS = st.integers(0, 2)
AMOUNTS = st.integers(1, 1000)
PLACES = frozenset({"ru-*"})
ENTRIES = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), CARDS, AMOUNTS, st.sampled_from([0, 3])),
        st.tuples(st.just("hold_minutes"), CARDS, AMOUNTS),
        st.tuples(st.just("raise_or_lower"), st.integers(0, 9), st.integers(0, 1500)),
        st.tuples(st.just("pay"), st.integers(0, 9), st.integers(0, 1000)),
        st.tuples(st.just("give_back"), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=8,
)


@dataclass
class Hold:
    """An open reservation, as the model knows it."""

    key: UUID
    account: UUID
    amount: int
    credit: UUID
    expires_at: datetime | None


class Books3(RuleBasedStateMachine):
    """Three cards, and beside the real books a model of them: what was paid in, and what is held."""

    @initialize()
    def open_cards(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        self.posted: dict[UUID, int] = {}
        self.holds: list[Hold] = []
        system = (AccountKind.CALL_REVENUE, AccountKind.ALLOWANCES_USED)
        self.revenue, self.used = (actions.system_account(kind, now=START) for kind in system)
        self.cards = [
            actions.open_account(AccountKind.CUSTOMER_CREDIT, key=f"card:{number}", now=START) for number in range(3)
        ]
        self.posted = dict.fromkeys(self.cards, 0)

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            self.every_open_hold_can_be_paid_in_full()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def every_open_hold_can_be_paid_in_full(self) -> None:
        for hold in self.holds:
            paid = {"credit_account_id": hold.credit, "code": "call.charge"}
            answer = actions.post_reservation(hold.key, hold.amount, **paid, now=self.now)
            assert isinstance(answer, Posted)
            assert (answer.amount, answer.balance_before) == (hold.amount, self.posted[hold.account])
            self.posted[hold.account] -= hold.amount
        self.holds = []
        self.the_books_say_what_the_model_says()
        assert queries.audit() == []

    def held(self, account: UUID) -> int:
        return sum(hold.amount for hold in self.holds if hold.account == account)

    def free(self, account: UUID) -> int:
        return self.posted[account] - self.held(account)

    @rule(card=CARDS, amount=AMOUNTS)
    def pay_in(self, card: int, amount: int) -> None:
        actions.top_up(self.cards[card], amount, key=str(uuid4()), now=self.now)
        self.posted[self.cards[card]] += amount

    @rule(card=CARDS, seconds=AMOUNTS, days=st.integers(1, 60))
    def give_minutes(self, card: int, seconds: int, days: int) -> None:
        end = self.now + timedelta(days=days)
        bundle = actions.grant_allowance(
            self.cards[card], "ru-*", seconds, expires_at=end, key=str(uuid4()), now=self.now
        )
        self.posted[bundle] = seconds

    @rule(entries=ENTRIES)
    def enter_a_page(self, entries: list[tuple]) -> None:
        with transaction.atomic():
            open_holds = [hold.key for hold in self.holds]
            accounts = [*self.cards, self.revenue, self.used]
            page = Books.open(accounts, reservation_ids=open_holds, with_allowances=True, now=self.now)
            for name, *arguments in entries:
                getattr(self, name)(page, *arguments)
            page.write()

    def hold(self, page: Books, card: int, amount: int, lasting_days: int) -> None:
        end = self.now + timedelta(days=lasting_days) if lasting_days else None
        self.reserve(page, self.cards[card], amount, self.revenue, end)

    def hold_minutes(self, page: Books, card: int, seconds: int) -> None:
        for bundle in page.allowances(self.cards[card], PLACES):
            assert bundle.available == self.free(bundle.id) > 0
            self.reserve(page, bundle.id, min(seconds, bundle.available), self.used, None)

    def reserve(self, page: Books, account: UUID, amount: int, credit: UUID, expires_at: datetime | None) -> None:
        key, free = uuid4(), self.free(account)
        answer = page.reserve(account, amount, reservation_id=key, expires_at=expires_at)
        if amount > free:
            assert answer == Insufficient(free)
            return
        assert answer == Reserved(key, amount)
        self.holds.append(Hold(key, account, amount, credit, expires_at))

    def raise_or_lower(self, page: Books, number: int, amount: int) -> None:
        if number >= len(self.holds):
            return
        hold = self.holds[number]
        free = self.free(hold.account)
        answer = page.replace(hold.key, amount)
        if amount - hold.amount > free:
            assert answer == Insufficient(free)
        else:
            assert answer == Reserved(hold.key, amount)
            hold.amount = amount

    def pay(self, page: Books, number: int, amount: int) -> None:
        if number >= len(self.holds):
            return
        hold = self.holds.pop(number)
        paid = min(amount, hold.amount)
        answer = page.post(hold.key, paid, credit_account_id=hold.credit, code="call.charge")
        before = self.posted[hold.account]
        assert answer == Posted(hold.key if paid else None, paid, before, before - paid)
        self.posted[hold.account] -= paid

    def give_back(self, page: Books, number: int) -> None:
        if number < len(self.holds):
            hold = self.holds.pop(number)
            assert page.void(hold.key) == Returned(hold.key, "voided", hold.amount)

    @rule(payer=CARDS, payee=CARDS, amount=st.one_of(st.none(), AMOUNTS))
    def move(self, payer: int, payee: int, amount: int | None) -> None:
        source, target = self.cards[payer], self.cards[payee]
        if source == target:
            return
        free = self.free(source)
        answer = actions.move_credit(source, target, amount, key=str(uuid4()), now=self.now)
        wanted = free if amount is None else amount
        if not wanted or wanted > free:
            assert answer == Insufficient(free)
            return
        assert isinstance(answer, Transferred)
        self.posted[source] -= wanted
        self.posted[target] += wanted

    @rule(card=CARDS, amount=AMOUNTS)
    def refund(self, card: int, amount: int) -> None:
        account = self.cards[card]
        answer = actions.refund_unused(account, amount, key=str(uuid4()), now=self.now)
        self.taken(account, amount, answer)

    @rule(card=CARDS, amount=AMOUNTS, sign=st.sampled_from([1, -1]))
    def correct(self, card: int, amount: int, sign: int) -> None:
        account = self.cards[card]
        answer = actions.adjust(account, sign * amount, reason="correction", key=str(uuid4()), now=self.now)
        if sign > 0:
            assert isinstance(answer, Transferred)
            self.posted[account] += amount
        else:
            self.taken(account, amount, answer)

    def taken(self, account: UUID, amount: int, answer: Transferred | Insufficient) -> None:
        free = self.free(account)
        if amount > free:
            assert answer == Insufficient(free)
        else:
            assert isinstance(answer, Transferred)
            self.posted[account] -= amount

    @precondition(lambda self: any(self.posted.values()))
    @rule(days=st.integers(1, 40))
    def let_time_pass(self, days: int) -> None:
        self.now += timedelta(days=days)
        actions.announce_expiring(self.now)
        expired = actions.expire_due(self.now)
        lapsed = 0
        for account in self.posted:
            left = self.stored(account)
            assert left in {self.posted[account], self.held(account)}, "what lapses is all that nobody holds"
            lapsed += self.posted[account] - left
            self.posted[account] = left
        assert lapsed == expired.credit_micros + expired.allowance_seconds

    @rule()
    def sweep_holds(self) -> None:
        due = [hold for hold in self.holds if hold.expires_at is not None and hold.expires_at <= self.now]
        assert actions.expire_overdue_reservations(self.now) == len(due)
        self.holds = [hold for hold in self.holds if hold not in due]

    def stored(self, account: UUID) -> int:
        if account in self.cards:
            return queries.balance(account).posted_micros
        for card in self.cards:
            for each in queries.allowances(card, now=START - timedelta(days=1)):
                if each.account_id == account:
                    return each.posted_seconds
        return 0

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        for card in getattr(self, "cards", ()):
            balance = queries.balance(card)
            said = balance.posted_micros, balance.held_micros, balance.available_micros
            assert said == (self.posted[card], self.held(card), self.free(card))
            assert balance.available_micros >= 0


def test_no_story_of_calls_moves_refunds_and_lapses_spends_what_another_holds(settings_of_store):
    settings_of_store(credit_valid_days=90, dormant_after_days=60, expiry_notice_days=20)
    run_state_machine_as_test(
        Books3,
        settings=settings(
            max_examples=min(300, max(40, settings().max_examples // 5)),
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
