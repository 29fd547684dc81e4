"""The books: what an account is, which sign its balance has, and what an audit asks of it.

The sign convention, stated here and nowhere else: every amount is a positive number of micros; a transfer adds it to
the debits of one account and to the credits of another. An account's balance is counted on its normal side. What the
store owes a caller is a credit balance (credits - debits); what the gateway owes the store is a debit balance (debits -
credits). Exports to other bookkeeping programs turn the sign at their own edge.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNIT_USD_MICROS: Final = "usd_micros"

# A billion dollars: far above any balance of a reseller, far below what 64 bits hold after a century of sums.
MAX_AMOUNT_MICROS: Final = 10**15

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")


class AccountKind(StrEnum):
    """What an account stands for; the kind decides its normal side and whether it may fall below zero."""

    CUSTOMER_CREDIT = "customer_credit"
    GATEWAY_CLEARING = "gateway_clearing"
    CALL_REVENUE = "call_revenue"
    ADJUSTMENTS = "adjustments"


class NormalSide(StrEnum):
    """The side on which an account's balance grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class ReservationState(StrEnum):
    """A reservation is made once and settled once; the three endings are final."""

    RESERVED = "reserved"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


SETTLED_STATES: Final = frozenset({ReservationState.POSTED, ReservationState.VOIDED, ReservationState.EXPIRED})

# Only these may be reserved on, keep running totals and can never fall below zero; they are credit-normal, because the
# database's own guard says "credits cover debits and holds". All other kinds belong to the store itself: their balance
# is the sum of their transfers, so that no two callers ever wait for each other on a row of the store's.
FLOORED_KINDS: Final = frozenset({AccountKind.CUSTOMER_CREDIT})

_NORMAL_SIDES: Final = {
    AccountKind.CUSTOMER_CREDIT: NormalSide.CREDIT,
    AccountKind.GATEWAY_CLEARING: NormalSide.DEBIT,
    AccountKind.CALL_REVENUE: NormalSide.CREDIT,
    AccountKind.ADJUSTMENTS: NormalSide.DEBIT,
}


class AmountError(ValueError):
    """An amount or a code that the books cannot hold: a mistake in the program, never a customer's."""


def normal_side(kind: AccountKind) -> NormalSide:
    """The side on which this kind's balance grows."""
    return _NORMAL_SIDES[kind]


def has_floor(kind: AccountKind) -> bool:
    """Whether an account of this kind may never promise more than it holds."""
    return kind in FLOORED_KINDS


def posted_balance_micros(kind: AccountKind, debits_posted_micros: int, credits_posted_micros: int) -> int:
    """The balance on the account's normal side; holds are not taken off."""
    if normal_side(kind) is NormalSide.CREDIT:
        return credits_posted_micros - debits_posted_micros
    return debits_posted_micros - credits_posted_micros


def available_micros(posted_micros: int, held_micros: int) -> int:
    """What may still be spent or reserved: the posted balance without what open reservations hold."""
    return posted_micros - held_micros


def checked_amount(amount_micros: int, *, least: int = 1) -> int:
    """The amount itself. Raises AmountError where it is below `least` or beyond what the books hold."""
    if not least <= amount_micros <= MAX_AMOUNT_MICROS:
        raise AmountError(f"{amount_micros} micros is not between {least} and {MAX_AMOUNT_MICROS}")
    return amount_micros


def checked_code(code: str) -> str:
    """The code itself. Raises AmountError unless it is a short lower-case word such as "call.charge"."""
    if not _CODE.fullmatch(code):
        raise AmountError(f"{code!r} is not a transfer code: a lower-case word of at most 40 characters")
    return code


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the books that cannot be: which rule found it, on what, and the sentence for the operator."""

    rule: str
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account's row beside what its transfers and reservations say, all read in one moment."""

    account_id: str
    kind: str
    debits_posted_micros: int
    credits_posted_micros: int
    held_micros: int
    debits_of_transfers_micros: int
    credits_of_transfers_micros: int
    open_reservations_micros: int


