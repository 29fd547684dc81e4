import logging

import pytest
from store_scenery import read_page

NUMBER = "+7 495 123-45-67"
DIGITS = ("1234567", "123-45-67", "4951234567")


@pytest.mark.parametrize("typed", [NUMBER, "011 7 495 123 45 67", "007 495 1234567", "74951234567"])
def test_a_number_in_any_form_is_answered_with_price_and_minutes(visitor, published, typed):
    page = read_page(visitor.post("/rates/find/", {"to": typed}))
    assert "Moscow, Russia" in page.text
    assert "2.1¢ a minute $10 is 476\u00a0minutes" in page.text or "$10 is 476 minutes" in page.text
    assert page.fields["to"]["value"] == typed


@pytest.mark.clause("C25")
def test_the_answer_speaks_russian_under_its_own_address(visitor, published):
    page = read_page(visitor.post("/ru/rates/find/", {"to": NUMBER}))
    assert "Москва, Россия" in page.text
    assert "2,1 ¢ за минуту На 10 $ — 476 минут" in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize("typed", ["Russia", "Россия", "russia", "Росси"])
def test_a_country_is_found_by_its_name_in_either_language(visitor, published, typed):
    page = read_page(visitor.post("/rates/find/", {"to": typed}))
    assert page.tags["h1"] == 1
    assert "Minutes for each credit" in page.text
    assert {"Landline", "Mobile"} <= set(page.text.split())


def test_every_credit_can_be_added_from_the_answer_and_the_cart_is_kept(visitor, published):
    page = read_page(visitor.post("/rates/find/?credit-5=1", {"to": NUMBER}))
    for credit in ("credit-2=1&credit-5=1", "credit-5=2", "credit-5=1&credit-10=1"):
        assert f"/cart/?{credit}" in page.links


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the number you want to call"),
        ("8 495 12", "too short"),
        ("8 495 123-45-67", "Begin with +"),
        ("+1 900 555 0123", "premium number"),
        ("+999 123456789", "No country has this code"),
        ("+7 495 123-45-67 89 10 11 12", "too long"),
        ("Atlantiss", "No country"),
        ("+49 30 1234567", "We cannot carry calls"),
        ("12 apples", "neither a number nor a country"),
        ("<script>alert(1)</script>", ""),
        ("%00\x00", ""),
        ("9" * 5000, ""),
    ],
)
@pytest.mark.parametrize("language", ["", "/ru"])
def test_what_cannot_be_answered_gets_a_sentence_beside_the_field_and_stays_typed(
    visitor, published, typed, sentence, language
):
    response = visitor.post(f"{language}/rates/find/", {"to": typed})
    page = read_page(response)
    assert response.status_code == 200
    assert page.fields["to"]["value"] == typed[:100]
    assert page.fields["to"]["aria-invalid"] == "true"
    assert "to-wrong" in page.fields["to"]["aria-describedby"]
    assert "<script>alert" not in response.content.decode()
    if not language:
        assert sentence in page.text


def test_near_misses_are_offered_as_buttons(visitor, published):
    response = visitor.post("/rates/find/", {"to": "Rusia"})
    assert b'name="to" value="Russia"' in response.content


@pytest.mark.clause("C02", "C17")
def test_a_number_typed_is_in_no_address_header_cookie_or_log(visitor, published, caplog):
    with caplog.at_level(logging.DEBUG):
        response = visitor.post("/rates/find/", {"to": NUMBER})
        refused = visitor.post("/rates/find/", {"to": NUMBER}, headers={"sec-fetch-site": "cross-site"})
    page = read_page(response)
    assert refused.status_code == 403
    for where in (*page.links, *(form.get("action", "") for form in page.forms), str(response.headers), caplog.text):
        assert not [digits for digits in DIGITS if digits in where.replace("%20", "")]
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"
    assert NUMBER not in refused.content.decode()


def test_the_language_switch_of_an_answer_asks_the_same_again_by_post(visitor, published):
    page = read_page(visitor.post("/rates/find/", {"to": NUMBER}))
    switch = next(form for form in page.forms if form["action"].startswith("/ru/"))
    assert switch["method"] == "post"


def test_coming_by_address_leads_to_the_question(visitor, published):
    assert visitor.get("/ru/rates/find/").headers["Location"] == "/ru/"
