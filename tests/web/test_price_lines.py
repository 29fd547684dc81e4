import pytest
from django.utils.translation import override

from crystalcall.minutes.rates.values import DestinationInfo, RatedPrefix, ReferencePrice
from crystalcall.rules.numbering import LineType
from crystalcall.rules.rating import RateTerms
from crystalcall.shop.cart import CartLine
from crystalcall.shop.cart.reading import read_cart_of
from crystalcall.shop.catalogue.queries import ProductInfo, ProductKind
from crystalcall.web.shop.price_lines import Offer, credit_rows, price_cell, scale, terms_note, with_one_more, without

PRODUCTS = tuple(
    ProductInfo(f"credit-{face}", face * 10**6, face * 10**6, ProductKind.CREDIT, active=True) for face in (2, 10)
)


def rated(minute_price_micros: int, **terms: int) -> RatedPrefix:
    where = DestinationInfo("ru-landline", "RU", LineType.LANDLINE, "")
    return RatedPrefix(1, 7, "7495", where, RateTerms(minute_price_micros, **terms))


def reference(minute_price_micros: int) -> ReferencePrice:
    return ReferencePrice(minute_price_micros, "Verizon", 2022, "a service guide", "landline")


def test_ten_dollars_at_two_point_one_cents_are_476_minutes():
    cell = price_cell(rated(21_000), reference(95_000))
    assert (cell.minutes, cell.kind, cell.terms_note) == (476, "Landline", "")


def test_a_saving_is_rounded_down_and_never_overstated():
    drawn = scale(21_000, reference(95_000), from_micros=21_000, in_full=False)
    assert drawn.saving_percent == 77
    assert drawn.text == "77% less than 9.5¢"
    assert drawn.reference_share == 100
    assert round(drawn.our_share, 1) == 22.1


def test_a_dearer_price_of_ours_is_drawn_as_dearer_and_claims_no_percentage():
    drawn = scale(41_000, reference(35_000), from_micros=41_000, in_full=False)
    assert drawn.text == "Compared to 3.5¢"
    assert drawn.saving_percent == 0
    assert drawn.our_share == 100
    assert drawn.reference_share < 100


def test_a_range_on_both_sides_of_the_reference_claims_no_percentage():
    drawn = scale(482_000, reference(79_000), from_micros=37_000, in_full=False)
    assert drawn.text == "Compared to 7.9¢"
    assert drawn.low_share < drawn.reference_share < drawn.our_share


@pytest.mark.parametrize(("ours", "said"), [(95_000, "The same as 9.5¢"), (94_999, "Just below 9.5¢")])
def test_equal_prices_are_called_equal(ours, said):
    assert scale(ours, reference(95_000), from_micros=ours, in_full=False).text == said


def test_in_full_the_carrier_and_the_year_are_named_in_both_languages():
    assert scale(21_000, reference(95_000), from_micros=21_000, in_full=True).text.endswith("at Verizon, 2022")
    with override("ru"):
        said = scale(21_000, reference(95_000), from_micros=21_000, in_full=True).text
    assert said.replace("\u00a0", " ") == "На 77 % меньше, чем 9,5 ¢ у Verizon, 2022 г."


def test_fee_cap_and_unusual_increments_stand_beside_the_quote():
    terms = RateTerms(21_000, connect_fee_micros=50_000, first_increment_seconds=30, next_increment_seconds=6)
    assert terms_note(terms, capped=False) == "Each call: 5¢ fee. Billed by 30 seconds, then by 6."
    assert terms_note(RateTerms(21_000), capped=False) == ""


def test_each_credit_is_quoted_for_each_offer_and_ten_dollars_come_first():
    cart = read_cart_of("credit-2=1", PRODUCTS)
    rows = credit_rows([Offer(RateTerms(21_000)), Offer(RateTerms(84_000), is_range=True)], PRODUCTS, cart, "/cart/")
    assert [[bought.minutes for bought in row.bought] for row in rows] == [[95, 23], [476, 119]]
    assert [row.is_first for row in rows] == [False, True]
    assert rows[1].address == "/cart/?credit-2=1&credit-10=1"
    assert rows[1].bought[1].at_least


def test_one_more_of_a_full_line_stays_full():
    cart = read_cart_of("credit-2=99", PRODUCTS)
    assert with_one_more(cart, PRODUCTS[0], "/cart/") == "/cart/?credit-2=99"
    assert without(cart, "credit-2", "/cart/") == "/cart/"
    assert CartLine("credit-2", 99, 2_000_000, 198_000_000) in cart.lines
