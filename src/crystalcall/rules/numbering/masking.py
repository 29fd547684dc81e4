"""A number that names nobody: what a proof of a call shows of it."""

from typing import Final

from crystalcall.rules.numbering.reading import FILLING

_MASK: Final = "•"
_SHOWN_AT_END: Final = 2
_LEAST_HIDDEN: Final = 4
_MOST_AREA_SHOWN: Final = 3


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
    return _hidden(FILLING.sub(" ", text), shown_at_start=len(str(parsed.country_code)) + area)


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
