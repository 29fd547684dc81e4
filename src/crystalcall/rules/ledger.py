"""The books: what an account is, which sign its balance has, and what an audit asks of it.

The sign convention, stated here and nowhere else: every amount is a positive number in the unit of its accounts; a
transfer adds it to the debits of one account and to the credits of another. An account's balance is counted on its
normal side. What the store owes a caller is a credit balance (credits - debits); what the gateway owes the store is a
debit balance (debits - credits). Exports to other bookkeeping programs turn the sign at their own edge.

There are two units, and no transfer goes from one to the other: money in micros of a dollar, and minutes that were
bought by the minute, in seconds.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNIT_USD_MICROS: Final = "usd_micros"
UNIT_SECONDS: Final = "seconds"
UNITS: Final = (UNIT_SECONDS, UNIT_USD_MICROS)

# A billion dollars, or 30 million years: far above any balance, far below what 64 bits hold after a century of sums.
MAX_AMOUNT: Final = 10**15

_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_COVERAGE = re.compile(r"[a-z]{2}-(?:landline|mobile|\*)")

CODE_CALL_CHARGE: Final = "call.charge"
CODE_CALL_MINUTES: Final = "call.minutes"
# Nearly all transfers are these, and what they credit is the store's: the books keep no index of it.
CALL_CODES: Final = (CODE_CALL_CHARGE, CODE_CALL_MINUTES)
CODE_PAID: Final = "order.paid"
CODE_PAID_TWICE: Final = "order.paid_twice"
CODE_OWED_BACK: Final = "order.owed_back"
CODE_SOLD: Final = "order.sale"
CODE_MARGIN: Final = "order.margin"
CODE_MINUTES_GRANTED: Final = "minutes.granted"
CODE_MOVED: Final = "card.move"
CODE_REFUNDED: Final = "card.refund"
CODE_ADJUSTED: Final = "adjust.{reason}"
CODE_CARRIER_COST: Final = "carrier.cost"
CODE_CREDIT_EXPIRED: Final = "credit.expired"
CODE_CREDIT_DORMANT: Final = "credit.dormant"
CODE_MINUTES_EXPIRED: Final = "minutes.expired"


class AccountKind(StrEnum):
    """What an account stands for; the kind decides its unit, its normal side and whether it may fall below zero."""

    CUSTOMER_CREDIT = "customer_credit"
    """Credit that was bought and not yet used: the store owes it."""
    CUSTOMER_ALLOWANCE = "customer_allowance"
    """Minutes that were bought for one group of destinations and not yet used, in seconds."""
    GATEWAY_CLEARING = "gateway_clearing"
    """What the gateway has taken from buyers and owes the store."""
    GATEWAY_FEES = "gateway_fees"
    """What the gateway keeps for itself."""
    SALES = "sales"
    """Orders that are paid and not yet delivered: the store owes the delivery."""
    REFUNDS = "refunds"
    """What is to be paid back to buyers."""
    CALL_REVENUE = "call_revenue"
    """What calls brought in."""
    CARRIER_COST = "carrier_cost"
    """What carriers charge for those calls."""
    CARRIER_PAYABLE = "carrier_payable"
    """What the store owes one carrier."""
    ADJUSTMENTS = "adjustments"
    """What an operator gave or took by hand, with a reason."""
    BREAKAGE = "breakage"
    """Credit that expired unused."""
    ALLOWANCES_ISSUED = "allowances_issued"
    """Seconds given out to customers."""
    ALLOWANCES_USED = "allowances_used"
    """Seconds that were talked."""
    ALLOWANCE_BREAKAGE = "allowance_breakage"
    """Seconds that expired unused."""


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
FLOORED_KINDS: Final = frozenset({AccountKind.CUSTOMER_CREDIT, AccountKind.CUSTOMER_ALLOWANCE})

SECONDS_KINDS: Final = frozenset(
    {
        AccountKind.CUSTOMER_ALLOWANCE,
        AccountKind.ALLOWANCES_ISSUED,
        AccountKind.ALLOWANCES_USED,
        AccountKind.ALLOWANCE_BREAKAGE,
    }
)

_DEBIT_KINDS: Final = frozenset(
    {
        AccountKind.GATEWAY_CLEARING,
        AccountKind.GATEWAY_FEES,
        AccountKind.CARRIER_COST,
        AccountKind.ADJUSTMENTS,
        AccountKind.ALLOWANCES_ISSUED,
    }
)


class AmountError(ValueError):
    """An amount or a code that the books cannot hold: a mistake in the program, never a customer's."""


def normal_side(kind: AccountKind) -> NormalSide:
    """The side on which this kind's balance grows: what is owed to the store is a debit, what it owes a credit."""
    return NormalSide.DEBIT if kind in _DEBIT_KINDS else NormalSide.CREDIT


def unit_of(kind: AccountKind) -> str:
    """What an account of this kind counts: `UNIT_USD_MICROS` or `UNIT_SECONDS`."""
    return UNIT_SECONDS if kind in SECONDS_KINDS else UNIT_USD_MICROS


def has_floor(kind: AccountKind) -> bool:
    """Whether an account of this kind may never promise more than it holds."""
    return kind in FLOORED_KINDS


