"""The page of speed dial: read, set, take away, copy; and nothing of it where no card was bought."""

import pytest
from store_scenery import read_page

MOSCOW = "+74951234567"


def words(response):
    return read_page(response).text


def test_codes_are_set_shown_and_taken_away(owner):
    browser, bought = owner
    page = f"/account/speed-dial/{bought.serial}/"
    assert browser.get("/account/speed-dial/")["Account-Go"] == page
    assert "No code dials anything yet" in words(browser.get(page))
    done = browser.post(page, {"act": "set", "code": "*7", "number": "+7 495 123-45-67", "label": " Mama  <b>"})
    assert done["Account-Go"] == f"{page}?done=set"
    shown = browser.get(page)
    assert "*7 · Mama <b>" in words(shown)
    assert "+7 495 123-45-67" in words(shown)
    assert 'name="code" type="numeric" value="1"' in shown.content.decode()
    assert browser.post(page, {"act": "remove", "code": "7"})["Account-Go"] == f"{page}?done=removed"
    assert "No code dials anything yet" in words(browser.get(page))


@pytest.mark.parametrize("code", ["", "0", "100", "x", "1234", "²"])
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(owner, code):
    browser, bought = owner
    page = f"/account/speed-dial/{bought.serial}/"
    wrong = browser.post(page, {"act": "set", "code": code, "number": "12", "label": "4111 1111 1111 1111"})
    assert wrong.status_code == 422
    assert "from 1 to 99" in words(wrong)
    assert "with its country code, such as" in words(wrong)
    assert "bank card’s number" in words(wrong)
    assert 'value="12"' in wrong.content.decode()


def test_the_codes_of_one_card_are_copied_to_another(shop, browser_of, anna):
    first, second = shop.sells(anna), shop.sells(anna)
    browser = browser_of(anna)
    browser.post("/account/orders/", {"act": "join"})
    page = f"/account/speed-dial/{first.serial}/"
    browser.post(page, {"act": "set", "code": "7", "number": MOSCOW, "label": "Mama"})
    serials = {first.serial, second.serial}
    assert serials <= set(words(browser.get(page)).split())
    copied = browser.post(page, {"act": "copy", "to": second.serial})
    assert copied["Account-Go"] == f"{page}?done=copied"
    assert "*7 · Mama" in words(browser.get(f"/account/speed-dial/{second.serial}/"))


def test_without_a_card_that_was_bought_the_page_says_what_it_is_for(shop, browser_of, anna, boris):
    bought = shop.sells(boris)
    browser = browser_of(anna)
    browser.post("/account/cards/", {"pin": bought.pin})
    assert "A card that you bought has short codes" in words(browser.get("/account/speed-dial/"))
    for method in (browser.get, lambda path: browser.post(path, {"act": "set", "code": "7", "number": MOSCOW})):
        assert method(f"/account/speed-dial/{bought.serial}/").status_code == 404
