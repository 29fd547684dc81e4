"""One page of calls: all that a batch of messages asks for, read by a few statements, and all that it changes.

The order of locks, for all: what a wrong PIN counts (in the room of PINs), then ledger accounts by id, then
(for calls to ranges of risk alone) the shop's count of them. Whatever is told
of a call is decided under its account's lock, so what is read after it cannot change before the page is written; what
is read before it (which calls are known, and whose they are) is never changed by anybody. Calls that nobody pays for
are held together by their primary key alone: who comes second finds it taken and begins again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from crystalcall.minutes.calls.engine import rows
from crystalcall.minutes.calls.engine.facts import NOTHING_DONE, Spent, Windows
from crystalcall.minutes.calls.engine.identity import Told, allowance_reservation_id
from crystalcall.minutes.calls.engine.live import Entry, KnownCall, LiveCall, PastCall
from crystalcall.minutes.calls.engine.messages import Answer, Authorize, BatchConflict, Extend
from crystalcall.minutes.calls.engine.offers import NOTHING, Offers, offers_for
from crystalcall.minutes.ledger.actions import system_account
from crystalcall.minutes.ledger.books import Books, OpenAccount
from crystalcall.minutes.limits.actions import guard_shop_risk
from crystalcall.minutes.limits.queries import ask_limits_of, guards, risk_ranges
from crystalcall.minutes.pins.actions import Origin, PinAccepted, PinsAsked, TypedPin
from crystalcall.minutes.pins.queries import ask_shut_accounts
from crystalcall.minutes.rates.queries import ask_current_deck
from crystalcall.minutes.speed_dial.queries import numbers_behind
from crystalcall.plumbing.settings import current
from crystalcall.plumbing.together import together
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.calls import GrantLimits, Priced
from crystalcall.rules.fairness import FairnessRule
from crystalcall.rules.ledger import AccountKind
from crystalcall.rules.limits import DayFacts, Limits, stricter
from crystalcall.rules.numbering import CLOSED_LINES, Number, read_e164

AskedSpent = Callable[[], dict[UUID, Spent]]

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
    ``trusts`` is False where a hold turned out to be another than the call's own row has it: then every hold is read.
    """

    def __init__(self, now: datetime, *, may_dial: bool, trusts: bool) -> None:
        self.now = now
        self.may_dial = may_dial
        self.trusts = trusts
        self.settings = current()
        self.policy_version = current_number()
        self.guards = guards()
        self.shut: dict[UUID, datetime | None] = {}
        self.risks = risk_ranges()
        self.fairness_rule = FairnessRule(self.settings.fair_short_call_seconds, self.settings.fair_failed_call_seconds)
        self.windows = Windows(now)
        self.revenue_id = system_account(AccountKind.CALL_REVENUE, now=now)
        self.used_minutes_id = system_account(AccountKind.ALLOWANCES_USED, now=now)
        self.books: Books
        self.written = rows.Written()
        self.grants: dict[int, tuple[bytes, int]] = {}
        self.steps: dict[rows.StepKey, tuple[bytes, str]] = {}
        # By the number of the call's id: hashing an id itself takes longer than all that is done with it.
        self._entries: dict[int, Entry] = {}
        self._accounts: dict[int, Seats] = {}
        self._deck_id = 0
        self._counts_calls = False
        self._counts_day = False
        self._shop_risk_calls: int | None = None
        self._risky_granted = 0

    @classmethod
    def open(cls, told: Sequence[Told], now: datetime, *, may_dial: bool, trusts: bool) -> "Page":
        """Read and lock what these messages concern. Errors: BatchConflict where it changed meanwhile."""
        page = cls(now, may_dial=may_dial, trusts=trusts)
        with together():
            rows.ask_by_key()
            known = rows.ask_known_calls([one.id for one in told])
            typed = _Typed(told)
            deck = ask_current_deck(now) if typed.asking else None
        new, others = page._sorted_out(told, known())
        in_force = deck() if deck else None
        page._deck_id = in_force.id if in_force else 0
        typed.check(now)
        _dial_short_codes(new)
        page._read_accounts(new, others)
        page._read_past(others)
        if len(new) + len(others) < len(told):
            page._read_grants(told)
        return page

    def account(self, account_id: UUID) -> OpenAccount:
        """The money account, as the entries so far leave it."""
        return self.books.account(account_id)

    def seats(self, account_id: UUID) -> Seats:
        """The running calls of an account, its limits and promises."""
        return self._accounts[account_id.int]

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
        seats = self._accounts[live.account_id.int]
        del seats.calls[live.seat]
        if self._counts_calls:
            if seats.spent is None:
                seats.spent = Spent()
            self.windows.add_over(seats.spent, live, past.ended.charge_micros)
        if not live.is_new:
            self.written.released.append((live.account_id, live.id))

    def write(self) -> None:
        """Enter everything. Errors: BatchConflict, IntegrityError."""
        self.written.write(self._running(), self.books)

    def _running(self) -> Iterator[LiveCall]:
        for seats in self._accounts.values():
            yield from seats.calls.values()

    def _sorted_out(self, told: Sequence[Told], known: Iterable[KnownCall]) -> tuple[list[Told], list[Told]]:
        """Requests for calls that nobody has named before; and all that concerns calls already known."""
        entries = self._entries
        for one in told:
            one.entry = entries.setdefault(one.id.int, Entry())
        for each in known:
            entries[each.id.int].known = each
        new: list[Told] = []
        others: list[Told] = []
        for one in told:
            if one.entry.known is not None:
                if not isinstance(one.message, Authorize):
                    others.append(one)
            elif isinstance(one.message, Authorize):
                new.append(one)
        return new, others

    def _read_accounts(self, new: Sequence[Told], others: Sequence[Told]) -> None:
        """Lock the accounts that these messages concern, and read all that their locks guard."""
        told_of = {one.id: account_id for one in others if (account_id := _account_of(one))}
        asking = {one.entry.card.account_id for one in new if isinstance(one.entry.card, PinAccepted)}
        longer = {told_of[one.id] for one in others if isinstance(one.message, Extend) and one.id in told_of}
        accounts = asking.union(told_of.values())
        bound = asking | longer
        store = (self.revenue_id, self.used_minutes_id) if accounts else ()
        moved = {one.id for one in others if isinstance(one.message, Answer | Extend)}
        with together():
            holds = [one.id for one in others if isinstance(one.message, Extend)] if self.trusts else told_of
            self.books = Books.ask({*accounts, *store}, reservation_ids=holds, with_allowances=True, now=self.now)
            running = rows.ask_running_calls(accounts)
            steps = rows.ask_steps(moved)
            limits = ask_limits_of(bound)
            promised = rows.ask_promised_decks(asking)
            shut = ask_shut_accounts(longer)
            spent = self._ask_spent(bound, new)
        self.books.read()
        self._accounts = {account_id.int: Seats() for account_id in accounts}
        self._seat_running(running())
        self.steps = steps()
        self.shut = shut()
        for account_id, deck_id in promised(self.now):
            if deck_id != self._deck_id:
                self._accounts[account_id.int].decks += (deck_id,)
        self._note_limits(limits(self.now), spent)

    def _seat_running(self, running: Iterable[LiveCall]) -> None:
        unusual: set[UUID] = set()
        for live in running:
            self._accounts[live.account_id.int].calls[live.seat] = live
            entry = self._entries.get(live.id.int)
            if entry is None:
                continue
            if entry.known is None:
                # Somebody authorized it after we looked.
                raise BatchConflict
            entry.live = live
            if self.trusts and self.books.reservation(live.reservation_id) is None:
                # The call's own row says what is held for it: read is only what is to be held otherwise.
                self.books.suppose(live.reservation_id, live.account_id, live.hold_micros)
            # Hardly any call has holds that do not bear its own name.
            if live.reservation_id != live.id:
                unusual.add(live.reservation_id)
            unusual.update(allowance_reservation_id(live.id, bundle.account_id) for bundle in live.allowances)
        if unusual:
            self.books.read_reservations(unusual)

    def _read_past(self, others: Sequence[Told]) -> None:
        """Read of calls that are over what was told and answered: hardly any message comes so late."""
        over = {one.id: account_id for one in others if one.entry.live is None and (account_id := _account_of(one))}
        if not over:
            return
        with together():
            past = rows.ask_past_calls([(account_id, call_id) for call_id, account_id in over.items()])
            steps = rows.ask_steps(over)
        for call_id, each in past():
            self._entries[call_id.int].past = each
        self.steps |= steps()

    def _read_grants(self, told: Sequence[Told]) -> None:
        """Read what was answered to requests that come once more."""
        asked = [one.id for one in told if isinstance(one.message, Authorize) and _account_of(one) is not None]
        self.grants = rows.ask_kept_grants(asked)()

    def _ask_spent(self, account_ids: Collection[UUID], new: Sequence[Told]) -> AskedSpent | None:
        """Ask what these accounts did lately, where it counts whatever limits the cards have of their own."""
        covers = self.risks.covers
        # A number that is none at a first reading may be one of premium rate, which a card may have switched on.
        self._counts_day = bool(self.settings.day_cap_micros) or any(
            not isinstance(one.number, Number) or covers(one.number.digits) for one in new
        )
        if not account_ids or not (self._counts_day or self.guards.calls_per_hour is not None):
            return None
        return self.windows.ask_spent_by(account_ids, whole_day=self._counts_day)

    def _note_limits(self, limits: Mapping[UUID, Limits], spent: AskedSpent | None) -> None:
        for account_id, each in limits.items():
            self._accounts[account_id.int].limits = each
        if not self._counts_day and any(each.day_cap_micros is not None for each in limits.values()):
            spent = self.windows.ask_spent_by(limits)
        if spent is not None:
            self._counts_calls = True
            for account_id, amounts in spent().items():
                self._accounts[account_id.int].spent = amounts

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


