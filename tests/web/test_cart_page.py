import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_scenery import read_page

ANYTHING = st.text(max_size=40)
SKUS = st.sampled_from(["credit-2", "credit-10", "credit-50", "CREDIT-10", "utm_source", "<script>", ""]) | ANYTHING
QUANTITIES = st.sampled_from(["1", "0", "-1", "99", "100", "1000000000", "٣", "1e3", "", "0x1", "+2"]) | ANYTHING


def test_an_empty_cart_says_so_and_shows_the_way_on(visitor, published):
    page = read_page(visitor.get("/cart/"))
    assert "It is empty" in page.text
    assert "/minutes/" in page.links


def test_a_cart_shows_its_lines_its_total_and_one_way_to_pay(visitor, published):
    response = visitor.get("/cart/?credit-2=1&credit-5=2&credit-10=2&credit-20=3&credit-50=1")
    page = read_page(response)
    assert "$142.00" in page.text
    assert page.fields["credit-20"]["value"] == "3"
    assert b'formaction="/checkout/"' in response.content
    assert "/cart/?credit-2=1&credit-5=2&credit-10=2&credit-20=3" in page.links


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("foo=3", "We do not sell “foo”"),
        ("credit-20=-1", "less than nothing"),
        ("credit-20=0", "quantity 0 was left out"),
        ("credit-20=1000000000", "more than one order takes"),
        ("credit-20=two", "not a whole number"),
        ("credit-10=1", "added it up to 3"),
        ("credit-50=99", "may cost up to $500"),
    ],
)
def test_what_makes_no_sense_gets_a_line_and_the_rest_stays(visitor, published, query, sentence):
    page = read_page(visitor.get(f"/cart/?credit-10=2&{query}"))
    assert sentence in page.text
    assert "credit-10" in page.fields


def test_a_cart_that_needs_a_look_offers_no_checkout_and_checkout_sends_back_to_it(visitor, published):
    query = "credit-10=2&foo=3"
    assert b"formaction" not in visitor.get(f"/cart/?{query}").content
    assert visitor.get(f"/checkout/?{query}").headers["Location"] == f"/cart/?{query}"
    assert visitor.get("/ru/checkout/").headers["Location"] == "/ru/cart/"


def test_the_catalogue_adds_to_the_cart_of_the_address(visitor, published):
    page = read_page(visitor.get("/minutes/?credit-10=1"))
    assert "/cart/?credit-10=2" in page.links
    assert "/cart/?credit-10=1&credit-50=1" in page.links


@pytest.mark.parametrize("language", ["", "/ru"])
@given(pairs=st.lists(st.tuples(SKUS, QUANTITIES), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_address_whatever_breaks_the_cart(visitor, published, language, pairs):
    response = visitor.get(f"{language}/cart/", pairs)
    assert response.status_code in {200, 414}
    assert b"<script>" not in response.content
    page = read_page(response)
    if page.links:
        assert not page.attributes["style"]


@given(query=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_bytes_whatever_break_the_cart_or_the_checkout(visitor, published, query):
    for path in ("/cart/", "/checkout/"):
        response = visitor.get(path, QUERY_STRING=query.decode("latin-1"))
        assert response.status_code < 500
