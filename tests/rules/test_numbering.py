"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.rules.numbering import LineType, Number, Unclear, UnclearReason, mask, read_number

MOSCOW = "+74951234567"


@pytest.mark.parametrize(
    ("typed", "e164", "country"),
    [
        ("+7 495 123-45-67", MOSCOW, "RU"),
        ("74951234567", MOSCOW, "RU"),
        ("+7\u00a0(495)\u00a0123.45.67", MOSCOW, "RU"),
        ("＋７　（４９５）　１２３－４５－６７", MOSCOW, "RU"),
        ("\u202a+7 495 123\u201145\u201167\u202c", MOSCOW, "RU"),
        ("tel:+7-495-123-45-67", MOSCOW, "RU"),
        ("011 52 55 1234 5678", "+525512345678", "MX"),
        ("011 7 495 123 45 67", MOSCOW, "RU"),
        ("0049 30 123456", "+4930123456", "DE"),
        ("٠٠٤٩ ٣٠ ١٢٣٤٥٦", "+4930123456", "DE"),
        ("+44 (0)20 7946 0958", "+442079460958", "GB"),
        ("+39 06 1234 5678", "+390612345678", "IT"),
        ("+52 1 55 1234 5678", "+525512345678", "MX"),
        ("+54 9 11 2345 6789", "+5491123456789", "AR"),
        ("(212) 555-0100", "+12125550100", "US"),
        ("1-212-555-0100", "+12125550100", "US"),
        ("646 555 0123", "+16465550123", "US"),
        ("14165550123", "+14165550123", "CA"),
        ("+7 727 258 1234", "+77272581234", "KZ"),
        ("+290 22222", "+29022222", "SH"),
    ],
)
def test_the_forms_people_type_are_read(typed, e164, country):
    number = read_number(typed)
    assert isinstance(number, Number)
    assert (number.e164, number.digits, number.country_iso2) == (e164, e164[1:], country)


@pytest.mark.parametrize(
    ("typed", "line_type"),
    [
        ("+7 495 123 45 67", LineType.LANDLINE),
        ("+7 916 123 45 67", LineType.MOBILE),
        ("+1 800 555 0199", LineType.TOLL_FREE),
        ("+881 6 1234 5678", LineType.SATELLITE),
        ("+870 773 111 632", LineType.SATELLITE),
        ("+88216 5 555 1234", LineType.SATELLITE),
    ],
)
def test_the_type_of_line_is_told(typed, line_type):
    number = read_number(typed)
    assert isinstance(number, Number)
    assert number.line_type is line_type


def test_a_satellite_is_in_no_country():
    number = read_number("+881 6 1234 5678")
    assert isinstance(number, Number)
    assert number.country_iso2 is None


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", UnclearReason.EMPTY),
        (" \u00a0\u200e ", UnclearReason.EMPTY),
        ("+", UnclearReason.NOT_A_NUMBER),
        ("1-800-FLOWERS", UnclearReason.NOT_A_NUMBER),
        ("+7 495 123 45 67 ext 5", UnclearReason.NOT_A_NUMBER),
        ("++7 495 123 45 67", UnclearReason.NOT_A_NUMBER),
        ("7+495 123 45 67", UnclearReason.NOT_A_NUMBER),
        ("½½½½½½½½", UnclearReason.NOT_A_NUMBER),
        ("*67 212 555 0100", UnclearReason.NOT_A_NUMBER),
        ("1234", UnclearReason.TOO_SHORT),
        ("+7 4951", UnclearReason.TOO_SHORT),
        ("011", UnclearReason.TOO_SHORT),
        ("00", UnclearReason.TOO_SHORT),
        ("12345678901234567890", UnclearReason.TOO_LONG),
        ("+7 495 123 45 67 89", UnclearReason.TOO_LONG),
        ("9" * 1000, UnclearReason.TOO_LONG),
        ("8 495 123 45 67", UnclearReason.AMBIGUOUS),
        ("495 123 45 67", UnclearReason.AMBIGUOUS),
        ("555-0100", UnclearReason.AMBIGUOUS),
        ("020 7946 0958", UnclearReason.AMBIGUOUS),
        ("1-900-555-0123", UnclearReason.PREMIUM),
        ("900 555 0123", UnclearReason.PREMIUM),
        ("+44 909 879 0000", UnclearReason.PREMIUM),
        ("+979 1 2345 6789", UnclearReason.PREMIUM),
        ("+999 123 4567", UnclearReason.UNKNOWN_COUNTRY),
        ("+210", UnclearReason.UNKNOWN_COUNTRY),
        ("+1 012 345 6789", UnclearReason.IMPOSSIBLE),
    ],
)
def test_what_is_no_number_is_told_why_and_given_back(typed, reason):
    assert read_number(typed) == Unclear(reason, typed)


@given(st.text(max_size=80))
def test_anything_typed_gets_an_answer(typed):
    assert isinstance(read_number(typed), (Number, Unclear))


@given(st.text("0123456789+-() ", max_size=24))
def test_a_number_read_once_reads_the_same_again(typed):
    number = read_number(typed)
    if isinstance(number, Number):
        assert read_number(number.e164) == number


@pytest.mark.parametrize(
    ("e164", "masked"),
    [
        (MOSCOW, "+7 495 ••• •• 67"),
        ("+12125550100", "+1 212 ••• ••00"),
        ("+525512345678", "+52 55 •••• ••78"),
        ("+29022222", "+290 •••22"),
        ("nobody", "nobody"),
        ("+99912345678", "+•••••••••78"),
    ],
)
def test_a_mask_keeps_country_area_and_two_digits(e164, masked):
    assert mask(e164).replace("\u00a0", " ") == masked


@given(st.text("0123456789", min_size=8, max_size=15))
def test_a_mask_always_hides(digits):
    masked = mask("+" + digits)
    assert masked.count("•") >= min(4, len(digits) - len("220") - 2)
    assert digits not in masked
