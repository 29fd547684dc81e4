from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules import ordering
from crystalcall.rules.ordering import (
    CLOSED,
    GRAPH,
    SETTLED,
    GraphError,
    Moved,
    OrderFact,
    OrderState,
    Unchanged,
    UnchangedReason,
    check_graph,
    decide,
)

FACTS = st.lists(st.sampled_from(OrderFact), max_size=12)


def story(*facts: OrderFact) -> OrderState:
    state = ordering.INITIAL
    for fact in facts:
        decision = decide(state, fact)
        if isinstance(decision, Moved):
            state = decision.after
    return state


def changed(state: OrderState, fact: OrderFact, outcome: OrderState | UnchangedReason) -> ordering.Graph:
    rows = {each: dict(row) for each, row in GRAPH.items()}
    rows[state][fact] = outcome
    return MappingProxyType({each: MappingProxyType(row) for each, row in rows.items()})


def test_the_plain_story_ends_fulfilled():
    assert story(OrderFact.CAPTURED, OrderFact.DELIVERED) is OrderState.FULFILLED


def test_a_held_payment_that_is_approved_pays_the_order():
    assert story(OrderFact.HELD, OrderFact.CAPTURED) is OrderState.PAID


def test_a_held_payment_that_is_refused_cancels_the_order():
    assert story(OrderFact.HELD, OrderFact.DECLINED) is OrderState.CANCELLED


def test_a_declined_card_leaves_the_order_open_for_another_card():
    assert decide(OrderState.PLACED, OrderFact.DECLINED) == Unchanged(
        OrderState.PLACED, UnchangedReason.MAY_BE_TRIED_AGAIN
    )
    assert story(OrderFact.DECLINED, OrderFact.CAPTURED) is OrderState.PAID


@pytest.mark.parametrize("closing", [OrderFact.LAPSED, OrderFact.WITHDRAWN])
def test_money_that_comes_after_the_end_still_buys(closing: OrderFact):
    assert story(closing) in CLOSED
    assert story(closing, OrderFact.CAPTURED, OrderFact.DELIVERED) is OrderState.FULFILLED


def test_nothing_is_delivered_before_it_is_paid():
    for state in set(OrderState) - SETTLED:
        assert decide(state, OrderFact.DELIVERED) == Unchanged(state, UnchangedReason.NOT_PAID)


def test_a_payment_under_review_neither_lapses_nor_can_be_withdrawn():
    for fact in (OrderFact.LAPSED, OrderFact.WITHDRAWN):
        assert decide(OrderState.HELD, fact) == Unchanged(OrderState.HELD, UnchangedReason.UNDER_REVIEW)


@given(facts=FACTS)
def test_once_paid_no_order_of_messages_takes_it_back(facts: list[OrderFact]):
    state = story(OrderFact.CAPTURED, *facts)
    assert state in SETTLED


@given(facts=FACTS)
def test_a_fact_told_twice_changes_nothing_the_second_time(facts: list[OrderFact]):
    doubled = [fact for fact in facts for _ in range(2)]
    assert story(*doubled) is story(*facts)


@given(facts=FACTS)
def test_money_counts_wherever_it_comes_in_the_row_of_messages(facts: list[OrderFact]):
    state = story(*facts, OrderFact.CAPTURED)
    assert state in SETTLED


def test_the_graph_as_declared_is_sound():
    check_graph(GRAPH)


@pytest.mark.parametrize(
    ("state", "fact", "outcome", "complaint"),
    [
        (OrderState.EXPIRED, OrderFact.CAPTURED, UnchangedReason.CLOSED, "money would be ignored"),
        (OrderState.PAID, OrderFact.LAPSED, OrderState.EXPIRED, "leads elsewhere"),
        (OrderState.FULFILLED, OrderFact.DECLINED, OrderState.CANCELLED, "is the end"),
        (OrderState.PLACED, OrderFact.DELIVERED, OrderState.FULFILLED, "without payment"),
        (OrderState.PLACED, OrderFact.LAPSED, UnchangedReason.NOT_DUE, "never reached"),
        (OrderState.HELD, OrderFact.HELD, OrderState.HELD, "no move"),
    ],
)
def test_a_graph_that_breaks_a_promise_stops_the_import(state, fact, outcome, complaint):
    with pytest.raises(GraphError, match=complaint):
        check_graph(changed(state, fact, outcome))


def test_a_fact_left_undecided_stops_the_import():
    rows = {each: dict(row) for each, row in GRAPH.items()}
    del rows[OrderState.HELD][OrderFact.LAPSED]
    with pytest.raises(GraphError, match="not every fact"):
        check_graph(rows)
