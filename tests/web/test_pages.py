import pytest
from store_scenery import order, read_page

from crystalcall.rules.ordering import OrderState

PUBLIC = ("/", "/rates/", "/rates/russia/", "/minutes/", "/privacy/", "/service/", "/security/")
ACCOUNT = ("/account/", "/account/register/", "/account/reset/")
CART = ("/cart/", "/cart/?credit-10=2", "/checkout/?credit-10=2")
ALL = (*PUBLIC, *ACCOUNT, "/privacy/evidence/", "/privacy/data-map/", *CART)
LANGUAGES = ("", "/ru")
# What every page carries, whatever it is about.
HEADER = ("/", "/rates/", "/minutes/", "/cart/", "/account/")
FOOTER = ("/service/", "/privacy/", "/security/", "mailto:service@crystalcall.example")


@pytest.fixture(params=[(language, address) for language in LANGUAGES for address in ALL], ids="".join)
def shown(request, visitor, published):
    language, address = request.param
    response = visitor.get(language + address)
    assert response.status_code == 200
    return language, response, read_page(response)


def test_every_page_carries_the_shop_around_it(shown):
    language, _, page = shown
    paths = {link.partition("?")[0] for link in page.links}
    assert {language + path for path in HEADER} <= paths
    assert {path if path.startswith("mailto") else language + path for path in FOOTER} <= paths
    other = "/" if language else "/ru/"
    assert any(link.startswith(other) for link in page.links), "no way to the other language"


def test_every_page_says_its_language_and_has_one_heading_and_its_landmarks(shown):
    language, response, page = shown
    assert page.language == ("ru" if language else "en")
    assert response.headers["Content-Language"] == page.language
    assert [page.tags[tag] for tag in ("h1", "main", "header", "footer", "title")] == [1, 1, 1, 1, 1]
    assert "#main" in page.links


def test_every_page_is_fit_for_the_wall_and_for_a_reader_of_screens(shown):
    _, _, page = shown
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
    assert all(script.get("src", "").startswith("/static/") for script in page.scripts)
    assert all(address.startswith("/static/") for address in page.loaded)
    assert not page.tags["style"]
    assert not page.tags["img"]
    assert [name for name, times in page.ids.items() if times > 1] == []
    assert set(page.references) <= set(page.ids), "a label or description leads nowhere"


@pytest.mark.clause("C17")
def test_no_page_sets_a_cookie(shown, visitor):
    assert not shown[1].cookies
    assert not visitor.cookies


@pytest.mark.clause("C25")
def test_the_russian_pages_are_russian_but_for_names(shown):
    language, response, page = shown
    # The evidence names tests and modules, which are written in English.
    if language and "evidence" not in response.request["PATH_INFO"]:
        latin = sum(character.isascii() and character.isalpha() for character in page.text)
        cyrillic = sum("а" <= character.lower() <= "я" for character in page.text)
        assert cyrillic > 2 * latin


@pytest.mark.clause("C17", "C25")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_switch_stays_on_the_page_and_keeps_the_cart(visitor, published, language):
    other = "" if language else "/ru"
    page = read_page(visitor.get(f"{language}/rates/russia/?credit-10=2"))
    assert f"{other}/rates/russia/?credit-10=2" in page.links


@pytest.mark.clause("C17")
def test_the_cart_goes_along_on_every_link_of_the_shop_and_is_counted(visitor, published):
    page = read_page(visitor.get("/rates/?credit-10=2&credit-5=1"))
    inside = [link for link in page.links if link.startswith("/") and "#" not in link]
    assert all("credit-5=1&credit-10=2" in link or "credit-10=2&credit-5=1" in link for link in inside)
    assert "Cart3" in page.text


def test_a_hostile_path_never_makes_a_link_to_another_host(visitor, published):
    for path in ("//evil.example/", "/ru//evil.example/", "/ru///evil.example"):
        page = read_page(visitor.get(path))
        assert not [link for link in page.links if link.startswith("//")]


def test_the_saving_line_names_place_price_source_and_year_on_every_page(visitor, published):
    for address in ("/", "/privacy/", "/cart/"):
        page = read_page(visitor.get(address))
        assert "Save up to" in page.text
        assert any(link.endswith("#proof") for link in page.links)


def test_without_a_published_deck_every_page_still_stands(visitor, db):
    for address in ("/", "/rates/", "/minutes/", "/cart/?credit-2=1", "/privacy/", "/service/"):
        assert visitor.get(address).status_code == 200
    assert visitor.get("/rates/russia/").status_code == 404


def test_a_country_page_shows_the_range_the_evidence_and_the_terms(visitor, published):
    page = read_page(visitor.get("/rates/united-kingdom/"))
    assert "Each call: 6.3¢ fee. Billed by 30 seconds, then by 6." in page.text
    assert "What our price is compared to" in page.text
    assert "Fastmetrics" in page.text or "Verizon" in page.text
    assert page.ids["proof"] == 1


def test_large_and_small_prices_are_said_in_full(visitor, published):
    assert "$4.998" in read_page(visitor.get("/rates/falkland-islands/")).text
    assert "0.3¢" in read_page(visitor.get("/rates/india/")).text


def test_public_pages_may_be_found_and_private_ones_may_not(visitor, published, order_page_of):
    for address in PUBLIC:
        assert b'name="robots"' not in visitor.get(address).content
    for address in ("/cart/", "/checkout/?credit-10=1"):
        assert b'content="noindex"' in visitor.get(address).content
    assert "noindex" in order_page_of(order(OrderState.PLACED)).headers["X-Robots-Tag"]


def test_machines_get_their_plain_answers(visitor, db):
    assert visitor.get("/healthz").content == b"ok\n"
    assert visitor.get("/readyz").status_code == 200
    assert b"Disallow: /cart/" in visitor.get("/robots.txt").content


def test_readiness_is_denied_while_the_database_does_not_answer(visitor, monkeypatch):
    from django.db import OperationalError

    from crystalcall.hall import health

    class Gone:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(health, "connection", Gone())
    assert visitor.get("/readyz").status_code == 503
    assert visitor.get("/healthz").status_code == 200
