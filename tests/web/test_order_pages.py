from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from store_scenery import CALL, CARD, NOW, PIN, TOKEN, left, order, read_page

from crystalcall.minutes.ledger.values import Expiry
from crystalcall.rules.calls import CallState, ReleaseCause
from crystalcall.rules.fairness import FairnessReason
from crystalcall.rules.ordering import OrderState
from crystalcall.rules.rating import PriceStep, RateTerms

S = OrderState
PATHS = ("", "returned/", "pay/", "pin/")


@pytest.mark.parametrize("language", ["", "/ru"])
@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (S.PLACED, "Your order is placed, not paid yet"),
        (S.HELD, "The payment is being reviewed"),
        (S.PAID, "Paid. Your PIN is being made"),
        (S.FULFILLED, "Your minutes are ready"),
        (S.CANCELLED, "This order was cancelled"),
        (S.EXPIRED, "This order has expired"),
    ],
)
def test_each_state_has_its_own_words_and_is_kept_out_of_caches(order_page_of, state, heading, language):
    response = order_page_of(order(state), language=language)
    page = read_page(response)
    assert response.status_code == 200
    assert (heading in page.text) is not language.startswith("/ru")
    assert "K7M29QX4AB" in page.text
    assert "a•••@example.org" in page.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert [name for name, times in page.ids.items() if times > 1] == []
    assert set(page.references) <= set(page.ids)
    assert 'http-equiv="refresh"' not in response.content.decode()


def test_an_unpaid_order_can_be_paid(order_page_of):
    page = read_page(order_page_of(order(S.PLACED)))
    assert {"method": "post", "action": f"/orders/{TOKEN}/pay/"} in page.forms
    assert not page.scripts


def test_a_declined_card_is_explained_and_another_offered(order_page_of):
    page = read_page(order_page_of(order(S.PLACED, declined=True)))
    assert "The card was declined" in page.text
    assert "Your bank declined the card. Nothing was charged." in page.text
    assert "Try another card" in page.text


def test_the_return_proves_nothing_and_waits(order_page_of):
    response = order_page_of(order(S.PLACED), path="returned/")
    page = read_page(response)
    assert "Waiting for the payment’s confirmation" in page.text
    assert f"/orders/{TOKEN}/returned/" in page.links
    assert [script["src"] for script in page.scripts] == ["/static/web/wait.js"]
    assert {"method": "post", "action": f"/orders/{TOKEN}/pay/"} in page.forms


def test_the_return_after_a_decline_tells_both(order_page_of):
    page = read_page(order_page_of(order(S.PLACED, declined=True), path="returned/"))
    assert "Waiting for the payment’s confirmation" in page.text
    assert "The last card tried: Your bank declined the card." in page.text


@pytest.mark.parametrize("state", [S.FULFILLED, S.HELD, S.CANCELLED])
def test_the_return_leads_on_once_more_is_known(order_page_of, state):
    response = order_page_of(order(state), path="returned/", language="/ru")
    assert response.headers["Location"] == f"/ru/orders/{TOKEN}/"


def test_a_fulfilled_order_shows_everything_but_the_pin(order_page_of):
    response = order_page_of(order(S.FULFILLED))
    page = read_page(response)
    assert PIN not in page.text.replace(" ", "")
    assert "Show PIN" in page.text
    assert "tel:+17185550100" in page.links
    assert "New York" in page.text
    assert "$9.227" in page.text
    assert "$0.50 is held for a call in progress." in page.text
    assert "Russia" in page.text
    assert "Until December 2, 2026 no call costs more" in page.text


def test_the_pin_is_shown_after_a_press_and_never_by_an_address(order_page_of):
    view = order(S.FULFILLED)
    shown = order_page_of(view, path="pin/", method="post")
    assert "4829 1357 0264" in read_page(shown).text
    assert shown.headers["Cache-Control"] == "no-store"
    by_address = order_page_of(view, path="pin/")
    assert by_address.headers["Location"] == f"/orders/{TOKEN}/"


