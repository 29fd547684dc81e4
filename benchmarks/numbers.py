"""Numbers to call: real shapes from every country that the deck prices, a thousand or so, always the same ones."""

ENDINGS = 4


def callable_numbers(deck_id: int) -> list[str]:
    """Numbers in international form that the deck prices and that may be called."""
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
                found += [f"{e164[:-2]}{ending:02d}" for ending in range(11, 11 + ENDINGS)]
    return [number for number in dict.fromkeys(found) if _is_priced(number, deck_id)]


def _is_priced(typed: str, deck_id: int) -> bool:
    from crystalcall.minutes.rates.queries import find_rate
    from crystalcall.rules.numbering import CLOSED_LINES, Number, read_number

    number = read_number(typed)
    if not isinstance(number, Number) or number.line_type in CLOSED_LINES:
        return False
    rated = find_rate(number.digits, deck_id)
    return rated is not None and rated.destination.line_type not in CLOSED_LINES
