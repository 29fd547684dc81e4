import pytest
from store_scenery import read_page

from crystalcall.plumbing.ids import random_token


@pytest.fixture
def asked(published, visitor, anna, now):
    """Anna's fulfilled order that asked for price notices."""
    from crystalcall.shop.cart import read_cart
    from crystalcall.shop.orders.actions import fulfill_order, mark_paid, place_order
    from crystalcall.shop.orders.values import Placed, PlaceOrder

    wish = PlaceOrder(random_token(), read_cart("credit-2=1"), anna.name, anna.email, None, "en", price_notices=True)
    placed = place_order(wish, now=now)
    assert isinstance(placed, Placed)
    mark_paid(placed.order_number, "1", now=now)
    fulfill_order(placed.order_number, now=now)
    return placed


@pytest.fixture
def token(asked) -> str:
    from crystalcall.shop.orders.queries import stop_token

    found = stop_token(asked.order_number)
    assert found is not None
    return found


def still_asked(asked) -> bool:
    from crystalcall.shop.orders.queries import notice_orders
    from crystalcall.shop.orders.values import NoticeTopic

    return asked.order_number in notice_orders(NoticeTopic.PRICES)


@pytest.mark.clause("C16")
@pytest.mark.parametrize("language", ["", "/ru"])
def test_opening_the_link_only_asks(visitor, asked, token, language):
    address = f"{language}/updates/unsubscribe/{token}/"
    response = visitor.get(address)
    page = read_page(response)
    assert response.status_code == 200
    assert {"method": "post", "action": address} in page.forms
    assert "a•••@example.org" in page.text
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert still_asked(asked)


@pytest.mark.clause("C16")
def test_pressing_the_button_ends_it_and_pressing_again_says_the_same(visitor, asked, token):
    for _ in range(2):
        response = visitor.post(f"/updates/unsubscribe/{token}/")
        page = read_page(response)
        assert response.status_code == 200
        assert "These mails have ended" in page.text
        assert not [form for form in page.forms if form.get("method") == "post"]
    assert not still_asked(asked)
    assert "These mails have ended" in read_page(visitor.get(f"/updates/unsubscribe/{token}/")).text


@pytest.mark.clause("C16")
@pytest.mark.parametrize("language", ["", "/ru"])
def test_a_mail_program_ends_it_by_one_press_from_anywhere(client, asked, token, language):
    response = client.post(
        f"{language}/updates/unsubscribe/{token}/",
        {"List-Unsubscribe": "One-Click"},
        headers={"sec-fetch-site": "cross-site", "origin": "https://mail.example"},
    )
    assert response.status_code == 200
    assert not response.cookies
    assert not still_asked(asked)


def test_a_mail_program_without_any_header_ends_it_too(client, asked, token):
    assert client.post(f"/updates/unsubscribe/{token}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not still_asked(asked)


@pytest.mark.clause("C16")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("guess", ["A" * 22, "A" * 21, "a-b"])
def test_a_guessed_link_finds_nothing_and_ends_nothing(visitor, asked, token, method, guess):
    assert getattr(visitor, method)(f"/updates/unsubscribe/{guess}/").status_code == 404
    assert still_asked(asked)


def test_the_orders_page_says_that_it_was_asked_and_how_to_stop(visitor, asked, token):
    page = read_page(visitor.get(f"/orders/{asked.token}/"))
    assert "You asked to be told before prices rise." in page.text
    assert f"/updates/unsubscribe/{token}/" in page.links
    visitor.post(f"/updates/unsubscribe/{token}/")
    page = read_page(visitor.get(f"/orders/{asked.token}/"))
    assert "You asked to be told" not in page.text


def test_the_key_of_the_link_stands_in_no_address_of_its_own_page_but_its_form_and_language_switch(
    visitor, asked, token
):
    page = read_page(visitor.get(f"/updates/unsubscribe/{token}/"))
    assert [link for link in page.links if token in link] == [f"/ru/updates/unsubscribe/{token}/"]