def test_a_call_is_proven_figure_by_figure_with_its_number_masked(order_page_of):
    page = read_page(order_page_of(order(S.FULFILLED)))
    said = page.text.replace("\u00a0", " ")
    for figure in (
        "Russia, landline, Moscow",
        "+7 495 ••• •• 67",
        "Prefix +7495",
        "Rate version 7",
        "Talked 12 min 30 s",
        "Charged time 13 min",
        "Increments 13",
        "Fee none",
        "Balance before $10.00",
        "Charge $0.273",
        "Balance after $9.727",
    ):
        assert figure in said, figure


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": CallState.ANSWERED}, "in progress"),
        ({"used_seconds": 0, "release_cause": ReleaseCause.BUSY}, "busy, not charged"),
        ({"used_seconds": 0, "release_cause": ReleaseCause.NO_ANSWER}, "no answer, not charged"),
        ({"used_seconds": 0, "release_cause": None}, "not connected, not charged"),
        ({"release_cause": ReleaseCause.LIMIT_REACHED}, "ended at the limit of the credit"),
        ({"overrun_seconds": 61}, "Cut late, at our cost"),
        ({"used_seconds": 2, "charge_micros": 0, "fairness": FairnessReason.SHORT_CALL}, "very short, not charged"),
        ({"charge_micros": 0, "fairness": FairnessReason.FAILED_CALL}, "failed, not charged"),
        ({"charge_micros": 0, "fairness": FairnessReason.DROPPED_CALL}, "dropped, not charged"),
        ({"fairness": FairnessReason.DROPPED_CALL}, "dropped, the last part not charged"),
        ({"forgiven_micros": 21_000}, "Not charged, in fairness $0.021"),
        ({"charge_micros": 0, "allowance_seconds": 780}, "ended, paid by your minutes"),
        ({"charge_micros": 21_000, "allowance_seconds": 720}, "ended, partly paid by your minutes"),
        ({"allowance_seconds": 720}, "Paid by your minutes 12 min"),
    ],
)
def test_how_a_call_ended_is_said_in_words(order_page_of, changes, words):
    card = replace(CARD, calls=(replace(CALL, **changes),))
    page = read_page(order_page_of(replace(order(S.FULFILLED), cards=(card,))))
    assert words in page.text


@pytest.mark.clause("C14")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_token_finds_nothing_and_is_not_repeated(visitor, published, path, method):
    response = getattr(visitor, method)(f"/orders/AAAAAAAAAAAAAAAAAAAAAA/{path}")
    assert response.status_code in {404, 405}
    assert response.status_code == 405 or "AAAA" not in response.content.decode().replace(
        "/ru/orders/AAAAAAAAAAAAAAAAAAAAAA/", ""
    )


@pytest.mark.parametrize(("path", "method"), [("", "get"), ("pin/", "post")])
def test_the_language_switch_of_an_order_leads_to_its_page(order_page_of, path, method):
    page = read_page(order_page_of(order(S.FULFILLED), path=path, method=method))
    assert f"/ru/orders/{TOKEN}/" in page.links


def test_an_order_page_carries_no_cart(order_page_of):
    page = read_page(order_page_of(order(S.PLACED), path="?credit-10=2"))
    assert not [link for link in page.links if "credit-10" in link and "/ru/" not in link]


@pytest.mark.clause("C25")
def test_a_call_is_explained_in_sentences_in_the_readers_language(order_page_of):
    english = read_page(order_page_of(order(S.FULFILLED))).text.replace("\u00a0", " ")
    assert "You talked for 12 min 30 s." in english
    assert "The call costs $0.273." in english
    russian = read_page(order_page_of(order(S.FULFILLED), language="/ru")).text.replace("\u00a0", " ")
    assert "Вы говорили 12 мин 30 с." in russian
    assert "Звонок стоит 0,273 $." in russian
    assert "You talked" not in russian


def test_a_call_that_met_two_prices_shows_both(order_page_of):
    terms = RateTerms(50_000, steps=(PriceStep(60, 10_000),))
    card = replace(CARD, calls=(replace(CALL, terms=terms),))
    assert "1–5¢ a minute" in read_page(order_page_of(replace(order(S.FULFILLED), cards=(card,)))).text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "",
            (
                "The credit can be used until January 31, 2027",
                "Russia, landline until January 1, 2027, 3:00 PM UTC 120 minutes",
                "Kazakhstan 1 min 5 s",
                "These minutes are used first, then the credit.",
            ),
        ),
        ("/ru", ("Деньги можно использовать до 31 января 2027 г.", "Россия, городской", "120 минут", "Казахстан")),
    ],
)
def test_what_is_left_on_a_card_is_shown_with_its_end(order_page_of, language, sentences):
    stock = left(
        minutes=(("ru-landline", 7200, NOW + timedelta(days=60)), ("kz-*", 65, None)),
        expiry=Expiry(UUID(int=7), NOW + timedelta(days=90), by_dormancy=False),
    )
    page = read_page(order_page_of(order(S.FULFILLED), left=stock, language=language))
    said = page.text.replace("\u00a0", " ")
    for sentence in sentences:
        assert sentence in said, sentence
    assert "moves that day on" not in said


def test_credit_that_ends_for_want_of_use_says_that_a_call_keeps_it(order_page_of):
    stock = left(expiry=Expiry(UUID(int=7), NOW + timedelta(days=90), by_dormancy=True))
    assert "Each call moves that day on." in read_page(order_page_of(order(S.FULFILLED), left=stock)).text


def test_credit_that_never_ends_says_nothing_of_an_end(order_page_of):
    assert "can be used until" not in read_page(order_page_of(order(S.FULFILLED), left=left())).text
