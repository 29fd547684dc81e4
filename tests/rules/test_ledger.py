"""What the books promise, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.ledger import (
    ACCOUNT_RULES,
    FLOORED_KINDS,
    MAX_AMOUNT_MICROS,
    RESERVATION_RULES,
    AccountFacts,
    AccountKind,
    AmountError,
    NormalSide,
    ReservationFacts,
    account_findings,
    available_micros,
    checked_amount,
    checked_code,
    has_floor,
    normal_side,
    posted_balance_micros,
    reservation_findings,
)


def account(**changes: object) -> AccountFacts:
    sound: dict[str, object] = {
        "account_id": "a",
        "kind": "customer_credit",
        "debits_posted_micros": 300,
        "credits_posted_micros": 1000,
        "held_micros": 200,
        "debits_of_transfers_micros": 300,
        "credits_of_transfers_micros": 1000,
        "open_reservations_micros": 200,
    }
    return AccountFacts(**(sound | changes))


def reservation(**changes: object) -> ReservationFacts:
    sound: dict[str, object] = {
        "reservation_id": "r",
        "account_id": "a",
        "state": "posted",
        "amount_micros": 500,
        "posted_micros": 300,
        "transfers": 1,
        "transferred_micros": 300,
        "transfers_from_account": 1,
    }
    return ReservationFacts(**(sound | changes))


def test_what_is_owed_to_a_customer_is_a_credit_balance():
    assert normal_side(AccountKind.CUSTOMER_CREDIT) is NormalSide.CREDIT
    assert posted_balance_micros(AccountKind.CUSTOMER_CREDIT, 300, 1000) == 700


def test_what_the_gateway_owes_is_a_debit_balance():
    assert normal_side(AccountKind.GATEWAY_CLEARING) is NormalSide.DEBIT
    assert posted_balance_micros(AccountKind.GATEWAY_CLEARING, 1000, 300) == 700


def test_every_kind_has_a_side_and_only_customers_have_a_floor():
    assert {kind for kind in AccountKind if has_floor(kind)} == FLOORED_KINDS == {AccountKind.CUSTOMER_CREDIT}
    assert all(normal_side(kind) in NormalSide for kind in AccountKind)
    assert {normal_side(kind) for kind in FLOORED_KINDS} == {NormalSide.CREDIT}


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_one_transfer_changes_the_sum_of_debit_and_credit_balances_alike(debits, credited, amount):
    grown_debit = posted_balance_micros(AccountKind.GATEWAY_CLEARING, debits + amount, credited)
    grown_credit = posted_balance_micros(AccountKind.CUSTOMER_CREDIT, debits, credited + amount)
    assert grown_debit - posted_balance_micros(AccountKind.GATEWAY_CLEARING, debits, credited) == amount
    assert grown_credit - posted_balance_micros(AccountKind.CUSTOMER_CREDIT, debits, credited) == amount


def test_a_hold_is_taken_off_what_is_available():
    assert available_micros(700, 200) == 500


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT_MICROS + 1])
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
        ({"credits_posted_micros": 1001}, {"totals_equal_transfers"}),
        ({"debits_posted_micros": 299}, {"totals_equal_transfers"}),
        ({"kind": "call_revenue", "held_micros": 0, "open_reservations_micros": 0}, {"totals_equal_transfers"}),
        ({"held_micros": 201}, {"held_equals_open_reservations"}),
        ({"open_reservations_micros": 701, "held_micros": 701}, {"never_below_zero"}),
        ({"debits_of_transfers_micros": 801, "debits_posted_micros": 801}, {"never_below_zero"}),
    ],
)
def test_a_broken_account_is_found_by_the_rule_it_breaks(changes, rules):
    found = list(account_findings([account(), account(account_id="b", **changes)]))
    assert {finding.rule for finding in found} == rules
    assert {finding.subject for finding in found} == {"account b"}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"transfers": 2, "transferred_micros": 600, "transfers_from_account": 2}, {"settlement_matches_transfer"}),
        ({"transfers": 0, "transferred_micros": 0, "transfers_from_account": 0}, {"settlement_matches_transfer"}),
        ({"transferred_micros": 299}, {"settlement_matches_transfer"}),
        ({"transfers_from_account": 0}, {"settlement_matches_transfer"}),
        ({"state": "voided", "posted_micros": None}, {"settlement_matches_transfer"}),
        ({"state": "reserved"}, {"settlement_matches_transfer", "posted_within_hold"}),
        ({"amount_micros": 299}, {"posted_within_hold"}),
    ],
)
def test_a_broken_reservation_is_found_by_the_rule_it_breaks(changes, rules):
    found = list(reservation_findings([reservation(**changes)]))
    assert {finding.rule for finding in found} == rules
    assert all(finding.sentence for finding in found)


def test_a_posting_of_nothing_needs_no_transfer():
    nothing = {"posted_micros": 0, "transfers": 0, "transferred_micros": 0, "transfers_from_account": 0}
    assert not list(reservation_findings([reservation(**nothing)]))


def test_every_rule_says_what_it_holds():
    assert all(rule.__doc__ for rule in (*ACCOUNT_RULES, *RESERVATION_RULES))
