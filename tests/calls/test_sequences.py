"""Whatever a switch says, in whatever order and however often: no balance is overspent and nothing is charged twice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from call_scenery import DOLLAR, MEXICO, MOSCOW, TANDEM, Card, SwitchWords, make_card, pay_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crystalcall.minutes.calls import actions, queries
from crystalcall.minutes.calls.engine import HOLD_SLACK
from crystalcall.minutes.calls.values import Contradiction, Ended, Extended, Granted
from crystalcall.minutes.ledger.queries import audit
from crystalcall.rules.calls import CallState

pytestmark = pytest.mark.django_db
names = count(1)

seconds = st.integers(0, 9000)
word = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from([None, -30, 0, 30])),
    st.tuples(st.just("extend"), st.tuples(st.integers(0, 4), seconds)),
    st.tuples(st.just("end"), seconds),
    st.tuples(st.just("wait"), st.integers(1, 4000)),
    st.tuples(st.just("top up"), st.integers(1, 5)),
    st.tuples(st.just("sweep"), st.none()),
    st.tuples(st.just("repeat"), st.none()),
)


@dataclass
class Line:
    """One call under test, with every answer that was given to every message."""

    card: Card
    switch: SwitchWords
    paid_in_micros: int
    answers: dict[tuple[str, Any], bytes] = field(default_factory=dict)
    limit_seconds: int = 0

    def say(self, step: str, words: Any) -> None:
        """Say one thing and check what must hold at once."""
        if step == "wait":
            self.switch.now += timedelta(seconds=words)
        elif step == "top up":
            pay_in(self.card.account_id, words, self.switch.now)
            self.paid_in_micros += words * DOLLAR
        elif step == "sweep":
            actions.sweep_silent_calls(self.switch.now)
        elif step == "repeat":
            for told in list(self.answers):
                self._tell(*told)
        else:
            self._tell(step, words)
        self.check()

    def _tell(self, step: str, words: Any) -> None:
        outcome = self._outcome(step, words)
        if isinstance(outcome, Contradiction):
            assert (step, words) not in self.answers, "what was accepted once may always be said again"
            return
        again = self.answers.setdefault((step, words), msgspec.json.encode(outcome))
        assert msgspec.json.encode(outcome) == again
        if isinstance(outcome, Extended):
            self.limit_seconds = max(self.limit_seconds, outcome.granted_seconds)

    def _outcome(self, step: str, words: Any) -> object:
        if step == "authorize":
            return self.switch.authorize(**dict(words))
        if step == "answer":
            return self.switch.answer(None if words is None else MOMENT + timedelta(seconds=words))
        if step == "extend":
            return self.switch.extend(*words)
        return self.switch.end(words)

    def check(self) -> None:
        """What holds after every message."""
        view = queries.call(TANDEM, self.switch.call_id)
        assert view is not None
        running = view.state in {CallState.AUTHORIZED, CallState.ANSWERED}
        assert self.card.available_micros >= 0
        assert self.card.held_micros == (view.hold_micros if running else 0)
        charged = view.proof.charge_micros if view.proof else 0
        assert charged <= view.hold_micros
        assert self.card.available_micros + self.card.held_micros + charged == self.paid_in_micros
        if running:
            assert view.granted_seconds >= self.limit_seconds


MOMENT = datetime.fromisoformat("2026-11-02T15:00:00+00:00")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 20),
    st.sampled_from([MOSCOW, MEXICO]),
    st.sampled_from([None, 60, 100, 3600]),
    st.lists(word, max_size=14),
)
def test_no_sequence_of_messages_overspends_a_card_or_charges_it_twice(
    deck, now, dollars, number, slice_seconds, words
):
    card = make_card(dollars, now)
    line = Line(card, SwitchWords(card, now, f"call-{next(names)}"), dollars * DOLLAR)
    asked = (("called_number", number), ("slice_seconds", slice_seconds))
    line.say("authorize", asked)
    granted = line.switch.authorize(called_number=number, slice_seconds=slice_seconds)
    assert isinstance(granted, Granted)
    line.limit_seconds = granted.granted_seconds
    for step, content in words:
        line.say(step, content)
    actions.sweep_silent_calls(line.switch.now + timedelta(days=30) + HOLD_SLACK)
    line.check()
    assert card.held_micros == 0
    assert audit() == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 10), st.integers(10, 600), st.lists(st.integers(1, 300), max_size=8))
def test_a_call_in_slices_costs_what_the_same_call_costs_whole(deck, now, dollars, slice_seconds, talks):
    def talk(slice_seconds: int | None) -> Ended:
        card = make_card(dollars, now)
        switch = SwitchWords(card, now, f"call-{next(names)}")
        limit = switch.authorize(called_number=MEXICO, slice_seconds=slice_seconds).granted_seconds
        used = 0
        for sequence, more in enumerate(talks):
            used += more
            while used > limit:
                longer = switch.extend(1000 * sequence + limit, min(used, limit)).granted_seconds
                if longer == limit:
                    return switch.end(limit)
                limit = longer
        return switch.end(used)

    assert talk(slice_seconds) == talk(None)
