"""Whatever happens in whatever order: at most one payment of an order, told exactly once, and none without money."""

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crystalcall.payments.actions import (
    OrderReference,
    examine_notification,
    examine_transaction,
    receive_notification,
    reconcile,
    start_attempt,
    void_surplus,
)
from crystalcall.payments.authorizenet.hooks import sign
from crystalcall.payments.gateway import (
    GatewayUnknown,
    HostedPageRequest,
    Standing,
    TransactionDetails,
    UnknownCause,
    Verdict,
)
from crystalcall.payments.models import GatewayNotification, GatewayTransaction
from crystalcall.payments.queries import payment_of
from crystalcall.payments.states import PaymentState, TransactionRole, VoidState
from crystalcall.plumbing.models import Announcement
from crystalcall.plumbing.settings import current
from crystalcall.privacy.gate import Permit

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count(1)
TRANSACTIONS = itertools.count(100_000)
PAID_THERE = {Standing.CAPTURED, Standing.AUTHORIZED, Standing.SETTLED}


@dataclass
class World:
    """One order, its buyer, the gateway and the messages between them; each step is one thing that can happen."""

    gateway: object
    leave: Permit
    moment: datetime
    number: str = field(default_factory=lambda: f"ORDER-{next(NUMBERS)}")
    mail: list[bytes] = field(default_factory=list)

    def forms(self) -> list[HostedPageRequest]:
        return [request for request in self.gateway.requests if request.order_number == self.number]

    def mine(self) -> list[TransactionDetails]:
        return [entry for entry in self.gateway.transactions.values() if entry.order_number == self.number]

    def visit(self, _: int) -> None:
        reference = OrderReference(self.number, 5_000_000, "anna@example.org", "en", "/orders/x/returned/", "x")
        start_attempt(self.leave, reference, now=self.moment, gateway=self.gateway)

    def pay(self, pick: int, verdict: Verdict, standing: Standing, amount: str = "5.00") -> None:
        forms = self.forms()
        if not forms:
            return
        trans_id = str(next(TRANSACTIONS))
        ref_id = forms[pick % len(forms)].ref_id if pick % 3 else None
        self.gateway.transactions[trans_id] = TransactionDetails(
            trans_id, verdict, standing, Decimal(amount), self.moment, self.number, ref_id, None
        )
        self.tell(trans_id)

    def approve(self, pick: int) -> None:
        self.pay(pick, Verdict.APPROVED, Standing.CAPTURED)

    def decline(self, pick: int) -> None:
        self.pay(pick, Verdict.DECLINED, Standing.DECLINED)

    def hold(self, pick: int) -> None:
        self.pay(pick, Verdict.HELD, Standing.HELD)

    def short(self, pick: int) -> None:
        self.pay(pick, Verdict.APPROVED, Standing.CAPTURED, "4.99")

    def tell(self, trans_id: str) -> None:
        payload = {"entityName": "transaction", "id": trans_id, "invoiceNumber": self.number}
        body = {
            "notificationId": f"{self.number}/{len(self.mail)}",
            "eventType": "net.authorize.payment.authcapture.created",
            "payload": payload,
        }
        self.mail.append(json.dumps(body).encode())

    def deliver(self, pick: int) -> None:
        if self.mail:
            raw = self.mail[pick % len(self.mail)]
            receive_notification(raw, sign(raw, current().gateway_signature_key), now=self.moment)

    def work(self, pick: int) -> None:
        rows = list(GatewayNotification.objects.filter(notification_id__startswith=f"{self.number}/"))
        if rows:
            examine_notification(rows[pick % len(rows)].pk, now=self.moment, gateway=self.gateway)

    def look(self, pick: int) -> None:
        mine = self.mine()
        if mine:
            examine_transaction(mine[pick % len(mine)].trans_id, now=self.moment, gateway=self.gateway)

    def review(self, pick: int) -> None:
        held = [entry for entry in self.mine() if entry.standing is Standing.HELD]
        if held:
            end = [(Verdict.APPROVED, Standing.CAPTURED), (Verdict.DECLINED, Standing.DECLINED)][pick % 2]
            entry = held[pick % len(held)]
            self.gateway.transactions[entry.trans_id] = replace(entry, verdict=end[0], standing=end[1])

    def settle(self, _: int) -> None:
        for entry in self.mine():
            if entry.standing is Standing.CAPTURED:
                self.gateway.transactions[entry.trans_id] = replace(entry, standing=Standing.SETTLED)

    def sweep(self, _: int) -> None:
        reconcile(now=self.moment, gateway=self.gateway)

    def void(self, pick: int) -> None:
        rows = list(GatewayTransaction.objects.filter(payment__order_number=self.number))
        if rows:
            void_surplus(rows[pick % len(rows)].pk, now=self.moment, gateway=self.gateway)

    def outage(self, pick: int) -> None:
        self.gateway.outage = GatewayUnknown(list(UnknownCause)[pick % len(UnknownCause)])
        self.gateway.void_answer = self.gateway.outage

    def heal(self, _: int) -> None:
        self.gateway.heal()

    def wait(self, pick: int) -> None:
        self.moment += timedelta(minutes=pick)


STEPS = [
    *("visit", "approve", "approve", "decline", "hold", "short", "deliver", "deliver", "work", "work", "look"),
    *("review", "settle", "sweep", "void", "outage", "heal", "heal", "wait"),
]


def check(world: World) -> None:
    """What must hold after every single step."""
    view = payment_of(world.number)
    if view is None:
        return
    rows = GatewayTransaction.objects.filter(payment_id=view.payment_id)
    captured = list(rows.filter(role=TransactionRole.CAPTURED.value))
    told = Announcement.objects.filter(name="payments.payment.captured", payload__order_number=world.number).count()
    assert len(captured) == told == (1 if view.state is PaymentState.CAPTURED else 0)
    for row in captured:
        entry = world.gateway.transactions[row.trans_id]
        assert (entry.verdict, entry.amount) == (Verdict.APPROVED, Decimal("5.00"))
        assert entry.standing in PAID_THERE
        assert row.trans_id not in world.gateway.voids


def check_end(world: World) -> None:
    """What must hold once the gateway answers again and the sweeps ran: nothing paid is left undelivered or unseen."""
    view = payment_of(world.number)
    mine = world.mine()
    good = [entry for entry in mine if entry.verdict is Verdict.APPROVED and entry.amount == Decimal("5.00")]
    unsettled = [entry for entry in good if entry.standing is Standing.CAPTURED]
    if unsettled:
        assert view is not None
        assert view.state is PaymentState.CAPTURED
        assert len(unsettled) == 1
    for row in GatewayTransaction.objects.filter(payment__order_number=world.number):
        if row.role == TransactionRole.SURPLUS.value:
            assert row.void_state in {VoidState.VOIDED.value, VoidState.REFUSED.value}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=30))
def test_any_sequence_ends_with_at_most_one_payment_told_once(gateway, leave, now, steps):
    gateway.transactions.clear()
    gateway.requests.clear()
    gateway.voids.clear()
    gateway.heal()
    world = World(gateway, leave, now)
    world.visit(0)
    for name, pick in steps:
        getattr(world, name)(pick)
        check(world)
    gateway.heal()
    for _ in range(6):
        world.wait(100)
        world.sweep(0)
        check(world)
    check_end(world)
