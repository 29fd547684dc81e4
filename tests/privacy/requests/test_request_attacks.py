"""What somebody tries who wants another person's data: each step as an attacker would take it, over the site's pages.

One promise stands behind all of it: a mailed link proves the mailbox it was mailed to, and nothing else.
"""

import re

import pytest
from buyers import token_in
from django.test import Client

from crystalcall.customers.queries import contact
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy import keepers
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.actions.serving import Forgotten
from crystalcall.privacy.requests.exporting import PersonalData
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import KeyRefused, LinkOpened, Opened
from crystalcall.rules.privacy.requesting import RequestKind
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders.actions import place_order, stop_notices
from crystalcall.shop.orders.queries import order_by_token
from crystalcall.shop.orders.values import Placed, PlaceOrder

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C12")]

HERE = "/privacy/requests/"
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"sec-fetch-site": "same-origin"})


def places(shop, name, email, telephone=None):
    """Somebody orders and does not pay."""
    wish = PlaceOrder(random_token(), read_cart("credit-10=1"), name, email, telephone, "en")
    placed = place_order(wish, now=shop.now)
    assert isinstance(placed, Placed)
    return placed


def shown(data):
    """Every row of an export, as text."""
    return repr([each.rows for each in data.sections])


def asked_on_the_site(shop, visitor, kind, email="", order_number=""):
    """The form is sent and the mail opened; gives the ticket, and where the mail went."""
    shop.sends()
    sent = visitor.post(HERE, {"kind": kind, "email": email, "order_number": order_number})
    assert sent.status_code == 200
    [letter] = shop.sends()
    page = visitor.post(f"{HERE}link/{token_in(letter)}/").content.decode()
    return TICKET.search(page).group(1), letter.to[0]


def moves(shop, visitor, email, to):
    """Somebody moves their own address from one mailbox of theirs to another."""
    ticket, _ = asked_on_the_site(shop, visitor, "correction", email)
    visitor.post(f"{HERE}act/", {"ticket": ticket, "email": to})
    [letter] = shop.sends()
    assert letter.to == [to]
    assert visitor.post(f"{HERE}change/{token_in(letter)}/").status_code == 200
    shop.sends()


