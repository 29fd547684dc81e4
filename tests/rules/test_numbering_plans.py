"""The compiled numbering plans against libphonenumber itself, over the numbers of all countries."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from crystalcall.rules.numbering import LineType, Number, Unclear, UnclearReason, read_e164, read_number
from crystalcall.rules.numbering.plans import international

CODES = sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
# What people put before a number by mistake or by an old habit: trunk prefixes and signs of a mobile.
PREFIXES = ("", "", "", "0", "8", "1", "06", "15", "9", "00", "01", "044", "012", "19")
NATIONAL_PREFIXES = sorted(
    {
        metadata.national_prefix
        for region in phonenumbers.SUPPORTED_REGIONS
        if (metadata := phonenumbers.PhoneMetadata.metadata_for_region(region)).national_prefix
    }
)


def by_libphonenumber(digits: str) -> Number | UnclearReason:
    """What digits after a plus are, asked of the library alone, the slow way."""
    if digits[:3] == "521" and len(digits) == 13:
        digits = "52" + digits[3:]
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException as error:
        return {
            phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: UnclearReason.UNKNOWN_COUNTRY,
            phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: UnclearReason.TOO_SHORT,
            phonenumbers.NumberParseException.TOO_SHORT_NSN: UnclearReason.TOO_SHORT,
            phonenumbers.NumberParseException.TOO_LONG: UnclearReason.TOO_LONG,
        }[error.error_type]
    if not phonenumbers.is_valid_number(parsed):
        return reason_invalid(parsed)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    line_type = line_type_of(parsed, e164)
    if line_type is LineType.PREMIUM:
        return UnclearReason.PREMIUM
    region = phonenumbers.region_code_for_number(parsed)
    return Number(e164, e164[1:], None if region == "001" else region, line_type)


def reason_invalid(parsed: phonenumbers.PhoneNumber) -> UnclearReason:
    outcome = phonenumbers.is_possible_number_with_reason(parsed)
    if outcome == phonenumbers.ValidationResult.INVALID_LENGTH:
        outcome = phonenumbers.is_possible_number_for_type_with_reason(parsed, PhoneNumberType.FIXED_LINE)
    return {
        phonenumbers.ValidationResult.TOO_SHORT: UnclearReason.TOO_SHORT,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: UnclearReason.TOO_SHORT,
        phonenumbers.ValidationResult.TOO_LONG: UnclearReason.TOO_LONG,
    }.get(outcome, UnclearReason.IMPOSSIBLE)


def line_type_of(parsed: phonenumbers.PhoneNumber, e164: str) -> LineType:
    if e164.startswith(("+870", "+881", "+88216")):
        return LineType.SATELLITE
    if e164.startswith("+979"):
        return LineType.PREMIUM
    return {
        PhoneNumberType.FIXED_LINE: LineType.LANDLINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE: LineType.LANDLINE,
        PhoneNumberType.MOBILE: LineType.MOBILE,
        PhoneNumberType.TOLL_FREE: LineType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE: LineType.PREMIUM,
    }.get(phonenumbers.number_type(parsed), LineType.OTHER)


def examples() -> list[str]:
    """Every example that the library has, of every region and kind."""
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                found.append(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:])
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        example = phonenumbers.example_number_for_non_geo_entity(code)
        found.append(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[1:])
    # Iran has a service of six digits in all; fewer than seven are read as a beginning, whatever the country.
    return [digits for digits in found if len(digits) >= 7]


def varied(example: str, chance: random.Random) -> str:
    """An example with some digits changed, a prefix put in, or a digit more or less."""
    code = next(code for code in CODES if example.startswith(code))
    national = list(example[len(code) :])
    for _ in range(chance.randrange(4)):
        national[chance.randrange(len(national))] = chance.choice("0123456789")
    change = chance.randrange(8)
    if change == 0:
        national.append(chance.choice("0123456789"))
    elif change == 1:
        national.pop()
    return code + chance.choice((*PREFIXES, *NATIONAL_PREFIXES)) + "".join(national)


def generated(chance: random.Random, each: int) -> list[str]:
    """Variations of every example, and digits without a plan, for every calling code."""
    numbers = [varied(example, chance) for example in examples() for _ in range(each)]
    for code in CODES:
        for _ in range(each):
            length = chance.randrange(4, 19)
            numbers.append(code + "".join(chance.choice("0123456789") for _ in range(length)))
    return [number for number in numbers if len(number) >= 7]


def differing(numbers: list[str]) -> list[tuple[str, object, object]]:
    return [(n, international(n), by_libphonenumber(n)) for n in numbers if international(n) != by_libphonenumber(n)]


def test_examples_of_every_region_and_kind_are_read_as_libphonenumber_reads_them():
    assert differing(examples()) == []


def test_variations_of_all_countries_numbers_are_read_as_libphonenumber_reads_them():
    assert differing(generated(random.Random(3), each=10)) == []


@pytest.mark.long
def test_a_great_many_numbers_are_read_as_libphonenumber_reads_them():
    assert differing(generated(random.Random(5), each=200)) == []


@given(st.sampled_from(CODES), st.text("0123456789", min_size=4, max_size=64))
def test_any_digits_after_any_calling_code_are_read_as_libphonenumber_reads_them(code, rest):
    digits = (code + rest)[:63]
    if len(digits) >= 7:
        assert international(digits) == by_libphonenumber(digits)


@given(st.text("0123456789", min_size=7, max_size=63))
def test_any_digits_are_read_as_libphonenumber_reads_them(digits):
    assert international(digits) == by_libphonenumber(digits)


@given(
    st.one_of(
        st.text("+0123456789 -()", max_size=70),
        st.from_regex(r"\+?[0-9]{1,16}", fullmatch=True),
        st.sampled_from(examples()),
        st.sampled_from(examples()).map(lambda digits: "+" + digits),
        st.text(max_size=20),
    )
)
def test_the_quick_reading_is_the_reading(typed):
    assert read_e164(typed) == read_number(typed)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("", UnclearReason.EMPTY),
        ("+", UnclearReason.NOT_A_NUMBER),
        ("++74951234567", UnclearReason.NOT_A_NUMBER),
        ("84951234567", UnclearReason.AMBIGUOUS),
        ("+19005550123", UnclearReason.PREMIUM),
        ("9" * 65, UnclearReason.TOO_LONG),
    ],
)
def test_the_quick_reading_gives_its_reasons_and_what_was_sent(sent, reason):
    assert read_e164(sent) == Unclear(reason, sent)
