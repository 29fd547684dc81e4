"""What joins what when an order comes into an account: an unproven address joins nobody's past."""

import pytest

from crystalcall.customers.queries import accounts_of, contact
from crystalcall.privacy import keepers
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.keepers import NameKind, Person, Way
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.exporting import gather
from crystalcall.shop.orders import actions
from crystalcall.shop.orders.actions.claiming import claimable
from crystalcall.shop.orders.belongings import cards_of, made_with, orders_of
from crystalcall.shop.orders.queries import letter, order_by_token, order_in_account
from crystalcall.shop.orders.values import Claimed, ClaimRefusal, ClaimRefused, ClaimWay


def person(customer_id):
    return keepers.whole(Person().joined(NameKind.CUSTOMER, (customer_id,)))


@pytest.mark.clause("C11")
def test_a_guests_order_bought_with_the_confirmed_address_becomes_the_customers(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    assert claimable(me) == (bought.order_number,)
    assert actions.claim_by_mailbox(me, now=shop.now) == (Claimed(bought.order_number, ClaimWay.MAILBOX),)
    assert [order.order_number for order in orders_of(me)] == [bought.order_number]
    assert accounts_of(me) == (bought.account_id,)
    assert letter(bought.order_number).customer_id == me
    assert contact(bought.customer_id, purpose=Purpose.CUSTOMER_SERVICE) is None
    assert claimable(me) == ()
    assert actions.claim_by_mailbox(me, now=shop.now) == ()


@pytest.mark.clause("C14")
def test_the_secret_address_joins_the_order_and_nothing_of_its_buyer(shop, registered, anna, boris):
    bought, other = shop.sells(anna), shop.sells(anna)
    shop.calls(bought)
    me = registered(boris)
    address = f"https://crystalcall.example/ru/orders/{bought.token}/"
    assert actions.claim_by_address(me, address, now=shop.now) == Claimed(bought.order_number, ClaimWay.ADDRESS)
    assert [order.order_number for order in orders_of(me)] == [bought.order_number]
    assert len(made_with(cards_of(me))) == 1
    assert letter(bought.order_number).customer_id == bought.customer_id
    assert person(me).of(NameKind.ORDER) == ()
    assert person(me).ids(NameKind.CUSTOMER) == (me,)
    assert me not in person(bought.customer_id).ids(NameKind.CUSTOMER)
    told = str([each.rows for each in gather(person(me), now=shop.now, language="en").sections])
    assert bought.order_number in told
    assert all(secret not in told for secret in (anna.name, anna.email, anna.telephone, other.order_number))


def test_an_order_with_the_customers_own_mailbox_is_joined_whole_by_its_address_too(shop, registered, anna):
    bought = shop.sells(anna)
    me = registered(anna)
    claimed = actions.claim_by_address(me, bought.token, now=shop.now)
    assert claimed == Claimed(bought.order_number, ClaimWay.MAILBOX)


@pytest.mark.clause("C14")
def test_the_public_page_of_a_claimed_order_keeps_pin_and_calls_for_whoever_signs_in(shop, registered, anna):
    bought = shop.sells(anna)
    shop.calls(bought)
    assert len(order_by_token(bought.token).cards[0].calls) == 1
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    public, own = order_by_token(bought.token), order_in_account(me, bought.order_number)
    assert public.in_account
    assert public.cards[0].calls == ()
    assert actions.reveal_pins(bought.token, now=shop.now) == ()
    assert len(own.cards[0].calls) == 1
    assert [card.pin for card in actions.reveal_own_pins(me, bought.order_number)] == [bought.pin]


@pytest.mark.clause("C14")
def test_an_order_stands_in_one_account_and_makes_room_for_its_buyer_alone(shop, registered, anna, boris, mallory):
    bought = shop.sells(anna)
    finder, friend, buyer = registered(mallory), registered(boris), registered(anna)
    assert isinstance(actions.claim_by_address(finder, bought.token, now=shop.now), Claimed)
    again = actions.claim_by_address(finder, bought.token, now=shop.now)
    assert again == ClaimRefused(ClaimRefusal.YOURS_ALREADY)
    refused = actions.claim_by_address(friend, bought.token, now=shop.now)
    assert refused == ClaimRefused(ClaimRefusal.IN_ANOTHER_ACCOUNT)
    assert orders_of(friend) == ()
    assert len(actions.claim_by_mailbox(buyer, now=shop.now)) == 1
    assert orders_of(finder) == ()
    assert len(orders_of(buyer)) == 1
    last = actions.claim_by_address(finder, bought.token, now=shop.now)
    assert last == ClaimRefused(ClaimRefusal.IN_ANOTHER_ACCOUNT)


@pytest.mark.parametrize("typed", ["", "A" * 22, "https://crystalcall.example/orders/", "482913570264", "x" * 5000])
def test_what_is_no_address_of_an_order_joins_nothing(typed, shop, registered, anna):
    shop.sells(anna)
    me = registered(anna)
    assert actions.claim_by_address(me, typed, now=shop.now) == ClaimRefused(ClaimRefusal.UNKNOWN)
    assert orders_of(me) == ()


def test_a_guest_who_never_registered_claims_nothing(shop, anna):
    bought = shop.sells(anna)
    guest = shop.sells(anna).customer_id
    assert actions.claim_by_mailbox(guest, now=shop.now) == ()
    refused = actions.claim_by_address(guest, bought.token, now=shop.now)
    assert refused == ClaimRefused(ClaimRefusal.UNKNOWN)


@pytest.mark.clause("C11", "C13")
def test_deleting_the_account_ends_its_claims_and_leaves_others_alone(shop, registered, anna, boris):
    bought = shop.sells(anna)
    me = registered(boris)
    actions.claim_by_address(me, bought.token, now=shop.now)
    erase_person(person(me), Way.DELETION, now=shop.now)
    assert orders_of(me) == ()
    assert letter(bought.order_number).customer_id == bought.customer_id
    assert [card.pin for card in actions.reveal_pins(bought.token, now=shop.now)] == [bought.pin]


def test_old_orders_of_an_account_are_given_up_and_the_account_stays(shop, registered, anna):
    from datetime import timedelta

    from crystalcall.shop.orders.keeping_people import OrdersKeeper

    shop.sells(anna)
    me = registered(anna)
    actions.claim_by_mailbox(me, now=shop.now)
    later = shop.now + timedelta(days=1)
    keeper = OrdersKeeper()
    assert keeper.lapsed("order_record", before=later, limit=10) == []
    assert keeper.expire("order_record", before=later, now=later, limit=10) == {"orders_unlinked": 1}
    assert orders_of(me) == ()
    assert accounts_of(me) == ()
    assert contact(me, purpose=Purpose.CUSTOMER_SERVICE).name == anna.name
    assert keeper.expire("order_record", before=later, now=later, limit=10) == {"orders_unlinked": 0}
