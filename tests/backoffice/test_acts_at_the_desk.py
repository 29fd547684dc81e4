"""What is done at the desk is done, with one line in the audit log; and what takes two takes two."""

import re

import pytest

WHY = "lost the card in a taxi"


@pytest.fixture
def bought(shop, anna):
    return shop.sells(anna)


def state(serial: str) -> str:
    from crystalcall.minutes.pins.queries import pin

    return pin(serial).state.value


def test_a_pin_is_blocked_and_unblocked_for_a_reason(desk_of, bought):
    desk = desk_of("service")
    path = f"/cards/{bought.serial}/"
    assert desk.post(path, {"act": "block", "reason": ""}).status_code == 422
    assert state(bought.serial) != "blocked"
    assert desk.post(path, {"act": "block", "reason": WHY})["Account-Go"] == f"{path}?done=blocked"
    assert state(bought.serial) == "blocked"
    page = desk.get(f"{path}?done=blocked").content.decode()
    assert "The PIN opens nothing from now on." in page
    assert WHY not in page
    desk.post(path, {"act": "unblock", "reason": "found it again"})
    assert state(bought.serial) != "blocked"
    acts = [act for act, *_ in desk.log()]
    assert acts == ["backoffice.pin_blocked", "backoffice.looked_up", "backoffice.pin_unblocked"]


def test_the_log_shows_who_did_what_why_and_reading_it_is_a_line(desk_of, bought):
    service, reader = desk_of("service", name="Basia Lis"), desk_of("administrator", name="Cezary Wilk")
    service.post(f"/cards/{bought.serial}/", {"act": "block", "reason": WHY})
    page = reader.get("/log/").content.decode()
    assert "Basia Lis" in page
    assert WHY in page
    assert "blocked a PIN" in page
    assert bought.serial in page
    assert f"/cards/{bought.serial}/" not in page, "an administrator looks nothing up"
    assert reader.log() == [("staff.log_read", "done", "log", "")]
    only = reader.get("/log/?act=backoffice.revealed").content.decode()
    assert WHY not in only
    nonsense = reader.get("/log/?member=x&before=9999999999999999999999&act=%00")
    assert nonsense.status_code == 200


def test_a_customers_sign_ins_end_everywhere(desk_of, shop, anna, frozen_clock):
    from proving import PASSWORD

    from crystalcall.customers.actions import record_guest
    from crystalcall.customers.signing_in import actions
    from crystalcall.customers.signing_in.models import SignIn
    from crystalcall.customers.signing_in.values import Audience, Issued

    now = frozen_clock.now()
    customer = record_guest(anna.name, anna.email, anna.telephone, anna.language, now=now)
    actions.add_credential(Audience.CUSTOMER, customer, anna.email, PASSWORD, now=now)
    assert isinstance(actions.sign_in(Audience.CUSTOMER, anna.email, PASSWORD, "t" * 43, now=now), Issued)
    desk = desk_of("service")
    gone = desk.post(f"/customers/{customer}/", {"act": "end-sign-ins", "reason": WHY})
    assert gone["Account-Go"].endswith("done=ended")
    assert not SignIn.objects.filter(credential_id=customer).exists()
    assert SignIn.objects.filter(credential_id=desk.member_id).exists()
    assert desk.log() == [("backoffice.sign_ins_ended", "done", str(customer), "")]


def test_an_orders_mail_goes_out_once_more_and_not_twice(desk_of, bought, shop, anna):
    assert [letter.to for letter in shop.sends()] == [[anna.email]]
    desk = desk_of("service")
    path = f"/orders/{bought.order_number}/"
    shop.later(minutes=1)
    for _press in range(2):
        assert desk.post(path, {"act": "resend", "reason": WHY})["Account-Go"] == f"{path}?done=resent"
    shop.later(minutes=1)
    # The member gets the news of their own second factor, too.
    assert [letter.to for letter in shop.sends() if letter.to[0].startswith("anna")] == [[anna.email]]


