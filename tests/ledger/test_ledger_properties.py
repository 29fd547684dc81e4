"""Whatever is asked of the books in whatever order, they agree with a model of five lines and the audit stays clean."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from beancount import loader
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crystalcall.minutes.ledger import actions, queries
from crystalcall.minutes.ledger.values import (
    AlreadySettled,
    Balance,
    Insufficient,
    LedgerContradictionError,
    Posted,
    Posting,
    Reserved,
    Returned,
    Transferred,
)
from crystalcall.rules.ledger import AccountKind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
AMOUNTS = st.integers(1, 1000)
ACCOUNTS = st.integers(0, 2)
RESERVATIONS = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay_in"), ACCOUNTS, AMOUNTS),
        st.tuples(st.just("move"), ACCOUNTS, ACCOUNTS, AMOUNTS),
        st.tuples(st.just("reserve"), RESERVATIONS, ACCOUNTS, st.integers(0, 1000)),
        st.tuples(st.just("replace"), RESERVATIONS, st.integers(0, 1500)),
        st.tuples(st.just("post"), RESERVATIONS, st.integers(0, 1000)),
        st.tuples(st.just("void"), RESERVATIONS),
        st.tuples(st.just("expire"), RESERVATIONS),
    ),
    max_size=40,
)


@dataclass
class Hold:
    """What the model knows of a reservation."""

    reservation_id: UUID
    account: int
    requested: int
    amount: int
    ending: tuple[str, int] | None = None


@dataclass
class Model:
    """The books as anybody would keep them on paper, beside the real ones."""

    ids: list[UUID]
    clearing: UUID
    revenue: UUID
    posted: list[int] = field(default_factory=lambda: [0, 0, 0])
    holds: dict[int, Hold] = field(default_factory=dict)
    facts: int = 0

    def held(self, account: int) -> int:
        return sum(hold.amount for hold in self.holds.values() if hold.account == account and not hold.ending)

    def free(self, account: int) -> int:
        return self.posted[account] - self.held(account)

    def transfer(self, debit: UUID, credit: UUID, amount: int) -> Transferred | Insufficient:
        self.facts += 1
        posting = Posting(debit, credit, amount, "test.move", f"fact:{self.facts}")
        answer = actions.transfer(posting, now=NOW)
        if isinstance(answer, Transferred):
            assert actions.transfer(posting, now=NOW) == answer
        return answer

    def pay_in(self, account: int, amount: int) -> None:
        assert isinstance(self.transfer(self.clearing, self.ids[account], amount), Transferred)
        self.posted[account] += amount

    def move(self, payer: int, payee: int, amount: int) -> None:
        if payer == payee:
            with pytest.raises(LedgerContradictionError), transaction.atomic():
                self.transfer(self.ids[payer], self.ids[payee], amount)
            return
        free = self.free(payer)
        answer = self.transfer(self.ids[payer], self.ids[payee], amount)
        if amount > free:
            assert answer == Insufficient(free)
            return
        self.posted[payer] -= amount
        self.posted[payee] += amount

    def reserve(self, number: int, account: int, amount: int) -> None:
        known, free = self.holds.get(number), self.free(account)
        if known and (known.account, known.requested) != (account, amount):
            with pytest.raises(LedgerContradictionError), transaction.atomic():
                actions.reserve(self.ids[account], amount, key=f"hold:{number}", now=NOW)
            return
        answer = actions.reserve(self.ids[account], amount, key=f"hold:{number}", now=NOW)
        if known:
            assert answer == Reserved(known.reservation_id, amount)
        elif amount > free:
            assert answer == Insufficient(free)
        else:
            assert isinstance(answer, Reserved)
            self.holds[number] = Hold(answer.reservation_id, account, amount, amount)

    def replace(self, number: int, amount: int) -> None:
        if not (hold := self.holds.get(number)):
            return
        free = self.free(hold.account)
        answer = actions.replace_reservation(hold.reservation_id, amount, now=NOW)
        if hold.ending:
            assert answer == AlreadySettled(*hold.ending)
        elif amount - hold.amount > free:
            assert answer == Insufficient(free)
        else:
            assert answer == Reserved(hold.reservation_id, amount)
            hold.amount = amount

    def post(self, number: int, amount: int) -> None:
        if not (hold := self.holds.get(number)):
            return
        ask = {"credit_account_id": self.revenue, "code": "call.charge", "now": NOW}
        if not hold.ending and amount > hold.amount:
            with pytest.raises(LedgerContradictionError), transaction.atomic():
                actions.post_reservation(hold.reservation_id, amount, **ask)
            return
        answer = actions.post_reservation(hold.reservation_id, amount, **ask)
        if not hold.ending:
            before = self.posted[hold.account]
            assert (answer.amount, answer.balance_before) == (amount, before)
            assert answer.balance_after == before - amount
            self.posted[hold.account] -= amount
            hold.ending = ("posted", amount)
            assert actions.post_reservation(hold.reservation_id, amount, **ask) == answer
        elif hold.ending == ("posted", amount):
            assert isinstance(answer, Posted)
        else:
            assert answer == AlreadySettled(*hold.ending)

    def void(self, number: int) -> None:
        self.give_back(number, "voided", actions.void_reservation)

    def expire(self, number: int) -> None:
        self.give_back(number, "expired", actions.expire_reservation)

    def give_back(self, number, ending, action) -> None:
        if not (hold := self.holds.get(number)):
            return
        answer = action(hold.reservation_id, now=NOW)
        if hold.ending in {None, (ending, 0)}:
            assert answer == Returned(hold.reservation_id, ending, hold.amount)
            hold.ending = (ending, 0)
        else:
            assert answer == AlreadySettled(*hold.ending)

    def agrees(self) -> None:
        for account, account_id in enumerate(self.ids):
            expected = Balance(self.posted[account], self.held(account), self.free(account))
            assert queries.balance(account_id) == expected
            assert expected.available_micros >= 0


def new_books() -> Model:
    ids = [actions.open_account(AccountKind.CUSTOMER_CREDIT, key=f"card:{number}", now=NOW) for number in range(3)]
    system = (AccountKind.GATEWAY_CLEARING, AccountKind.CALL_REVENUE)
    return Model(ids, *(actions.system_account(kind, now=NOW) for kind in system))


def play(steps) -> Model:
    model = new_books()
    for name, *arguments in steps:
        getattr(model, name)(*arguments)
        model.agrees()
    return model


@given(STEPS)
def test_the_books_agree_with_the_model_after_every_step_and_the_audit_stays_clean(steps):
    with transaction.atomic():
        model = play(steps)
        assert queries.audit() == []
        paid = sum(hold.ending[1] for hold in model.holds.values() if hold.ending)
        assert queries.balance(model.revenue).posted_micros == paid
        assert queries.balance(model.clearing).posted_micros == sum(model.posted) + paid
        transaction.set_rollback(True)


@settings(max_examples=15)
@given(STEPS)
def test_beancount_agrees_with_any_books(steps):
    with transaction.atomic():
        play(steps)
        _, errors, _ = loader.load_string("\n".join(queries.beancount_lines()))
        assert not errors
        transaction.set_rollback(True)