def _account_of(told: Told) -> UUID | None:
    """The account that pays for a known call; None where it was refused."""
    return told.entry.known.account_id if told.entry.known else None


def _dial_short_codes(new: Sequence[Told]) -> None:
    """Put the number in the place of a short code that its card has; any other stays what it is, and is none."""
    dialled = [(one, one.entry.card.account_id) for one in new if one.code and isinstance(one.entry.card, PinAccepted)]
    if not dialled:
        return
    numbers = numbers_behind({(account_id, one.code) for one, account_id in dialled})
    for one, account_id in dialled:
        number = numbers.get((account_id, one.code))
        if number is not None:
            one.number = read_e164(number)


class _Typed:
    """The PINs that requests show, asked for among the statements of `together`; of a repeated one the first."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.asking: list[Told] = []
        typed: list[TypedPin] = []
        seen: set[int] = set()
        for one in told:
            request = one.message.request if isinstance(one.message, Authorize) else None
            if request is None or one.id.int in seen:
                continue
            # The first request for a call decides it: what a second one shows must not pay for it.
            seen.add(one.id.int)
            if request.pin is not None:
                self.asking.append(one)
                typed.append(TypedPin(request.pin, Origin(request.caller_number, request.access_number)))
        self._pins = PinsAsked(typed)

    def check(self, now: datetime) -> None:
        """Note whose card each request for a new call shows."""
        places = [place for place, one in enumerate(self.asking) if one.entry.known is None]
        answers = self._pins.check(places, now=now) if places else []
        for place, answer in zip(places, answers, strict=True):
            self.asking[place].entry.card = answer
