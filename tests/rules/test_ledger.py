"""What the books promise, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.ledger import (
    ACCOUNT_RULES,
    FLOORED_KINDS,
    MAX_AMOUNT,
    RESERVATION_RULES,
    AccountFacts,
    AccountKind,
    AmountError,
    NormalSide,
    ReservationFacts,
    account_findings,
    checked_amount,
    checked_code,
    has_floor,
    normal_side,
    posted_balance,
    reservation_findings,
    unit_of,
)


def account(**changes: object) -> AccountFacts:
    sound: dict[str, object] = {
        "account_id": "a",
        "kind": "customer_credit",
        "unit": "usd_micros",
        "debits_posted": 300,
        "credits_posted": 1000,
        "held": 200,
        "debits_of_transfers": 300,
        "credits_of_transfers": 1000,
        "open_reservations": 200,
    }
    return AccountFacts(**(sound | changes))


def reservation(**changes: object) -> ReservationFacts:
    sound: dict[str, object] = {
        "reservation_id": "r",
        "account_id": "a",
        "state": "posted",
        "amount": 500,
        "posted": 300,
        "transfers": 1,
        "transferred": 300,
        "transfers_from_account": 1,
    }
    return ReservationFacts(**(sound | changes))


def test_what_is_owed_to_a_customer_is_a_credit_balance():
    assert normal_side(AccountKind.CUSTOMER_CREDIT) is NormalSide.CREDIT
    assert posted_balance(AccountKind.CUSTOMER_CREDIT, 300, 1000) == 700


def test_what_the_gateway_owes_is_a_debit_balance():
    assert normal_side(AccountKind.GATEWAY_CLEARING) is NormalSide.DEBIT
    assert posted_balance(AccountKind.GATEWAY_CLEARING, 1000, 300) == 700


def test_every_kind_has_its_side_and_its_unit_and_only_customers_have_a_floor():
    debit, credit, seconds = NormalSide.DEBIT, NormalSide.CREDIT, "seconds"
    assert {kind.value: (normal_side(kind), unit_of(kind)) for kind in AccountKind} == {
        "customer_credit": (credit, "usd_micros"),
        "customer_allowance": (credit, seconds),
        "gateway_clearing": (debit, "usd_micros"),
        "gateway_fees": (debit, "usd_micros"),
        "sales": (credit, "usd_micros"),
        "refunds": (credit, "usd_micros"),
        "call_revenue": (credit, "usd_micros"),
        "carrier_cost": (debit, "usd_micros"),
        "carrier_payable": (credit, "usd_micros"),
        "adjustments": (debit, "usd_micros"),
        "breakage": (credit, "usd_micros"),
        "allowances_issued": (debit, seconds),
        "allowances_used": (credit, seconds),
        "allowance_breakage": (credit, seconds),
    }
    floored = {AccountKind.CUSTOMER_CREDIT, AccountKind.CUSTOMER_ALLOWANCE}
    assert {kind for kind in AccountKind if has_floor(kind)} == FLOORED_KINDS == floored
    assert {normal_side(kind) for kind in FLOORED_KINDS} == {NormalSide.CREDIT}


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_one_transfer_changes_the_sum_of_debit_and_credit_balances_alike(debits, credited, amount):
    grown_debit = posted_balance(AccountKind.GATEWAY_CLEARING, debits + amount, credited)
    grown_credit = posted_balance(AccountKind.CUSTOMER_CREDIT, debits, credited + amount)
    assert grown_debit - posted_balance(AccountKind.GATEWAY_CLEARING, debits, credited) == amount
    assert grown_credit - posted_balance(AccountKind.CUSTOMER_CREDIT, debits, credited) == amount


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
def test_an_amount_that_is_no_amount_is_refused(amount):
    with pytest.raises(AmountError, match="is not between 1 and"):
        checked_amount(amount)


def test_nothing_may_be_held_but_not_less():
    assert checked_amount(0, least=0) == 0
    with pytest.raises(AmountError):
        checked_amount(-1, least=0)


@pytest.mark.parametrize("code", ["", "Sale", "a sale", 'call"', "call\ncharge", "1st", "x" * 41, "выручка"])
def test_a_code_that_is_no_word_is_refused(code):
    with pytest.raises(AmountError, match="is not a transfer code"):
        checked_code(code)


def test_a_sound_account_and_a_sound_reservation_give_no_finding():
    assert not list(account_findings([account()]))
    assert not list(reservation_findings([reservation()]))


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"kind": "piggy_bank"}, {"kind_is_known", "totals_equal_transfers"}),
        ({"unit": "seconds"}, {"unit_is_of_its_kind"}),
        ({"kind": "customer_allowance"}, {"unit_is_of_its_kind"}),
        ({"credits_posted": 1001}, {"totals_equal_transfers"}),
        ({"debits_posted": 299}, {"totals_equal_transfers"}),
        ({"kind": "call_revenue", "held": 0, "open_reservations": 0}, {"totals_equal_transfers"}),
        ({"held": 201}, {"held_equals_open_reservations"}),
        ({"open_reservations": 701, "held": 701}, {"never_below_zero"}),
        ({"debits_of_transfers": 801, "debits_posted": 801}, {"never_below_zero"}),
    ],
)
def test_a_broken_account_is_found_by_the_rule_it_breaks(changes, rules):
    found = list(account_findings([account(), account(account_id="b", **changes)]))
    assert {finding.rule for finding in found} == rules
    assert {finding.subject for finding in found} == {"account b"}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"transfers": 2, "transferred": 600, "transfers_from_account": 2}, {"settlement_matches_transfer"}),
        ({"transfers": 0, "transferred": 0, "transfers_from_account": 0}, {"settlement_matches_transfer"}),
        ({"transferred": 299}, {"settlement_matches_transfer"}),
        ({"transfers_from_account": 0}, {"settlement_matches_transfer"}),
        ({"state": "voided", "posted": None}, {"settlement_matches_transfer"}),
        ({"state": "reserved"}, {"settlement_matches_transfer", "posted_within_hold"}),
        ({"amount": 299}, {"posted_within_hold"}),
    ],
)
def test_a_broken_reservation_is_found_by_the_rule_it_breaks(changes, rules):
    found = list(reservation_findings([reservation(**changes)]))
    assert {finding.rule for finding in found} == rules
    assert all(finding.sentence for finding in found)


def test_a_posting_of_nothing_needs_no_transfer():
    nothing = {"posted": 0, "transfers": 0, "transferred": 0, "transfers_from_account": 0}
    assert not list(reservation_findings([reservation(**nothing)]))


def test_every_rule_says_what_it_holds():
    assert all(rule.__doc__ for rule in (*ACCOUNT_RULES, *RESERVATION_RULES))
