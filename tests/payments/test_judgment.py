"""Every check of the reference, section 1.7: what makes a transaction pay an order, and what keeps it from doing so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.payments.decisions import MismatchReason
from crystalcall.payments.judgment import CLOCK_SLACK, PAID, AttemptFacts, Judgment, judge, next_role
from crystalcall.payments.states import TransactionRole
from crystalcall.payments.values import DeclineReason, Standing, TransactionDetails, Verdict

ISSUED = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
FIRST = AttemptFacts(1, "REF1", 10_000_000, ISSUED)
SECOND = AttemptFacts(2, "REF2", 10_000_000, ISSUED + timedelta(minutes=20))
PAID_BY_FIRST = TransactionDetails(
    trans_id="60001",
    verdict=Verdict.APPROVED,
    standing=Standing.CAPTURED,
    amount=Decimal("10.0"),
    submitted_at=ISSUED + timedelta(minutes=1),
    order_number="ANNA-1",
    ref_id="REF1",
    decline_reason=None,
)


def judged(details=PAID_BY_FIRST, attempts=(FIRST, SECOND), amount_micros=10_000_000, **changes):
    return judge(replace(details, **changes), amount_micros=amount_micros, attempts=attempts)


@pytest.mark.parametrize("standing", sorted(PAID))
def test_an_approved_purchase_that_stands_pays(standing):
    assert judged(standing=standing) == Judgment(TransactionRole.CAPTURED, attempt_id=1)


@pytest.mark.parametrize(
    ("verdict", "standing", "role"),
    [
        (Verdict.HELD, Standing.HELD, TransactionRole.HELD),
        (Verdict.HELD, Standing.CAPTURED, TransactionRole.HELD),
        (Verdict.APPROVED, Standing.HELD, TransactionRole.HELD),
        (Verdict.DECLINED, Standing.DECLINED, TransactionRole.DECLINED),
        (Verdict.DECLINED, Standing.CAPTURED, TransactionRole.DECLINED),
        (Verdict.FAILED, Standing.UNKNOWN, TransactionRole.DECLINED),
        (Verdict.HELD, Standing.DECLINED, TransactionRole.DECLINED),
        (Verdict.APPROVED, Standing.VOIDED, TransactionRole.WITHDRAWN),
        (Verdict.HELD, Standing.VOIDED, TransactionRole.WITHDRAWN),
        (Verdict.APPROVED, Standing.EXPIRED, TransactionRole.WITHDRAWN),
        (Verdict.APPROVED, Standing.IN_BETWEEN, TransactionRole.UNDECIDED),
        (Verdict.APPROVED, Standing.UNKNOWN, TransactionRole.UNDECIDED),
        (Verdict.APPROVED, Standing.CHARGED_BACK, TransactionRole.UNDECIDED),
    ],
)
def test_only_approved_and_standing_together_pay(verdict, standing, role):
    assert judged(verdict=verdict, standing=standing).role is role


@given(st.sampled_from(Verdict), st.sampled_from(Standing), st.booleans())
def test_nothing_but_an_approved_standing_purchase_is_ever_captured(verdict, standing, is_purchase):
    role = judged(verdict=verdict, standing=standing, is_purchase=is_purchase).role
    assert (role is TransactionRole.CAPTURED) == (verdict is Verdict.APPROVED and standing in PAID and is_purchase)


@pytest.mark.parametrize("amount", ["9.99", "10.01", "10.0001", "1000", "0"])
def test_another_amount_is_disputed(amount):
    answer = judged(amount=Decimal(amount))
    assert (answer.role, answer.mismatch) == (TransactionRole.DISPUTED, MismatchReason.OTHER_AMOUNT)


@pytest.mark.parametrize("amount", ["10", "10.0", "10.00", "1E+1"])
def test_the_same_amount_in_any_notation_is_the_same(amount):
    assert judged(amount=Decimal(amount)).role is TransactionRole.CAPTURED


def test_a_reference_that_we_never_issued_is_disputed():
    answer = judged(ref_id="MALLORY")
    assert (answer.role, answer.mismatch) == (TransactionRole.DISPUTED, MismatchReason.OTHER_REFERENCE)


def test_a_transaction_without_a_reference_belongs_to_the_last_form_asked_for_before_it():
    late = SECOND.issued_at + timedelta(minutes=1)
    assert judged(ref_id=None).attempt_id == 1
    assert judged(ref_id=None, submitted_at=late).attempt_id == 2


@pytest.mark.parametrize("ref_id", [None, "REF1"])
def test_a_transaction_older_than_its_form_is_disputed(ref_id):
    just_in = ISSUED - CLOCK_SLACK
    assert judged(ref_id=ref_id, submitted_at=just_in).role is TransactionRole.CAPTURED
    answer = judged(ref_id=ref_id, submitted_at=just_in - timedelta(seconds=1))
    assert (answer.role, answer.mismatch) == (TransactionRole.DISPUTED, MismatchReason.TOO_EARLY)


def test_a_named_form_must_itself_be_older_than_the_transaction():
    assert judged(ref_id="REF2").mismatch is MismatchReason.TOO_EARLY


def test_an_order_that_never_asked_for_a_form_cannot_be_paid():
    assert judged(attempts=()).role is TransactionRole.DISPUTED
    assert judged(attempts=(), ref_id=None).role is TransactionRole.DISPUTED


@pytest.mark.parametrize("verdict", [Verdict.DECLINED, Verdict.FAILED])
def test_a_mismatch_that_moved_no_money_means_nothing(verdict):
    assert judged(verdict=verdict, amount=Decimal("9.99")).role is None


def test_a_refund_is_never_counted_or_disputed():
    answer = judged(is_purchase=False)
    assert (answer.role, answer.mismatch) == (None, MismatchReason.NOT_A_PURCHASE)


def test_a_decline_keeps_its_reason():
    answer = judged(verdict=Verdict.DECLINED, standing=Standing.DECLINED, decline_reason=DeclineReason.ADDRESS)
    assert answer.decline is DeclineReason.ADDRESS


ROLES = [None, *TransactionRole]


@given(st.sampled_from(ROLES), st.sampled_from(list(TransactionRole)), st.booleans())
def test_a_role_never_goes_backward_and_one_payment_is_enough(known, found, paid):
    after = next_role(known, found, is_wanted=not paid)
    if known in {TransactionRole.CAPTURED, TransactionRole.SURPLUS}:
        assert after is known
    elif paid:
        assert after is not TransactionRole.CAPTURED
    if known in {TransactionRole.DECLINED, TransactionRole.WITHDRAWN}:
        assert after not in {TransactionRole.HELD, TransactionRole.UNDECIDED}


def test_held_may_become_captured_or_declined():
    held = TransactionRole.HELD
    assert next_role(held, TransactionRole.CAPTURED, is_wanted=True) is TransactionRole.CAPTURED
    assert next_role(held, TransactionRole.CAPTURED, is_wanted=False) is TransactionRole.SURPLUS
    assert next_role(held, TransactionRole.DECLINED, is_wanted=True) is TransactionRole.DECLINED
