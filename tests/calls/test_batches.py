"""A batch decides as if its messages had come one after the other: same answers, same books, wherever it is cut."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest
from call_scenery import DOLLAR, MEXICO, MOSCOW, TANDEM, Card, asking, make_card, pay_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crystalcall.minutes.calls import engine
from crystalcall.minutes.calls.engine import Answer, Authorize, End, Extend, Message
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, RunningCall
from crystalcall.minutes.calls.values import CallKey, Contradiction, Ended, Extended, Granted, Refused
from crystalcall.minutes.ledger.actions import grant_allowance, void_reservation
from crystalcall.minutes.ledger.models import LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.queries import audit
from crystalcall.minutes.limits.actions import change_limits
from crystalcall.privacy.models import Disclosure
from crystalcall.rules.calls import RefusalReason

pytestmark = pytest.mark.django_db
worlds = count(1)
MOBILE = "+7 916 123-45-67"


@dataclass
class World:
    """Three cards of their own and the calls made with them, named so that two worlds can be compared."""

    now: datetime
    number: int = field(default_factory=lambda: next(worlds))
    cards: list[Card] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cards = [make_card(dollars, self.now) for dollars in (2, 5, 0.25)]
        change_limits(self.cards[1].account_id, {"max_calls": 2, "day_cap_micros": 4 * DOLLAR}, now=self.now)
        for seconds, coverage in ((90, "ru-landline"), (300, "ru-*")):
            key = f"test:{self.number}:{coverage}"
            ends = self.now + timedelta(days=seconds)
            grant_allowance(self.cards[0].account_id, coverage, seconds, expires_at=ends, key=key, now=self.now)

    def key(self, call: int) -> CallKey:
        return CallKey(TANDEM, f"world-{self.number}-{call}")

    def message(self, word: tuple[Any, ...]) -> Message:
        """A word of the script as a message about one of this world's calls."""
        step, call, *more = word
        key = self.key(call)
        if step == "authorize":
            card, number, slice_seconds = more
            request = asking(self.cards[card], key.call_id, number, caller_number=None, slice_seconds=slice_seconds)
            return Authorize(request)
        if step == "answer":
            return Answer(key, None if more[0] is None else self.now + timedelta(seconds=more[0]))
        if step == "extend":
            return Extend(key, *more)
        return End(key, *more)

    def state(self) -> dict[str, Any]:
        """All that stands of this world, without the names that are its own."""
        accounts = [card.account_id for card in self.cards]
        beside = list(LedgerAccount.objects.filter(holder_id__in=accounts).order_by("key"))
        places = {account: number for number, account in enumerate(accounts)}
        places |= {row.pk: f"{places[row.holder_id]} {row.coverage}" for row in beside}
        calls = {engine_id(self.key(call)): call for call in range(CALLS)}
        return {
            "accounts": sorted(
                (str(places[row.pk]), row.debits_posted, row.credits_posted, row.held) for row in beside
            ),
            "holds": sorted(
                (str(places[row.account_id]), row.state, row.requested, row.amount, str(row.posted), row.opened_at)
                for row in Reservation.objects.filter(account_id__in=places)
            ),
            "transfers": sorted(
                (str(places[row.debit_account_id]), row.amount, row.code)
                for row in Transfer.objects.filter(debit_account_id__in=places)
            ),
            "calls": sorted(
                (calls[row.pk], row.refusal_reason, row.authorized_at, row.sealed_grant is None)
                for row in Call.objects.filter(pk__in=calls)
            ),
            "running": sorted(_plain(row, calls, places) for row in RunningCall.objects.filter(call_id__in=calls)),
            "records": sorted(_plain(row, calls, places) for row in CallRecord.objects.filter(call_id__in=calls)),
            "steps": sorted(_plain(row, calls, places) for row in CallStep.objects.filter(call_id__in=calls)),
            "disclosures": sorted(
                [card.serial for card in self.cards].index(row.subject)
                for row in Disclosure.objects.filter(subject__in=[card.serial for card in self.cards])
            ),
        }


def engine_id(key: CallKey):
    from crystalcall.minutes.calls.engine.identity import call_uuid

    return call_uuid(key.switch_id, key.call_id)