@dataclass(frozen=True, slots=True)
class ReservationFacts:
    """A reservation's row beside the transfers that name it, all read in one moment."""

    reservation_id: str
    account_id: str
    state: str
    amount_micros: int
    posted_micros: int | None
    transfers: int
    transferred_micros: int
    transfers_from_account: int


def kind_is_known(facts: AccountFacts) -> str | None:
    """Every account is of a kind whose rules are written here."""
    return None if facts.kind in set(AccountKind) else f"its kind {facts.kind!r} is unknown"


def totals_equal_transfers(facts: AccountFacts) -> str | None:
    """Running totals say what the transfers say; an account of the store's keeps none."""
    floored = facts.kind in FLOORED_KINDS
    debits = facts.debits_of_transfers_micros if floored else 0
    credit = facts.credits_of_transfers_micros if floored else 0
    if (facts.debits_posted_micros, facts.credits_posted_micros) == (debits, credit):
        return None
    return (
        f"its totals are {facts.debits_posted_micros} debits and {facts.credits_posted_micros} credits, "
        f"its transfers give {debits} and {credit}"
    )


def held_equals_open_reservations(facts: AccountFacts) -> str | None:
    """What is held is exactly what open reservations hold."""
    if facts.held_micros == facts.open_reservations_micros:
        return None
    return f"it holds {facts.held_micros}, its open reservations {facts.open_reservations_micros}"


def never_below_zero(facts: AccountFacts) -> str | None:
    """No floored account has promised or paid more than its transfers brought in."""
    if facts.kind not in FLOORED_KINDS:
        return None
    kind = AccountKind(facts.kind)
    posted = posted_balance_micros(kind, facts.debits_of_transfers_micros, facts.credits_of_transfers_micros)
    left = available_micros(posted, facts.open_reservations_micros)
    return None if left >= 0 else f"{-left} micros more are spent or held than were ever paid in"


def settlement_matches_transfer(facts: ReservationFacts) -> str | None:
    """A posted reservation has the one transfer of its amount from its own account; any other has none."""
    posted = facts.posted_micros if facts.state == ReservationState.POSTED else 0
    wanted = 1 if posted else 0
    if (facts.transfers, facts.transfers_from_account, facts.transferred_micros) == (wanted, wanted, posted or 0):
        return None
    return (
        f"it is {facts.state} with {posted or 0} micros, but {facts.transfers} transfers of together "
        f"{facts.transferred_micros} micros name it, {facts.transfers_from_account} of them from its account"
    )


def posted_within_hold(facts: ReservationFacts) -> str | None:
    """A charge never exceeds its hold, and only a posted reservation has one."""
    if facts.state == ReservationState.POSTED:
        fits = facts.posted_micros is not None and 0 <= facts.posted_micros <= facts.amount_micros
    else:
        fits = facts.posted_micros is None
    return None if fits else f"it is {facts.state}, holds {facts.amount_micros} and has posted {facts.posted_micros}"


ACCOUNT_RULES: Final[tuple[Callable[[AccountFacts], str | None], ...]] = (
    kind_is_known,
    totals_equal_transfers,
    held_equals_open_reservations,
    never_below_zero,
)
RESERVATION_RULES: Final[tuple[Callable[[ReservationFacts], str | None], ...]] = (
    settlement_matches_transfer,
    posted_within_hold,
)


def account_findings(all_facts: Iterable[AccountFacts]) -> Iterator[Finding]:
    """What the account rules find, account by account."""
    for facts in all_facts:
        for rule in ACCOUNT_RULES:
            sentence = rule(facts)
            if sentence is not None:
                yield Finding(rule.__name__, f"account {facts.account_id}", sentence)


def reservation_findings(all_facts: Iterable[ReservationFacts]) -> Iterator[Finding]:
    """What the reservation rules find, reservation by reservation."""
    for facts in all_facts:
        for rule in RESERVATION_RULES:
            sentence = rule(facts)
            if sentence is not None:
                yield Finding(rule.__name__, f"reservation {facts.reservation_id}", sentence)