def test_an_unpaid_order_has_no_mail_to_be_sent_again(desk_of, shop, anna):
    from crystalcall.plumbing.ids import random_token
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders import actions
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    who = (anna.name, anna.email, anna.telephone, anna.language)
    placed = actions.place_order(PlaceOrder(random_token(), read_cart("credit-10=1"), *who, False), now=shop.now)
    assert isinstance(placed, Placed), placed
    number = placed.order_number
    desk = desk_of("service")
    assert "Send the mail again" not in desk.get(f"/orders/{number}/").content.decode()
    before = desk.log()
    assert desk.post(f"/orders/{number}/", {"act": "resend", "reason": WHY}).status_code == 404
    assert desk.log() == before


def test_goodwill_takes_two_and_is_given_once(desk_of, bought, shop):
    from crystalcall.minutes.ledger.queries import balance

    proposer, approver = desk_of("service", name="Basia Lis"), desk_of("accounts", name="Darek Sowa")
    had = balance(bought.account_id).available_micros
    card = f"/cards/{bought.serial}/"
    gone = proposer.post(card, {"act": "credit", "amount": "5", "reason": "twenty minutes of noise on the line"})
    assert gone["Account-Go"] == f"{card}?done=proposed"
    assert balance(bought.account_id).available_micros == had
    listed = approver.get("/proposals/").content.decode()
    assert bought.serial in listed
    path = re.search(r'href="(/proposals/[0-9a-f-]{36}/)"', listed)[1]
    page = approver.get(path).content.decode()
    assert "twenty minutes of noise" in page
    seen = re.search(r'name="hash" value="([0-9a-f]{64})"', page)[1]
    own = proposer.get(path).content.decode()
    assert 'value="approve"' not in own
    assert 'value="withdraw"' in own
    assert proposer.post(path, {"act": "approve", "hash": seen}).status_code == 403
    assert approver.post(path, {"act": "approve", "hash": "0" * 64}).status_code == 422
    assert balance(bought.account_id).available_micros == had
    assert approver.post(path, {"act": "approve", "hash": seen})["Account-Go"] == f"{path}?done=approved"
    assert balance(bought.account_id).available_micros == had + 5_000_000
    again = approver.post(path, {"act": "approve", "hash": seen})
    assert again.status_code == 422
    assert "decided already" in again.content.decode()
    assert balance(bought.account_id).available_micros == had + 5_000_000


def test_whoever_proposed_takes_it_back_and_nobody_else(desk_of, bought):
    proposer, other = desk_of("accounts"), desk_of("accounts")
    proposer.post(f"/cards/{bought.serial}/", {"act": "credit", "amount": "400,50", "reason": WHY})
    path = re.search(r'href="(/proposals/[0-9a-f-]{36}/)"', other.get("/proposals/").content.decode())[1]
    assert other.post(path, {"act": "withdraw"}).status_code == 422
    assert proposer.post(path, {"act": "withdraw"})["Account-Go"].endswith("done=withdrawn")
    assert "withdrawn" in other.get(path).content.decode()


@pytest.mark.parametrize("amount", ["", "0", "-5", "5.5", "1e3", "five", "10000", "٥"])
def test_a_senseless_amount_is_no_proposal(desk_of, bought, amount):
    desk = desk_of("service")
    answer = desk.post(f"/cards/{bought.serial}/", {"act": "credit", "amount": amount, "reason": WHY})
    assert answer.status_code == 422
    assert desk.log() == []


@pytest.mark.parametrize("path", ["/orders/NOSUCHORDR/", "/cards/NOSUCHCARD/", "/orders/a/", "/cards/---/"])
def test_what_is_not_there_cannot_be_done_with(desk_of, path):
    desk = desk_of("service", "accounts")
    for act in ("block", "unblock", "credit", "resend", "nonsense"):
        assert desk.post(path, {"act": act, "reason": WHY, "amount": "5"}).status_code in {404, 422}
    assert desk.log() == []


def test_the_desk_speaks_russian(desk_of, bought):
    desk = desk_of("service", "accounts", language="ru")
    for path in ("/ru/", "/ru/look-up/", f"/ru/cards/{bought.serial}/", f"/ru/orders/{bought.order_number}/"):
        text = re.sub(r"<[^>]+>", " ", desk.get(path).content.decode())
        assert re.search("[а-я]{4}", text), path
    assert not re.search(r"\b(Look up|What waits|Sign out|Block the PIN)\b", text)