def _plain(row: Any, calls: dict[Any, int], places: dict[Any, Any]) -> tuple[str, ...]:
    """A row's values as texts, calls and accounts by their place in the world."""
    named = {str(key): str(place) for key, place in (calls | places).items()}
    values = {}
    for one in row._meta.concrete_fields:
        value = getattr(row, one.attname)
        if one.attname in {"transfer_key", "reservation_id", "allowances"}:
            value = bool(value)
        values[one.attname] = "digest" if isinstance(value, bytes | memoryview) else named.get(str(value), str(value))
    return tuple(f"{name}={value}" for name, value in sorted(values.items()))


CALLS = 5
call = st.integers(0, CALLS - 1)
used = st.integers(0, 700)
word = st.one_of(
    st.tuples(
        st.just("authorize"),
        call,
        st.integers(0, 2),
        st.sampled_from([MOSCOW, MEXICO, MOBILE, "12"]),
        st.sampled_from([None, 60, 100]),
    ),
    st.tuples(st.just("answer"), call, st.sampled_from([None, -30, 10])),
    st.tuples(st.just("extend"), call, st.integers(0, 3), used),
    st.tuples(st.just("end"), call, used, st.sampled_from(["normal", "dropped", "busy"])),
)
# A batch of words, then the seconds until the next and a top-up in between.
part = st.tuples(st.lists(word, max_size=12), st.integers(0, 4000), st.sampled_from([0, 0, 1, 3]))


def _plainly(outcome: object, world: World) -> object:
    """An outcome without the world's own names."""
    return repr(outcome).replace(f"world-{world.number}-", "world-")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(part, min_size=1, max_size=4))
def test_batches_give_the_answers_and_the_books_of_single_messages(deck, now, script):
    single, batched = World(now), World(now)
    moment = now
    for words, wait_seconds, top_up in script:
        one_by_one = [engine.take([single.message(each)], now=moment)[0] for each in words]
        together = engine.take([batched.message(each) for each in words], now=moment)
        assert [_plainly(each, single) for each in one_by_one] == [_plainly(each, batched) for each in together]
        moment += timedelta(seconds=wait_seconds)
        for world in (single, batched):
            if top_up:
                pay_in(world.cards[1].account_id, top_up, moment)
    assert single.state() == batched.state()
    assert audit() == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(word, min_size=2, max_size=24), st.sets(st.integers(1, 23), max_size=6))
def test_wherever_a_batch_is_cut_the_answers_are_the_same(deck, now, words, cuts):
    whole, cut = World(now), World(now)
    together = engine.take([whole.message(each) for each in words], now=now)
    places = [0, *sorted(place for place in cuts if place < len(words)), len(words)]
    pieces = []
    for begin, end in pairwise(places):
        pieces += engine.take([cut.message(each) for each in words[begin:end]], now=now)
    assert [_plainly(each, whole) for each in together] == [_plainly(each, cut) for each in pieces]
    assert whole.state() == cut.state()


def test_no_messages_are_no_batch(db, now):
    assert engine.take([], now=now) == []


def test_the_calls_of_many_cards_are_granted_in_one_batch(deck, now, books):
    cards = [make_card(10, now) for _ in range(20)]
    outcomes = engine.take([Authorize(asking(card, f"call-{place}")) for place, card in enumerate(cards)], now=now)
    assert all(isinstance(each, Granted) and each.granted_seconds == 6000 for each in outcomes)
    assert all(card.held_micros == 10 * DOLLAR for card in cards)
    ended = engine.take([End(CallKey(TANDEM, f"call-{place}"), 60, "normal") for place in range(20)], now=now)
    assert {each.charge_micros for each in ended} == {100_000}
    books()


def test_the_number_of_statements_does_not_grow_with_the_batch(deck, now, django_assert_max_num_queries):
    cards = [make_card(10, now) for _ in range(60)]
    engine.take([Authorize(asking(card, f"call-{place}")) for place, card in enumerate(cards[:30])], now=now)
    messages: list[Message] = [End(CallKey(TANDEM, f"call-{place}"), 60, "normal") for place in range(30)]
    messages += [Authorize(asking(card, f"call-{place}")) for place, card in enumerate(cards[30:], 30)]
    # What the page itself asks goes past Django's own cursors; whatever is left must not be one statement a call.
    with django_assert_max_num_queries(12):
        assert all(isinstance(each, Ended | Granted) for each in engine.take(messages, now=now))


