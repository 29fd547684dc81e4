import urllib.parse

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.shop.cart.reading import PAIRS_AT_MOST, address, read_cart_of
from crystalcall.shop.cart.values import (
    QUERY_LIMIT_CHARACTERS,
    TYPED_LIMIT_CHARACTERS,
    Cart,
    CartProblem,
    CartProblemReason,
)
from crystalcall.shop.cart.wording import problem_text
from crystalcall.shop.catalogue.queries import ProductInfo, ProductKind

REASON = CartProblemReason


def product(sku: str, dollars: int, *, active: bool = True) -> ProductInfo:
    return ProductInfo(sku, dollars * 1_000_000, dollars * 1_000_000, ProductKind.CREDIT, active)


PRODUCTS = (
    product("credit-2", 2),
    product("credit-10", 10),
    product("credit-50", 50),
    product("credit-7", 7, active=False),
)


def read(query: object) -> Cart:
    return read_cart_of(query, PRODUCTS)  # type: ignore[arg-type]  # odd queries are the point


def quantities(cart: Cart) -> dict[str, int]:
    return {line.sku: line.quantity for line in cart.lines}


def test_a_plain_cart_is_read_with_its_prices():
    cart = read("credit-10=2&credit-2=1")
    assert [(line.sku, line.quantity, line.line_price_micros) for line in cart.lines] == [
        ("credit-2", 1, 2_000_000),
        ("credit-10", 2, 20_000_000),
    ]
    assert (cart.total_micros, cart.problems, cart.orderable, cart.item_count) == (22_000_000, (), True, 3)


def test_text_pairs_and_querydict_mean_the_same_cart():
    text = "credit-10=2&credit-10=1&nothing=4"
    assert read(text) == read(QueryDict(text)) == read(urllib.parse.parse_qsl(text))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("0", REASON.ZERO),
        ("-0", REASON.ZERO),
        ("-1", REASON.NEGATIVE),
        ("100", REASON.TOO_MANY),
        ("1000000000", REASON.TOO_MANY),
        ("9" * 6000, REASON.TOO_MANY),
        ("two", REASON.NOT_A_NUMBER),
        ("", REASON.NOT_A_NUMBER),
        ("1.5", REASON.NOT_A_NUMBER),
        ("1e3", REASON.NOT_A_NUMBER),
        ("1_0", REASON.NOT_A_NUMBER),
        ("٣", REASON.NOT_A_NUMBER),
        ("²", REASON.NOT_A_NUMBER),
        ("NaN", REASON.NOT_A_NUMBER),
        ("0x10", REASON.NOT_A_NUMBER),
        ("\x00", REASON.NOT_A_NUMBER),
    ],
)
def test_a_quantity_that_makes_no_sense_is_named_and_the_rest_stays(typed: str, reason: CartProblemReason):
    cart = read([("credit-10", typed), ("credit-2", "3")])
    assert quantities(cart) == {"credit-2": 3}
    assert [(problem.sku, problem.reason) for problem in cart.problems] == [("credit-10", reason)]
    assert problem_text(cart.problems[0])


def test_an_unknown_product_is_named_and_the_rest_stays():
    cart = read("credit-3=1&credit-10=1")
    assert cart.problems == (CartProblem("credit-3", REASON.UNKNOWN_PRODUCT, "1"),)
    assert quantities(cart) == {"credit-10": 1}
    assert not cart.orderable


def test_a_withdrawn_product_is_named_and_the_rest_stays():
    cart = read("credit-7=2&credit-10=1")
    assert cart.problems == (CartProblem("credit-7", REASON.WITHDRAWN, "2"),)
    assert quantities(cart) == {"credit-10": 1}


def test_a_product_that_stands_twice_is_added_up_and_said():
    cart = read("credit-10=1&credit-2=1&credit-10=2")
    assert quantities(cart) == {"credit-2": 1, "credit-10": 3}
    assert cart.problems == (CartProblem("credit-10", REASON.REPEATED, "3"),)
    assert cart.orderable


def test_repeats_beyond_the_limit_keep_what_fitted_and_say_so():
    cart = read("credit-2=60&credit-2=60")
    assert quantities(cart) == {"credit-2": 60}
    assert cart.problems == (CartProblem("credit-2", REASON.TOO_MANY, "60"),)


