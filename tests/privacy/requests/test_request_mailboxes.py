"""People buy, ask, and move between mailboxes in any order: a ticket shows what has the mailbox that got its link."""

from datetime import timedelta

import pytest
from buyers import token_in
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from crystalcall.plumbing.ids import random_token
from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import Correction
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.actions.serving import Corrected
from crystalcall.privacy.requests.exporting import PersonalData
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.values import LinkOpened, Opened
from crystalcall.rules.privacy.requesting import RequestKind
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders.actions import mark_paid, place_order
from crystalcall.shop.orders.values import Placed, PlaceOrder

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C12")]


def places(shop, name, email):
    """Somebody orders and does not pay."""
    placed = place_order(PlaceOrder(random_token(), read_cart("credit-10=1"), name, email, None, "en"), now=shop.now)
    assert isinstance(placed, Placed)
    return placed


class Mailboxes(RuleBasedStateMachine):
    """Three people with a mailbox each, who buy, order with any address, ask with anything, and move to new mailboxes.

    Whatever they do in whatever order: what a ticket shows was mailed to the mailbox that got its link.
    """

    shop = None
    orders, tickets, keys = Bundle("orders"), Bundle("tickets"), Bundle("keys")
    BOXES = ("a@example.org", "b@example.org", "c@example.org", "d@example.org")

    @rule(target=orders, box=st.sampled_from(BOXES), pays=st.booleans())
    def buy(self, box, pays):
        placed = places(self.shop, f"Buyer {box[0]}", box)
        if pays:
            mark_paid(placed.order_number, "1", now=self.shop.now)
            self.shop.tells()
        self.shop.sends()
        return placed.order_number

    @rule(
        target=tickets,
        box=st.sampled_from(("", *BOXES)),
        order=st.one_of(st.just(""), orders),
        kind=st.sampled_from(("access", "correction")),
    )
    def ask(self, box, order, kind):
        if not (box or order):
            return None
        from crystalcall.privacy.requests.actions.opening import Asked
        from crystalcall.privacy.requests.values import Channel

        mailbox = keepers.mailbox(box) or ""
        answer = actions.open_request(Asked(RequestKind(kind), mailbox, Channel.SITE, "en", order), now=self.shop.now)
        assert isinstance(answer, Opened)
        for letter in self.shop.sends():
            opened = actions.open_link(token_in(letter), now=self.shop.now)
            assert isinstance(opened, LinkOpened)
            return (opened.ticket, letter.to[0])
        return None

    @rule(target=keys, held=tickets, to=st.sampled_from(BOXES))
    def propose(self, held, to):
        if held is None:
            return None
        actions.correct(held[0], Correction(email=to), now=self.shop.now)
        return [(token_in(letter), letter.to[0]) for letter in self.shop.sends() if "change" in letter.body]

    @rule(held=keys)
    def confirm(self, held):
        for token, box in held or ():
            done = actions.confirm_change(token, now=self.shop.now)
            if isinstance(done, Corrected):
                assert PrivacyRequest.objects.get(reference=done.reference).mailbox == bytes.fromhex(
                    keepers.mailbox(box)
                )
            self.shop.sends()

    @rule(minutes=st.sampled_from((1, 20, 45)))
    def wait(self, minutes):
        self.shop.later(minutes=minutes)
        actions.tidy(self.shop.now)

    @rule(held=tickets)
    def read(self, held):
        if held is None:
            return
        data = actions.fetch(held[0], now=self.shop.now)
        if isinstance(data, PersonalData):
            [details] = [each.rows for each in data.sections if each.section.key == "details"]
            assert details
            assert {keepers.mailbox(str(row[2])) for row in details} == {keepers.mailbox(held[1])}


def test_whatever_people_do_a_ticket_shows_only_what_has_the_mailbox_that_got_its_link(shop):
    from django.db import transaction

    class InOneShop(Mailboxes):
        def __init__(self) -> None:
            super().__init__()
            self.shop = shop
            self._save = transaction.savepoint()

        def teardown(self):
            transaction.savepoint_rollback(self._save)

    run_state_machine_as_test(
        InOneShop,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=timedelta(seconds=30),
            suppress_health_check=list(HealthCheck),
        ),
    )
