"""What may happen to an order: its states, the facts that move it, and why a fact may change nothing.

The graph is data. It is checked when this module is imported, so a senseless edit stops the program
before it stops a buyer. Facts may arrive in any order and any number of times: ``decide`` says for each
state what a fact means there, and a fact without meaning is answered with a reason, never an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class OrderState(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    HELD = "held"
    PAID = "paid"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OrderFact(StrEnum):
    """What can be learned about an order."""

    CAPTURED = "captured"
    HELD = "held"
    DECLINED = "declined"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class UnchangedReason(StrEnum):
    """Why a fact left an order where it was."""

    ALREADY_SO = "already_so"
    ALREADY_PAID = "already_paid"
    NOT_PAID = "not_paid"
    MAY_BE_TRIED_AGAIN = "may_be_tried_again"
    UNDER_REVIEW = "under_review"
    CLOSED = "closed"
    NOT_DUE = "not_due"
    UNKNOWN_ORDER = "unknown_order"


class GraphError(ValueError):
    """The declared graph breaks a promise made to buyers."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The fact moves the order from one state to another."""

    before: OrderState
    after: OrderState
    fact: OrderFact


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The fact leaves the order where it is, for this reason. ``state`` is None where no order was found."""

    state: OrderState | None
    reason: UnchangedReason


Graph = Mapping[OrderState, Mapping[OrderFact, OrderState | UnchangedReason]]

_S, _F, _U = OrderState, OrderFact, UnchangedReason

INITIAL = OrderState.PLACED
SETTLED = frozenset({OrderState.PAID, OrderState.FULFILLED})
"""States in which the store has the buyer's money."""
CLOSED = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
"""States in which nothing more is expected, though late money still counts."""

GRAPH: Graph = MappingProxyType(
    {
        _S.PLACED: MappingProxyType(
            {
                _F.CAPTURED: _S.PAID,
                _F.HELD: _S.HELD,
                # A declined card is no declined order: the buyer tries another card on the same order.
                _F.DECLINED: _U.MAY_BE_TRIED_AGAIN,
                _F.DELIVERED: _U.NOT_PAID,
                _F.WITHDRAWN: _S.CANCELLED,
                _F.LAPSED: _S.EXPIRED,
            }
        ),
        _S.HELD: MappingProxyType(
            {
                _F.CAPTURED: _S.PAID,
                _F.HELD: _U.ALREADY_SO,
                _F.DECLINED: _S.CANCELLED,
                _F.DELIVERED: _U.NOT_PAID,
                # The gateway may still take the money of a payment under review.
                _F.WITHDRAWN: _U.UNDER_REVIEW,
                _F.LAPSED: _U.UNDER_REVIEW,
            }
        ),
        _S.PAID: MappingProxyType(
            {
                _F.CAPTURED: _U.ALREADY_SO,
                _F.HELD: _U.ALREADY_PAID,
                _F.DECLINED: _U.ALREADY_PAID,
                _F.DELIVERED: _S.FULFILLED,
                _F.WITHDRAWN: _U.ALREADY_PAID,
                _F.LAPSED: _U.ALREADY_PAID,
            }
        ),
        _S.FULFILLED: MappingProxyType(
            {
                _F.CAPTURED: _U.ALREADY_SO,
                _F.HELD: _U.ALREADY_PAID,
                _F.DECLINED: _U.ALREADY_PAID,
                _F.DELIVERED: _U.ALREADY_SO,
                _F.WITHDRAWN: _U.ALREADY_PAID,
                _F.LAPSED: _U.ALREADY_PAID,
            }
        ),
        # Money that comes late is still the buyer's money: it buys what was ordered, at the price ordered.
        _S.CANCELLED: MappingProxyType(
            {
                _F.CAPTURED: _S.PAID,
                _F.HELD: _S.HELD,
                _F.DECLINED: _U.CLOSED,
                _F.DELIVERED: _U.NOT_PAID,
                _F.WITHDRAWN: _U.ALREADY_SO,
                _F.LAPSED: _U.CLOSED,
            }
        ),
        _S.EXPIRED: MappingProxyType(
            {
                _F.CAPTURED: _S.PAID,
                _F.HELD: _S.HELD,
                _F.DECLINED: _U.CLOSED,
                _F.DELIVERED: _U.NOT_PAID,
                _F.WITHDRAWN: _U.CLOSED,
                _F.LAPSED: _U.ALREADY_SO,
            }
        ),
    }
)


def decide(state: OrderState, fact: OrderFact) -> Moved | Unchanged:
    """What ``fact`` does to an order in ``state``: defined for every pair, the same each time."""
    outcome = GRAPH[state][fact]
    if isinstance(outcome, OrderState):
        return Moved(before=state, after=outcome, fact=fact)
    return Unchanged(state=state, reason=outcome)


def successors(graph: Graph, state: OrderState) -> frozenset[OrderState]:
    """The states one fact away from ``state``."""
    return frozenset(after for after in graph[state].values() if isinstance(after, OrderState))


def reachable(graph: Graph, start: OrderState) -> frozenset[OrderState]:
    """Every state that one or more facts can bring an order in ``start`` to."""
    seen: set[OrderState] = set()
    waiting = set(successors(graph, start))
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting |= successors(graph, state)
    return frozenset(seen)


def check_graph(graph: Graph) -> None:
    """Nothing, when the graph keeps what buyers are promised; GraphError naming the first breach otherwise.

    Promised: every pair is decided; every state can be reached; money is never ignored; what is paid is
    never unpaid; what is paid can only end fulfilled; nothing follows fulfillment; from anywhere an order
    can still be fulfilled.
    """
    for state in OrderState:
        if set(graph.get(state, {})) != set(OrderFact):
            raise GraphError(f"{state}: not every fact is decided")
        if state in successors(graph, state):
            raise GraphError(f"{state}: a move to itself is no move")
    unreachable = set(OrderState) - reachable(graph, INITIAL) - {INITIAL}
    if unreachable:
        raise GraphError(f"never reached: {sorted(unreachable)}")
    _check_money(graph)


def _check_money(graph: Graph) -> None:
    for state in set(OrderState) - SETTLED:
        if graph[state][OrderFact.CAPTURED] is not OrderState.PAID:
            raise GraphError(f"{state}: captured money would be ignored")
        if OrderState.FULFILLED not in reachable(graph, state):
            raise GraphError(f"{state}: can never be fulfilled")
    if successors(graph, OrderState.PAID) != {OrderState.FULFILLED}:
        raise GraphError("paid: leads elsewhere than to fulfillment")
    if successors(graph, OrderState.FULFILLED):
        raise GraphError("fulfilled: is the end")
    for state in set(OrderState) - {OrderState.PAID}:
        if OrderState.FULFILLED in successors(graph, state):
            raise GraphError(f"{state}: would be fulfilled without payment")


check_graph(GRAPH)