def test_a_quantity_of_zero_takes_the_product_out_and_the_rest_can_be_ordered():
    cart = read("credit-10=0&credit-2=1")
    assert quantities(cart) == {"credit-2": 1}
    assert cart.orderable


def test_a_total_over_the_limit_keeps_every_line_and_stops_the_order():
    cart = read("credit-50=11")
    assert cart.total_micros == 550_000_000
    assert cart.problems == (CartProblem("", REASON.TOTAL_OVER_LIMIT, ""),)
    assert not cart.orderable
    assert read("credit-50=10").orderable


def test_an_empty_cart_cannot_be_ordered_and_has_no_problem():
    assert read("") == Cart((), 0, ())
    assert not read("").orderable


def test_more_different_products_than_a_cart_holds_are_named():
    many = tuple(product(f"credit-{price}", price) for price in range(100, 125))
    cart = read_cart_of([(each.sku, "1") for each in many], many)
    assert len(cart.lines) == 20
    assert [problem.reason for problem in cart.problems] == [REASON.TOO_MANY_LINES] * 5 + [REASON.TOTAL_OVER_LIMIT]


def test_a_query_longer_than_a_cart_can_be_is_read_up_to_the_limit():
    filler = "&".join(f"unknown-{number}={'1' * 100}" for number in range(200))
    cart = read(f"credit-10=2&{filler}&credit-2=1")
    assert quantities(cart) == {"credit-10": 2}
    assert cart.problems[0] == CartProblem("", REASON.TOO_LONG, "")
    assert len(cart.problems) <= PAIRS_AT_MOST + 2


def test_a_quantity_cut_by_the_limit_is_not_taken_for_another_quantity():
    text = "x" * (QUERY_LIMIT_CHARACTERS - len("&credit-10=1")) + "&credit-10=12"
    assert quantities(read(text)) == {}


def test_what_others_append_to_a_link_is_no_mistake_of_the_buyer():
    assert read("credit-10=1&utm_source=mail&fbclid=abc&yclid=1").problems == ()


def test_what_is_repeated_on_the_page_is_short_and_printable():
    problem = read([("a\u202e\x00" + "b" * 500, "c\n" * 500)]).problems[0]
    assert len(problem.sku) == len(problem.typed) == TYPED_LIMIT_CHARACTERS
    assert problem.sku.isprintable()
    assert problem.typed.isprintable()


def test_capitals_and_spaces_do_not_make_another_product():
    assert quantities(read("%20Credit-10%20=%201%20")) == {"credit-10": 1}


def test_equal_carts_have_one_address():
    assert address(read("credit-10=1&credit-2=2").lines) == "credit-2=2&credit-10=1"
    assert address(read("credit-2=2&credit-10=1").lines) == "credit-2=2&credit-10=1"
    assert address(()) == ""


PIECES = st.one_of(
    st.sampled_from(
        ["credit-2", "credit-10", "credit-7", "=", "&", "1", "99", "-1", "0", "%", "%zz", "+", ";", "%00", "9" * 50]
    ),
    st.text(max_size=5),
)


@given(query=st.lists(PIECES, max_size=40).map("".join))
def test_no_query_string_is_an_error(query: str):
    cart = read(query)
    assert cart.total_micros == sum(line.unit_price_micros * line.quantity for line in cart.lines)
    assert all(1 <= line.quantity <= 99 for line in cart.lines)
    assert all(problem_text(problem) for problem in cart.problems)


@given(pairs=st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=100))
def test_no_pairs_are_an_error(pairs: list[tuple[str, str]]):
    cart = read(pairs)
    assert all(len(problem.sku) <= TYPED_LIMIT_CHARACTERS for problem in cart.problems)


@given(query=st.lists(PIECES, max_size=20).map("".join))
def test_the_canonical_address_means_the_same_lines_without_problems(query: str):
    lines = read(query).lines
    again = read(address(lines))
    assert again.lines == lines
    assert {problem.reason for problem in again.problems} <= {REASON.TOTAL_OVER_LIMIT}
