"""Reading price lists: all good, or every fault by its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_decks import HEADER, deck_csv

from crystalcall.minutes.rates.deck_file import DeckFile, Missing, Stated, read_deck
from crystalcall.rules.rating import RateTerms

DAY = date(2026, 1, 7)


def read(content: bytes, stated: Stated | None = None, **options: object) -> DeckFile:
    return read_deck(content, stated or Stated(), effective_on=DAY, **options)


def test_a_good_row_is_read_with_its_exact_terms():
    found = read(deck_csv(("7495", "Russia - Moscow", "0.0291", "0.05", "30", "6")))
    assert not found.bad_rows
    assert not found.missing
    (row,) = found.rows
    assert (row.prefix, row.destination, row.line) == ("7495", "Russia - Moscow", 2)
    assert row.terms == RateTerms(29_100, 50_000, 30, 6)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("abc,Russia,0.1,0,60,60", "'abc' is not a prefix"),
        ("0049,Germany,0.1,0,60,60", "'0049' is not a prefix"),
        ("3.38E+11,Austria,0.1,0,60,60", "is not a prefix"),
        ("٧٤٩٥,Russia,0.1,0,60,60", "is not a prefix"),
        (",Russia,0.1,0,60,60", "'' is not a prefix"),
        ("1234567890123456,Far,0.1,0,60,60", "longer than a number"),
        ("7495,,0.1,0,60,60", "1 to 200 characters"),
        ("7495,Russia,-0.1,0,60,60", "-0.1 is negative"),
        ("7495,Russia,0.0000001,0,60,60", "finer than a millionth"),
        ("7495,Russia,,0,60,60", "'' is not a number of dollars"),
        ("7495,Russia,$1,0,60,60", "'$1' is not a number of dollars"),
        ("7495,Russia,free,0,60,60", "'free' is not a number of dollars"),
        ("7495,Russia,101,0,60,60", "101 dollars is more than any call costs"),
        ("7495,Russia,0.1,-1,60,60", "-1 is negative"),
        ("7495,Russia,0.1,0,0,60", "'0' is not an increment"),
        ("7495,Russia,0.1,0,60,1.5", "'1.5' is not an increment"),
        ("7495,Russia,0.1,0,60,99999999999999999999", "is not an increment"),
        ("7495,Russia,0.1,0,60", "it has 5 cells, the header 6"),
        ("7495,Russia,0.1,0,60,60,more", "it has 7 cells, the header 6"),
    ],
)
def test_a_bad_row_is_named_by_line_and_reason(cells, reason):
    found = read(deck_csv(("1", "United States", "0.01")) + f"{cells}\n".encode())
    (bad,) = found.bad_rows
    assert bad.line == 3
    assert reason in bad.reason


def test_every_bad_row_is_reported_not_only_the_first():
    found = read((HEADER + "x,A,1,0,1,1\n7,B,1,0,1,1\n\ny,C,1,0,1,1\n,,,,,\n7,D,1,0,1,1\n").encode())
    assert [bad.line for bad in found.bad_rows] == [2, 5, 7]
    assert found.bad_rows[-1].reason == "the prefix 7 stands on line 3 already, under another destination (B)"


def test_rows_after_a_blank_one_are_not_lost():
    found = read((HEADER + "7,Russia,1,0,1,1\n\n,,,,,\n44,United Kingdom,1,0,1,1\n").encode())
    assert [row.prefix for row in found.rows] == ["7", "44"]


def test_a_byte_order_mark_semicolons_and_tabs_are_understood():
    plain = deck_csv(("7", "Russia", "0.1"))
    for content in (b"\xef\xbb\xbf" + plain, plain.replace(b",", b";"), plain.replace(b",", b"\t")):
        found = read(content)
        assert not found.bad_rows
        assert found.rows[0].terms.minute_price_micros == 100_000


def test_a_decimal_comma_is_refused_and_not_read_as_another_price():
    found = read(deck_csv(("7", "Russia", "0.25")).replace(b",", b";").replace(b"0.25", b"0,25"))
    assert "'0,25' is not a number" in found.bad_rows[0].reason


def test_what_the_deck_leaves_empty_must_be_stated():
    content = b"prefix,destination,price_usd_per_min\n7,Russia,0.1\n44,United Kingdom,0.2\n"
    assert read(content).missing == {Missing.INCREMENTS: 2, Missing.CONNECT_FEE: 2}
    stated = read(content, Stated(30, 6, 10_000))
    assert not stated.missing
    assert stated.rows[0].terms == RateTerms(100_000, 10_000, 30, 6)


def test_what_the_deck_states_is_not_overruled():
    found = read(deck_csv(("7", "Russia", "0.1", "0.5", "1", "1")), Stated(60, 60, 0))
    assert found.rows[0].terms == RateTerms(100_000, 500_000, 1, 1)


def test_increments_that_do_not_divide_are_flagged():
    found = read(deck_csv(("7", "A", "1", "0", "30", "20"), ("8", "B", "1", "0", "60", "6")))
    assert found.uneven_lines == [2]


def test_dates_are_read_and_must_not_be_after_the_deck():
    header = HEADER.strip() + ",effective_date\n"
    rows = "7,A,1,0,1,1,2026-01-07\n8,B,1,0,1,1,2026-01-08\n9,C,1,0,1,1,soon\n"
    found = read((header + rows).encode())
    assert [(bad.line, bad.reason) for bad in found.bad_rows] == [
        (3, "it starts on 2026-01-08, after the deck (2026-01-07)"),
        (4, "'soon' is not a date (year-month-day)"),
    ]


def test_other_money_than_dollars_is_refused():
    found = read((HEADER.strip() + ",currency\n7,A,1,0,1,1,EUR\n8,B,1,0,1,1,usd\n").encode())
    assert [bad.line for bad in found.bad_rows] == [2]
    assert "EUR" in found.bad_rows[0].reason


def test_columns_of_other_names_are_mapped():
    content = b"Prefix,Name,Price / min,Fee,I,N\n7,Russia,0.1,0,60,60\n"
    columns = {
        "destination": "Name",
        "price_usd_per_min": "Price / min",
        "connect_fee_usd": "Fee",
        "first_increment_s": "I",
        "next_increment_s": "N",
    }
    assert read(content, columns=columns).rows[0].terms == RateTerms(100_000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the header lacks prefix, destination, price_usd_per_min"),
        (b"prefix,destination\n7,Russia\n", "the header lacks price_usd_per_min"),
        (b"prefix,prefix,destination,price_usd_per_min\n", "the header names a column twice"),
        (HEADER.encode(), "the file has no rows"),
        (HEADER.encode() + b"7,Espa\xf1a,1,0,1,1\n", "this is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_deck_is_refused_in_a_sentence(content, reason):
    (bad,) = read(content).bad_rows
    assert reason in bad.reason


def test_progress_reaches_the_end():
    told = []
    read(deck_csv(*((str(n), "X", "1") for n in range(1000, 3500))), progress=lambda *each: told.append(each))
    assert told[-1][0] == told[-1][1]
    assert all(done <= total for done, total in told)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content):
    found = read(HEADER.encode() + content)
    assert found.rows or found.bad_rows