def posted_balance(kind: AccountKind, debits_posted: int, credits_posted: int) -> int:
    """The balance on the account's normal side, in its unit; holds are not taken off."""
    if normal_side(kind) is NormalSide.CREDIT:
        return credits_posted - debits_posted
    return debits_posted - credits_posted


def checked_amount(amount: int, *, least: int = 1) -> int:
    """The amount itself. Raises AmountError where it is below `least` or beyond what the books hold."""
    if not least <= amount <= MAX_AMOUNT:
        raise AmountError(f"{amount} is not between {least} and {MAX_AMOUNT}")
    return amount


def checked_code(code: str) -> str:
    """The code itself. Raises AmountError unless it is a short lower-case word such as "call.charge"."""
    if not _CODE.fullmatch(code):
        raise AmountError(f"{code!r} is not a transfer code: a lower-case word of at most 40 characters")
    return code


def checked_word(word: str) -> str:
    """The word itself. Raises AmountError unless it is one short lower-case word such as "goodwill"."""
    if not _WORD.fullmatch(word):
        raise AmountError(f"{word!r} is not a lower-case word of at most 32 characters")
    return word


def checked_coverage(coverage: str) -> str:
    """The coverage itself. Raises AmountError unless it names a country and its landlines, mobiles or both."""
    if not _COVERAGE.fullmatch(coverage):
        raise AmountError(f'{coverage!r} is not a coverage such as "ru-landline", "ru-mobile" or "ru-*"')
    return coverage


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the books that cannot be: which rule found it, on what, and the sentence for the operator."""

    rule: str
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account's row beside what its transfers and reservations say, all read in one moment; in its own unit.

    Its id is anything that says which it is.
    """

    account_id: object
    kind: str
    unit: str
    debits_posted: int
    credits_posted: int
    held: int
    debits_of_transfers: int
    credits_of_transfers: int
    open_reservations: int


@dataclass(frozen=True, slots=True)
class ReservationFacts:
    """A reservation's row beside the transfers that name it, all read in one moment; in its account's unit.

    Ids are anything that says which they are.
    """

    reservation_id: object
    account_id: object
    state: str
    amount: int
    posted: int | None
    transfers: int
    transferred: int
    transfers_from_account: int


def kind_is_known(facts: AccountFacts) -> str | None:
    """Every account is of a kind whose rules are written here."""
    return None if facts.kind in _KIND_WORDS else f"its kind {facts.kind!r} is unknown"


def unit_is_of_its_kind(facts: AccountFacts) -> str | None:
    """An account counts what its kind counts."""
    if facts.kind not in _KIND_WORDS or facts.unit == unit_of(AccountKind(facts.kind)):
        return None
    return f"it is counted in {facts.unit}, its kind {facts.kind} in {unit_of(AccountKind(facts.kind))}"


def totals_equal_transfers(facts: AccountFacts) -> str | None:
    """Running totals say what the transfers say; an account of the store's keeps none."""
    floored = facts.kind in FLOORED_KINDS
    debits = facts.debits_of_transfers if floored else 0
    credit = facts.credits_of_transfers if floored else 0
    if (facts.debits_posted, facts.credits_posted) == (debits, credit):
        return None
    return (
        f"its totals are {facts.debits_posted} debits and {facts.credits_posted} credits, "
        f"its transfers give {debits} and {credit}"
    )


def held_equals_open_reservations(facts: AccountFacts) -> str | None:
    """What is held is exactly what open reservations hold."""
    if facts.held == facts.open_reservations:
        return None
    return f"it holds {facts.held}, its open reservations {facts.open_reservations}"


def never_below_zero(facts: AccountFacts) -> str | None:
    """No floored account has promised or paid more than its transfers brought in."""
    if facts.kind not in FLOORED_KINDS:
        return None
    left = facts.credits_of_transfers - facts.debits_of_transfers - facts.open_reservations
    return None if left >= 0 else f"{-left} {facts.unit} more are spent or held than were ever paid in"


def settlement_matches_transfer(facts: ReservationFacts) -> str | None:
    """A posted reservation has the one transfer of its amount from its own account; any other has none."""
    posted = facts.posted if facts.state == ReservationState.POSTED else 0
    wanted = 1 if posted else 0
    if (facts.transfers, facts.transfers_from_account, facts.transferred) == (wanted, wanted, posted or 0):
        return None
    return (
        f"it is {facts.state} with {posted or 0}, but {facts.transfers} transfers of together "
        f"{facts.transferred} name it, {facts.transfers_from_account} of them from its account"
    )


def posted_within_hold(facts: ReservationFacts) -> str | None:
    """A charge never exceeds its hold, and only a posted reservation has one."""
    if facts.state == ReservationState.POSTED:
        fits = facts.posted is not None and 0 <= facts.posted <= facts.amount
    else:
        fits = facts.posted is None
    return None if fits else f"it is {facts.state}, holds {facts.amount} and has posted {facts.posted}"


_KIND_WORDS: Final = frozenset(kind.value for kind in AccountKind)

ACCOUNT_RULES: Final[tuple[Callable[[AccountFacts], str | None], ...]] = (
    kind_is_known,
    unit_is_of_its_kind,
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