@pytest.mark.parametrize("kind", ["access", "export", "correction", "deletion", "withdrawal"])
def test_an_order_number_beside_an_own_address_opens_nothing_of_the_order(shop, visitor, anna, mallory, kind):
    victim = shop.sells(anna)
    shop.sells(mallory)
    ticket, went_to = asked_on_the_site(shop, visitor, kind, mallory.email, victim.order_number)
    assert went_to == mallory.email
    moves(shop, visitor, mallory.email, "mallory2@example.org")
    answers = [
        visitor.post(f"{HERE}act/", {"ticket": ticket, "act": "read", "sure": "1", "name": "Mallory Was Here"}),
        visitor.post(f"{HERE}act/", {"ticket": ticket, "kind": "access"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert not any(anna.name in answer.content.decode() for answer in answers)
    kept = contact(victim.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert (kept.name, kept.email) == (anna.name, anna.email)


def test_an_order_placed_with_anothers_address_and_never_paid_opens_nothing_of_theirs(shop, visitor, anna, mallory):
    victim = shop.sells(anna)
    shop.sells(mallory)
    planted = places(shop, "x y", anna.email)
    ticket, went_to = asked_on_the_site(shop, visitor, "access", mallory.email, planted.order_number)
    assert went_to == mallory.email
    moves(shop, visitor, mallory.email, "mallory2@example.org")
    answer = visitor.post(f"{HERE}act/", {"ticket": ticket, "act": "read"})
    assert answer.status_code == 404
    assert anna.name not in answer.content.decode()
    # By the number alone the link goes to the victim's own mailbox.
    _, went_to = asked_on_the_site(shop, visitor, "access", order_number=planted.order_number)
    assert went_to == anna.email
    assert keepers.find(order_number=planted.order_number).of(NameKind.ORDER) == (planted.order_number,)
    assert contact(victim.customer_id, purpose=Purpose.PRIVACY_REQUEST) is not None


def test_when_a_mailbox_is_nobodys_any_more_its_ticket_opens_nothing_at_all(shop, anna, mallory):
    victim = shop.sells(anna)
    shop.sells(mallory)
    ticket = shop.ticket_for("access", mallory.email, order_number=victim.order_number)
    actions.delete(shop.ticket_for("deletion", mallory.email), now=shop.now)
    assert isinstance(actions.fetch(ticket, now=shop.now), KeyRefused)


def test_what_was_typed_is_forgotten_with_the_proof(shop, anna, mallory):
    victim = shop.sells(anna)
    shop.sells(mallory)
    shop.ticket_for("access", mallory.email, order_number=victim.order_number)
    [row] = PrivacyRequest.objects.all()
    assert (row.asked_mailbox, row.order_number) == (None, "")
    assert bytes(row.mailbox).hex() == keepers.mailbox(mallory.email)


def test_a_second_new_address_is_not_proved_by_the_first_ones_link(shop, visitor, anna, mallory):
    shop.sells(anna)
    own = shop.sells(mallory)
    ticket, _ = asked_on_the_site(shop, visitor, "correction", mallory.email)
    assert visitor.post(f"{HERE}act/", {"ticket": ticket, "email": "mallory2@example.org"}).status_code == 200
    [letter] = shop.sends()
    assert visitor.post(f"{HERE}act/", {"ticket": ticket, "email": anna.email}).status_code == 200
    # Before the worker writes the mail to the second address, and again after it.
    assert visitor.post(f"{HERE}change/{token_in(letter)}/").status_code == 404
    [second] = shop.sends()
    assert second.to == [anna.email]
    assert visitor.post(f"{HERE}change/{token_in(letter)}/").status_code == 404
    kept = contact(own.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert kept.email == mallory.email
    data = actions.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    assert isinstance(data, PersonalData)
    assert own.order_number not in shown(data)


def test_a_corrected_typing_mistake_in_a_new_address_gets_its_own_mail(shop, visitor, anna):
    bought = shop.sells(anna)
    ticket, _ = asked_on_the_site(shop, visitor, "correction", anna.email)
    visitor.post(f"{HERE}act/", {"ticket": ticket, "email": "mistyped@example.org"})
    shop.sends()
    visitor.post(f"{HERE}act/", {"ticket": ticket, "email": "right@example.org"})
    [letter] = shop.sends()
    assert letter.to == ["right@example.org"]
    assert visitor.post(f"{HERE}change/{token_in(letter)}/").status_code == 200
    kept = contact(bought.customer_id, purpose=Purpose.PRIVACY_REQUEST)
    assert kept is not None
    assert kept.email == "right@example.org"


def test_the_old_address_is_told_and_everything_it_had_open_ends(shop, visitor, anna):
    shop.sells(anna)
    shop.sends()
    shop.asks("deletion", anna.email)
    [unopened] = shop.sends()
    reading = shop.ticket_for("access", anna.email)
    ticket, _ = asked_on_the_site(shop, visitor, "correction", anna.email)
    visitor.post(f"{HERE}act/", {"ticket": ticket, "email": "anna.new@example.org"})
    [letter] = shop.sends()
    assert visitor.post(f"{HERE}change/{token_in(letter)}/").status_code == 200
    [told] = shop.sends()
    assert told.to == [anna.email]
    assert isinstance(actions.open_link(token_in(unopened), now=shop.now), KeyRefused)
    for key in (reading, ticket):
        assert isinstance(actions.ready(key, now=shop.now), KeyRefused)
    assert OneTimeKey.objects.count() == 0
    assert not PrivacyRequest.objects.filter(closed_at__isnull=True).exists()
    assert {bytes(row.mailbox).hex() for row in PrivacyRequest.objects.all()} == {
        keepers.mailbox("anna.new@example.org")
    }


def test_a_letter_keeps_its_deadline_when_its_writers_address_changes(shop, visitor, anna):
    shop.sells(anna)
    shop.sends()
    opened = actions.receive_mail_request(anna.email, "data", "Please tell me all of it.", now=shop.now)
    assert isinstance(opened, Opened)
    shop.sends()
    moves(shop, visitor, anna.email, "anna.new@example.org")
    row = PrivacyRequest.objects.get(reference=opened.reference)
    assert (row.closed_at, row.expected_by) == (None, opened.expected_by)
    actions.extend_request(opened.reference, "Forty orders.", now=shop.now)
    [letter] = shop.sends()
    assert letter.to == ["anna.new@example.org"]


@pytest.mark.clause("C11")
def test_deletion_leaves_nothing_of_requests_made_under_a_former_address(shop, visitor, anna):
    bought = shop.sells(anna)
    reading, _ = asked_on_the_site(shop, visitor, "access", anna.email, bought.order_number)
    moves(shop, visitor, anna.email, "anna.new@example.org")
    deleting, _ = asked_on_the_site(shop, visitor, "deletion", "anna.new@example.org")
    assert visitor.post(f"{HERE}act/", {"ticket": deleting, "sure": "1"}).status_code == 200
    for row in PrivacyRequest.objects.all():
        assert (row.mailbox, row.asked_mailbox, row.order_number) == (None, None, "")
    assert visitor.post(f"{HERE}act/", {"ticket": reading, "act": "zip"}).status_code == 404


def test_what_was_never_delivered_shows_its_address_and_not_what_somebody_typed_beside_it(shop, anna):
    shop.sells(anna)
    planted = places(shop, "A Planted Name", anna.email, "+12125550666")
    data = actions.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    assert isinstance(data, PersonalData)
    [details] = [each.rows for each in data.sections if each.section.key == "details"]
    rows = sorted(details, key=lambda row: not row[-1])
    assert [row[-1] for row in rows] == [True, False]
    assert rows[0][1:4] == (anna.name, anna.email, anna.telephone)
    assert rows[1][1:4] == (None, anna.email, None)
    assert planted.order_number in shown(data)
    assert "A Planted Name" not in shown(data)


def test_whoever_ordered_with_anothers_address_never_sees_the_new_one(shop, visitor, anna, monkeypatch):
    """Neither on the order's page, nor on the payment form, which is filled in with the address."""
    paid = shop.sells(anna)
    planted = places(shop, "x y", anna.email)
    moves(shop, visitor, anna.email, "anna.new@secret.example")
    for token in (paid.token, planted.token):
        page = visitor.get(f"/orders/{token}/").content.decode()
        assert "secret.example" not in page
    view = order_by_token(planted.token)
    assert view is not None
    [planted_customer] = keepers.find(order_number=planted.order_number).ids(NameKind.CUSTOMER)
    kept = contact(planted_customer, purpose=Purpose.ORDER_FULFILLMENT)
    assert kept is not None
    assert kept.email == anna.email


def test_links_go_where_something_was_delivered_and_not_to_the_newest_spelling(shop, anna):
    shop.sells(anna)
    shop.later(minutes=1)
    places(shop, "x y", anna.email.upper())
    shop.sends()
    shop.asks("access", anna.email)
    [letter] = shop.sends()
    assert letter.to == [anna.email]


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [("vic@strasse.example", "vic@straße.example"), ("vic@βόλοσ.example", "vic@βόλος.example")],
    ids=["sharp-s", "final-sigma"],
)
def test_domains_that_only_older_rules_take_for_one_are_two_mailboxes(shop, visitor, anna, theirs, mine):
    victim = anna.__class__(anna.name, theirs, anna.language, anna.telephone)
    shop.sells(victim)
    places(shop, "x y", mine)
    assert keepers.mailbox(theirs) != keepers.mailbox(mine)
    shop.sends()
    shop.asks("access", mine)
    [letter] = shop.sends()
    assert letter.to[0].isascii()
    assert letter.to[0].startswith("vic@xn--")
    link = actions.open_link(token_in(letter), now=shop.now)
    assert isinstance(link, LinkOpened)
    data = actions.fetch(link.ticket, now=shop.now)
    assert isinstance(data, PersonalData)
    assert anna.name not in shown(data)


def test_a_forged_letter_shows_its_text_to_nobody_who_did_not_prove_it(shop, anna):
    shop.sells(anna)
    shop.sends()
    actions.receive_mail_request(anna.email, "data", "Planted words of a forger.", now=shop.now)
    shop.sends()
    data = actions.fetch(shop.ticket_for("access", anna.email), now=shop.now)
    assert isinstance(data, PersonalData)
    assert "Planted words" not in shown(data)


def test_a_stranger_who_asks_again_and_again_only_mails_the_owner_working_links(shop, anna):
    """For twelve hours, every quarter of one; after each a link in the mailbox works, and it leads to a deletion."""
    bought = shop.sells(anna)
    shop.sends()
    letters = []
    for _ in range(48):
        shop.asks("objection", anna.email)
        shop.asks("withdrawal", "somebody@example.com", order_number=bought.order_number)
        letters += [(shop.now, letter) for letter in shop.sends()]
        actions.tidy(shop.now)
        assert any(_opens(letter, shop.now) for _, letter in letters[-3:])
        shop.later(minutes=15)
    assert all(letter.to == [anna.email] for _, letter in letters)
    assert len(letters) <= 6 + 4 + 1
    link = next(
        opened
        for _, letter in reversed(letters)
        if isinstance(opened := actions.open_link(token_in(letter), now=shop.now), LinkOpened)
    )
    actions.sort(link.ticket, RequestKind.DELETION, now=shop.now)
    assert isinstance(actions.delete(link.ticket, now=shop.now), Forgotten)


def _opens(letter, now):
    from crystalcall.privacy.requests import one_time
    from crystalcall.privacy.requests.values import KeyRole

    return not isinstance(one_time.look(token_in(letter), KeyRole.LINK, now=now), KeyRefused)


def test_two_deletions_at_once_are_one(shop, anna):
    shop.sells(anna)
    ticket, other = shop.ticket_for("deletion", anna.email), shop.ticket_for("deletion", anna.email)
    done = [actions.delete(each, now=shop.now) for each in (ticket, other, ticket)]
    assert [type(each) for each in done] == [Forgotten, KeyRefused, KeyRefused]
    from crystalcall.privacy.erasures.models import Erasure

    assert Erasure.objects.count() == 1


def test_whoever_ordered_with_anothers_address_ends_no_wish_of_theirs(shop, anna):
    mine = shop.sells(anna, price_notices=True)
    wish = PlaceOrder(random_token(), read_cart("credit-10=1"), "x y", anna.email, None, "en", price_notices=True)
    planted = place_order(wish, now=shop.now)
    assert isinstance(planted, Placed)
    view = order_by_token(planted.token)
    assert view is not None
    assert view.stop_token is not None
    stop_notices(view.stop_token, now=shop.now)
    kept = order_by_token(mine.token)
    assert kept is not None
    assert kept.stop_token is not None
