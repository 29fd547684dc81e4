"""Telephone numbers as people type them, read without guessing; and masked, so that a proof of a call names nobody.

The tables of the world's numbering plans are those of ``phonenumbers`` (Google's libphonenumber). They are imported
inside the functions: loading them costs a tenth of a second and tens of megabytes, and a look-up costs up to 230
microseconds, which is fine once per page and never on the path of a call.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import phonenumbers


class LineType(StrEnum):
    """What a number leads to, as far as prices differ by it."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SATELLITE = "satellite"
    OTHER = "other"


#: Ranges in which a minute can cost a card, and where fraud lives: neither quoted, listed nor called.
CLOSED_LINES: Final = frozenset({LineType.PREMIUM, LineType.SATELLITE})


class UnclearReason(StrEnum):
    """Why what was typed is not one number that can be called."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    AMBIGUOUS = "ambiguous"
    PREMIUM = "premium"
    SATELLITE = "satellite"
    UNKNOWN_COUNTRY = "unknown_country"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the world: ``e164`` with its plus, ``digits`` without; no country for satellites and the like."""

    e164: str
    digits: str
    country_iso2: str | None
    line_type: LineType


@dataclass(frozen=True, slots=True)
class Unclear:
    """No number, with the reason; ``typed`` is given back as it came, so that a form can keep it."""

    reason: UnclearReason
    typed: str


MAX_TYPED_CHARACTERS: Final = 64
E164_MAX_DIGITS: Final = 15
# The shortest whole international numbers have seven digits (Saint Helena: +290 and four or five).
LEAST_DIGITS: Final = 7
LOCAL_DIGITS: Final = 7
NORTH_AMERICAN_DIGITS: Final = 10
RUSSIAN_TRUNK_DIGITS: Final = 11
NORTH_AMERICAN_PREFIX: Final = "011"
ITU_PREFIX: Final = "00"

# Global services that are no country: Inmarsat and the mobile satellite networks; Thuraya hides in 882 16.
_SATELLITE_PREFIXES: Final = ("870", "881", "88216")
_PREMIUM_PREFIXES: Final = ("979",)
# Until August 2019 Mexican mobiles were dialed with a 1 after the country code; many address books still hold it.
_OLD_MEXICAN_MOBILE = re.compile(r"521([0-9]{10})")