def test_the_same_call_twice_in_one_batch_is_one_call_with_one_answer(card, now):
    first, second = engine.take([Authorize(asking(card)), Authorize(asking(card))], now=now)
    assert first == second
    assert isinstance(first, Granted)
    assert (Call.objects.count(), Reservation.objects.count(), Disclosure.objects.count()) == (1, 1, 1)


def test_the_same_call_asked_for_differently_in_one_batch_contradicts(card, now):
    first, second = engine.take([Authorize(asking(card)), Authorize(asking(card, called_number=MEXICO))], now=now)
    assert isinstance(first, Granted)
    assert isinstance(second, Contradiction)


def test_what_a_second_request_shows_pays_for_no_other(card, now):
    first, second = engine.take(
        [Authorize(asking(card, "call-1", pin=None)), Authorize(asking(card, "call-1"))], now=now
    )
    assert first == Refused(RefusalReason.UNKNOWN_CALLER)
    assert isinstance(second, Contradiction)
    assert card.held_micros == 0


def test_an_answer_told_by_a_process_whose_clock_is_behind_counts_from_the_grant(card, now, books):
    engine.take([Authorize(asking(card))], now=now)
    (answered,) = engine.take([Answer(CallKey(1, asking(card).call_id), None)], now=now - timedelta(seconds=5))
    assert answered.answered_at == now
    books()


def test_a_whole_call_fits_into_one_batch(card, now, books):
    key = CallKey(TANDEM, "call-1")
    granted, answered, extended, ended, again = engine.take(
        [
            Authorize(asking(card)),
            Answer(key, None),
            Extend(key, 1, 30),
            End(key, 61, "normal"),
            End(key, 61, "normal"),
        ],
        now=now,
    )
    assert (granted.granted_seconds, answered.granted_seconds, extended) == (6000, 6000, Extended(6000))
    assert ended == again == Ended(200_000, 120, 9_800_000)
    assert (RunningCall.objects.count(), CallRecord.objects.count()) == (0, 1)
    books()


def test_of_two_calls_of_one_card_in_one_batch_the_first_has_the_seat(card, now):
    first, second = engine.take([Authorize(asking(card, "a")), Authorize(asking(card, "b"))], now=now)
    assert isinstance(first, Granted)
    assert second == Refused(RefusalReason.IN_USE)


def test_a_seat_that_is_left_in_a_batch_is_taken_in_the_same(card, now, books):
    engine.take([Authorize(asking(card, "a"))], now=now)
    ended, granted = engine.take([End(CallKey(TANDEM, "a"), 60, "normal"), Authorize(asking(card, "b"))], now=now)
    assert ended.charge_micros == 100_000
    assert granted.granted_seconds == 5940
    (running,) = RunningCall.objects.all()
    assert (running.seat, running.call_id) == (0, engine_id(CallKey(TANDEM, "b")))
    books()


def test_a_hold_that_an_operator_gave_back_costs_its_caller_nothing_and_the_others_of_the_batch_what_they_owe(
    now, deck
):
    ann, bob = make_card(10, now), make_card(10, now)
    engine.take([Authorize(asking(ann, "a")), Authorize(asking(bob, "b"))], now=now)
    void_reservation(RunningCall.objects.get(ledger_account_id=ann.account_id).reservation_id, now=now)
    free, paid = engine.take([End(CallKey(TANDEM, call), 60, "normal") for call in "ab"], now=now)
    assert (free.charge_micros, paid.charge_micros) == (0, 100_000)
    assert CallRecord.objects.get(ledger_account_id=ann.account_id).overrun_micros == 100_000
    assert audit() == []


def test_a_batch_that_fails_leaves_nothing_behind(card, now, monkeypatch):
    def fail(_self: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(engine.Page, "write", fail)
    with pytest.raises(RuntimeError):
        engine.take([Authorize(asking(card))], now=now)
    monkeypatch.undo()
    assert (Call.objects.count(), Reservation.objects.count(), Disclosure.objects.count()) == (0, 0, 0)
    assert card.held_micros == 0
