"""One page of calls: all that a batch of messages asks for, read by a few statements, and all that it changes.

The order of locks, for all: what a wrong PIN counts (in the room of PINs), then ledger accounts by id, then
(for calls to ranges of risk alone) the shop's count of them. Whatever is told
of a call is decided under its account's lock, so what is read after it cannot change before the page is written; what
is read before it (which calls are known, and whose they are) is never changed by anybody. Calls that nobody pays for
are held together by their primary key alone: who comes second finds it taken and begins again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from crystalcall.minutes.calls.engine import rows
from crystalcall.minutes.calls.engine.facts import NOTHING_DONE, Spent, Windows
from crystalcall.minutes.calls.engine.identity import Told, allowance_reservation_id
from crystalcall.minutes.calls.engine.live import Entry, LiveCall, PastCall
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, BatchConflict, Extend
from crystalcall.minutes.calls.engine.offers import NOTHING, Offers, offers_for
from crystalcall.minutes.ledger.actions import system_account
from crystalcall.minutes.ledger.books import Books, OpenAccount
from crystalcall.minutes.limits.actions import guard_shop_risk
from crystalcall.minutes.limits.queries import guards, limits_of, risk_ranges
from crystalcall.minutes.pins.actions import Origin, PinAccepted, TypedPin, check_pins
from crystalcall.minutes.pins.queries import blocked_accounts
from crystalcall.minutes.rates.queries import current_deck
from crystalcall.plumbing.settings import current
from crystalcall.rules.calls import GrantLimits, Priced
from crystalcall.rules.fairness import FairnessRule
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.limits import DayFacts, Limits, stricter
from crystalcall.rules.numbering import CLOSED_LINES, Number

_UNLIMITED: Final = Limits()


class Seats:
    """What a page knows of one account: its running calls by seat, its limits and what it has done lately."""

    __slots__ = ("calls", "decks", "limits", "spent")

    def __init__(self) -> None:
        self.calls: dict[int, LiveCall] = {}
        self.decks: tuple[int, ...] = ()
        self.limits = _UNLIMITED
        self.spent: Spent | None = None


class Page:
    """What a batch reads and changes; opened inside a transaction, and written at its end or not at all.

    ``may_dial`` is False where the privacy gate has just refused that carriers get numbers: then nothing is granted.
    """

    def __init__(self, now: datetime, *, may_dial: bool) -> None:
        self.now = now
        self.may_dial = may_dial
        self.settings = current()
        self.guards = guards()
        self.blocked: frozenset[UUID] = frozenset()
        self.risks = risk_ranges()
        self.fairness_rule = FairnessRule(self.settings.fair_short_call_seconds, self.settings.fair_failed_call_seconds)
        self.windows = Windows(now)
        self.revenue_id = system_account(AccountKind.CALL_REVENUE, now=now)
        self.used_minutes_id = system_account(AccountKind.ALLOWANCES_USED, now=now)
        self.books: Books
        self.written = rows.Written()
        self.steps: dict[rows.StepKey, tuple[bytes, str]] = {}
        # By the number of the call's id: hashing an id itself takes longer than all that is done with it.
        self._entries: dict[int, Entry] = {}
        self._accounts: dict[UUID, Seats] = {}
        self._deck_id = 0
        self._counts_calls = False
        self._shop_risk_calls: int | None = None
        self._risky_granted = 0

    @classmethod
    def open(cls, told: Sequence[Told], now: datetime, *, may_dial: bool) -> "Page":
        """Read and lock what these messages concern. Errors: BatchConflict where it changed meanwhile."""
        rows.ask_by_key()
        page = cls(now, may_dial=may_dial)
        new, others = page._sorted_out(told)
        _check_pins(new, now)
        asking = {one.entry.card.account_id for one in new if isinstance(one.entry.card, PinAccepted)}
        page._open_books(asking, others)
        page._read_running()
        page._read_past(others)
        page._read_terms(asking)
        longer = {live.account_id for one in others if (live := one.entry.live) and isinstance(one.message, Extend)}
        page._read_limits(asking | longer, new)
        page.blocked = blocked_accounts(longer)
        return page

    def account(self, account_id: UUID) -> OpenAccount:
        """The money account, as the entries so far leave it."""
        return self.books.account(account_id)

    def seats(self, account_id: UUID) -> Seats:
        """The running calls of an account, its limits and promises."""
        return self._accounts[account_id]

    def offers(self, number: Number, seats: Seats) -> Offers:
        """What may price a call to this number for this account."""
        offers = offers_for(number.digits, self._deck_id, seats.decks)
        if number.line_type in CLOSED_LINES and any(
            offer.destination.line_type is not number.line_type for offer in offers.offers
        ):
            # A deck without a price for such numbers would sell them at that of the country's landlines.
            return NOTHING
        return offers

    def priced(self, live: LiveCall, allowance_seconds: int) -> Priced:
        """What prices a running call with so many bundled seconds."""
        return live.offers.priced(live.answered_at or self.now, self.settings.store_time_zone, allowance_seconds)

    def facts(self, seats: Seats, *, is_risky: bool, without: LiveCall | None = None) -> DayFacts:
        """What the account has done lately, as far as any limit asks for it."""
        if not seats.calls and seats.spent is None and not is_risky:
            return NOTHING_DONE
        running = [live for live in seats.calls.values() if live is not without]
        shop = self._shop_risk() if is_risky else 0
        return self.windows.facts(seats.spent or Spent(), running, shop)

    def seat(self, seats: Seats, live: LiveCall, entry: Entry) -> None:
        """Let a granted call run."""
        entry.live = live
        seats.calls[live.seat] = live
        self._risky_granted += live.is_risky

    def over(self, live: LiveCall, past: PastCall, entry: Entry) -> None:
        """Take a call off its seat."""
        entry.live, entry.past = None, past
        seats = self._accounts[live.account_id]
        del seats.calls[live.seat]
        if self._counts_calls:
            if seats.spent is None:
                seats.spent = Spent()
            self.windows.add_over(seats.spent, live, past.ended.charge_micros)
        if not live.is_new:
            self.written.released.append((live.account_id, live.id))

    def write(self) -> None:
        """Enter everything. Errors: BatchConflict, IntegrityError."""
        self.written.write(self._running())
        self.books.write()

    def _running(self) -> Iterator[LiveCall]:
        for seats in self._accounts.values():
            yield from seats.calls.values()

    def _sorted_out(self, told: Sequence[Told]) -> tuple[list[Told], list[Told]]:
        """Requests for calls that nobody has named before, each once; and all that concerns calls already known."""
        entries = self._entries
        for one in told:
            one.entry = entries.setdefault(one.id.int, Entry())
        for known in rows.known_calls([one.id for one in told]):
            entries[known.id.int].known = known
        new: list[Told] = []
        others: list[Told] = []
        for one in told:
            if one.entry.known is not None:
                if not isinstance(one.message, Authorize):
                    others.append(one)
            elif isinstance(one.message, Authorize):
                new.append(one)
        return new, others

    def _open_books(self, asking: set[UUID], others: Sequence[Told]) -> None:
        concerned = {one.entry.known.account_id for one in others if one.entry.known and one.entry.known.account_id}
        accounts = concerned | asking
        holds = {one.id for one in others}
        for call_id, hold_id, bundles in rows.unusual_holds(concerned):
            holds.add(hold_id)
            holds |= {allowance_reservation_id(call_id, bundle.account_id) for bundle in bundles}
        store = {self.revenue_id, self.used_minutes_id} if accounts else set()
        self.books = Books.open(accounts | store, reservation_ids=holds, with_allowances=True, now=self.now)
        self._accounts = {account_id: Seats() for account_id in accounts}

    def _read_running(self) -> None:
        for live in rows.running_calls(self._accounts):
            self._accounts[live.account_id].calls[live.seat] = live
            entry = self._entries.get(live.id.int)
            if entry is None:
                continue
            if entry.known is None:
                # Somebody authorized it after we looked.
                raise BatchConflict
            entry.live = live

    def _read_past(self, others: Sequence[Told]) -> None:
        over: set[tuple[UUID, UUID]] = set()
        stepped: set[UUID] = set()
        for one in others:
            account_id = one.entry.known.account_id if one.entry.known else None
            if account_id is None:
                continue
            live = one.entry.live
            if live is None:
                over.add((account_id, one.id))
                stepped.add(one.id)
                continue
            if self.books.reservation(live.reservation_id) is None:
                # It got a hold of a name of its own after we looked.
                raise BatchConflict
            if isinstance(one.message, Answer | Extend):
                stepped.add(one.id)
        for call_id, past in rows.past_calls(over):
            self._entries[call_id.int].past = past
        self.steps = rows.steps(stepped)

    def _read_terms(self, account_ids: set[UUID]) -> None:
        if not account_ids:
            return
        deck = current_deck(self.now)
        self._deck_id = deck.id if deck else 0
        for account_id, deck_id in rows.promised_decks(account_ids, self.now):
            if deck_id != self._deck_id:
                self._accounts[account_id].decks += (deck_id,)

    def _read_limits(self, account_ids: set[UUID], new: Sequence[Told]) -> None:
        if not account_ids:
            return
        capped = self.guards.calls_per_hour is not None
        for account_id, limits in limits_of(account_ids, now=self.now).items():
            self._accounts[account_id].limits = limits
            capped = capped or limits.day_cap_micros is not None
        covers = self.risks.covers
        # A number that is none at a first reading may be one of premium rate, which a card may have switched on.
        if capped or any(not isinstance(one.number, Number) or covers(one.number.digits) for one in new):
            self._counts_calls = True
            for account_id, spent in self.windows.spent_by(account_ids).items():
                self._accounts[account_id].spent = spent

    def _shop_risk(self) -> int:
        if self._shop_risk_calls is None:
            # Every process counts, decides and commits such calls in its turn; they are rare, and a limit is a limit.
            guard_shop_risk()
            self._shop_risk_calls = self.windows.shop_risk_calls()
        return self._shop_risk_calls + self._risky_granted


@lru_cache(maxsize=1000)
def grant_limits(shop_cap_seconds: int, card_cap_seconds: int | None, slice_seconds: int) -> GrantLimits:
    """What bounds a call beside the money: the operator's cap (0: none), the card's own, and the slice asked for."""
    return GrantLimits(stricter(shop_cap_seconds or None, card_cap_seconds), slice_seconds)


def _check_pins(new: Sequence[Told], now: datetime) -> None:
    """Note whose card each new request shows; a request that is repeated is looked at once."""
    seen: set[int] = set()
    asking: list[Told] = []
    typed: list[TypedPin] = []
    for one in new:
        request = one.message.request if isinstance(one.message, Authorize) else None
        if request is None or one.id.int in seen:
            continue
        # The first request for a call decides it: what a second one shows must not pay for it.
        seen.add(one.id.int)
        if request.pin is not None:
            asking.append(one)
            typed.append(TypedPin(request.pin, Origin(request.caller_number, request.access_number)))
    answers = check_pins(typed, now=now) if typed else []
    for one, answer in zip(asking, answers, strict=True):
        one.entry.card = answer