_FILLING = re.compile(r"[\s\-–—‐‑‒―−.·/()\[\]（）－．／]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_MASK = "•"
_SHOWN_AT_END: Final = 2
_LEAST_HIDDEN: Final = 4
_MOST_AREA_SHOWN: Final = 3


def read_number(typed: str) -> Number | Unclear:
    """Read a number in any of the forms people use, or say why it is not one.

    Read are ``+7 495 …``, ``011 52 …`` (dialed from North America), ``0049 …`` (dialed from elsewhere), bare digits
    that begin with a country code, and ten North American digits, which mean +1; with spaces, dashes, brackets, dots,
    full-width or Arabic digits. What could be two numbers (a Russian ``8 495 …``, a local number, a leading 0) is
    ``AMBIGUOUS``: a wrong guess would quote the price of another country.
    """
    if len(typed) > MAX_TYPED_CHARACTERS:
        return Unclear(UnclearReason.TOO_LONG, typed)
    text = _folded(typed)
    if not text.strip("+"):
        return Unclear(UnclearReason.NOT_A_NUMBER if text else UnclearReason.EMPTY, typed)
    if not re.fullmatch(r"\+?[0-9]+", text):
        return Unclear(UnclearReason.NOT_A_NUMBER, typed)
    found = _read_digits(text)
    return Unclear(found, typed) if isinstance(found, UnclearReason) else found


def _folded(typed: str) -> str:
    """Digits of every script as ASCII, a plus as a plus, and nothing of the decoration."""
    text = _INVISIBLE.sub("", typed).strip()
    text = text[4:] if text[:4].lower() == "tel:" else text
    text = "".join(_folded_character(character) for character in text)
    return _FILLING.sub("", text)


def _folded_character(character: str) -> str:
    """One character; NFKC would also turn ½ into digits, so only real digits are folded."""
    if character in "+＋":
        return "+"
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _read_digits(text: str) -> Number | UnclearReason:
    """Decide which international number the digits are."""
    if text.startswith("+"):
        return _international(text[1:])
    if text.startswith(NORTH_AMERICAN_PREFIX):
        return _international(text.removeprefix(NORTH_AMERICAN_PREFIX))
    if text.startswith(ITU_PREFIX):
        return _international(text.removeprefix(ITU_PREFIX))
    if len(text) < LEAST_DIGITS:
        return UnclearReason.TOO_SHORT
    if text.startswith("0") or len(text) == LOCAL_DIGITS:
        return UnclearReason.AMBIGUOUS
    return _bare(text)


def _bare(text: str) -> Number | UnclearReason:
    """Digits without any sign of what they begin with."""
    if len(text) == RUSSIAN_TRUNK_DIGITS and text[0] == "8" and _is_number(_international("7" + text[1:])):
        return UnclearReason.AMBIGUOUS
    if len(text) != NORTH_AMERICAN_DIGITS:
        return _international(text)
    at_home = _international("1" + text)
    if _is_number(at_home):
        return at_home
    abroad = _international(text)
    if _is_number(_international("7" + text)):
        # "495 123 45 67" is how a Muscovite writes a number; it may be a German one too.
        return UnclearReason.AMBIGUOUS
    return abroad if _is_number(abroad) else UnclearReason.IMPOSSIBLE


def _is_number(found: Number | UnclearReason) -> bool:
    """Whether the digits are a number, be it one that is not sold."""
    return isinstance(found, Number) or found is UnclearReason.PREMIUM


def _international(digits: str) -> Number | UnclearReason:
    """The number that begins with its country code."""
    import phonenumbers

    if len(digits) < LEAST_DIGITS:
        return _short_reason(digits)
    digits = _OLD_MEXICAN_MOBILE.sub(r"52\1", digits) if _OLD_MEXICAN_MOBILE.fullmatch(digits) else digits
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException as error:
        return _REASONS_OF_PARSING.get(error.error_type, UnclearReason.NOT_A_NUMBER)
    if not phonenumbers.is_valid_number(parsed):
        return _reason_invalid(parsed)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    line_type = _line_type(parsed, e164[1:])
    if line_type is LineType.PREMIUM:
        return UnclearReason.PREMIUM
    region = phonenumbers.region_code_for_number(parsed)
    country = None if region in (None, phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY) else region
    return Number(e164=e164, digits=e164[1:], country_iso2=country, line_type=line_type)


# NumberParseException's own figures, written out so that the table needs no import.
_REASONS_OF_PARSING: Final = {
    0: UnclearReason.UNKNOWN_COUNTRY,
    1: UnclearReason.NOT_A_NUMBER,
    2: UnclearReason.TOO_SHORT,
    3: UnclearReason.TOO_SHORT,
    4: UnclearReason.TOO_LONG,
}


def _short_reason(digits: str) -> UnclearReason:
    """Few digits are too short, unless they already begin with a code that no country has."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    begins_with_code = any(int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE for n in (1, 2, 3) if digits[:n])
    enough_to_tell = len(digits) >= 3  # noqa: PLR2004 - no country code is longer than three digits
    return UnclearReason.UNKNOWN_COUNTRY if enough_to_tell and not begins_with_code else UnclearReason.TOO_SHORT


def _reason_invalid(parsed: "phonenumbers.PhoneNumber") -> UnclearReason:
    """Why a number of a known country is none."""
    import phonenumbers

    outcome = phonenumbers.is_possible_number_with_reason(parsed)
    if outcome == phonenumbers.ValidationResult.INVALID_LENGTH:
        # Between the lengths of its kinds of number (Russia has 10 and 14 digits): judged as the usual kind.
        outcome = phonenumbers.is_possible_number_for_type_with_reason(parsed, phonenumbers.PhoneNumberType.FIXED_LINE)
    if outcome in (phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return UnclearReason.TOO_SHORT
    if outcome == phonenumbers.ValidationResult.TOO_LONG:
        return UnclearReason.TOO_LONG
    return UnclearReason.IMPOSSIBLE


def _line_type(parsed: "phonenumbers.PhoneNumber", digits: str) -> LineType:
    """The type, by the global services first (libphonenumber calls satellites mobile)."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    if digits.startswith(_SATELLITE_PREFIXES):
        return LineType.SATELLITE
    if digits.startswith(_PREMIUM_PREFIXES):
        return LineType.PREMIUM
    # A North American number may be either; it is priced as the landline it looks like.
    types = {
        PhoneNumberType.FIXED_LINE: LineType.LANDLINE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE: LineType.LANDLINE,
        PhoneNumberType.MOBILE: LineType.MOBILE,
        PhoneNumberType.TOLL_FREE: LineType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE: LineType.PREMIUM,
    }
    return types.get(phonenumbers.number_type(parsed), LineType.OTHER)


def mask(e164: str) -> str:
    """Hide the subscriber: country code, the start of the area and the last two digits stay (``+7 495 ••• •• 67``).

    At least four digits are hidden (in a number of fewer than six after its country code, all but the last two); what
    is no number at all is hidden but for its last two digits.
    """
    import phonenumbers

    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return _hidden(e164, shown_at_start=0)
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = len(phonenumbers.national_significant_number(parsed))
    area = phonenumbers.length_of_national_destination_code(parsed)
    if [digit for digit in text if digit.isdigit()] != [digit for digit in e164 if digit.isdigit()]:
        # Not a real number: formatting dropped digits, and a mask must not.
        return _hidden(e164, shown_at_start=len(str(parsed.country_code)))
    area = min(area or 2, _MOST_AREA_SHOWN, max(national - _LEAST_HIDDEN - _SHOWN_AT_END, 0))
    return _hidden(_FILLING.sub(" ", text), shown_at_start=len(str(parsed.country_code)) + area)


def _hidden(text: str, *, shown_at_start: int) -> str:
    """Replace every digit but so many at the start and two at the end."""
    total = sum(character.isdigit() for character in text)
    hidden, seen = [], 0
    for character in text:
        if character.isdigit():
            seen += 1
            shown = seen <= shown_at_start or seen > max(total - _SHOWN_AT_END, _LEAST_HIDDEN)
            hidden.append(character if shown else _MASK)
        else:
            hidden.append(character)
    return "".join(hidden)
