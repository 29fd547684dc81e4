"""Telling a payment card's number from other digits, so that it is never stored where a name belongs (clause C22).

A number counts as a card's when three things agree: a brand's prefix, a length that brand uses, and the Luhn
check digit (ISO/IEC 7812-1). Prefixes and lengths are those the brands publish, Mir included.
"""

import re
import unicodedata
from typing import Final

# Digits that belong together may be broken by what people type between groups.
RUN_OF_DIGITS: Final = re.compile(r"[0-9](?:[ .\-/_]{0,3}[0-9]){11,}")
SHORTEST: Final = 13
LONGEST: Final = 19

# (lowest prefix, highest prefix, lengths)
BRANDS: Final[tuple[tuple[str, str, frozenset[int]], ...]] = (
    ("4", "4", frozenset({13, 16, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("2200", "2204", frozenset({16, 17, 18, 19})),  # Mir
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),  # American Express
    ("300", "305", frozenset({14, 16, 17, 18, 19})),  # Diners Club
    ("36", "36", frozenset({14, 16, 17, 18, 19})),  # Diners Club
    ("38", "39", frozenset({14, 16, 17, 18, 19})),  # Diners Club
    ("3528", "3589", frozenset({16, 17, 18, 19})),  # JCB
    *((legacy, legacy, frozenset({16})) for legacy in ("3088", "3096", "3112", "3158", "3337")),  # JCB, still in use
    ("6011", "6011", frozenset({16, 17, 18, 19})),  # Discover
    ("644", "649", frozenset({16, 17, 18, 19})),  # Discover
    ("65", "65", frozenset({16, 17, 18, 19})),  # Discover
    ("62", "62", frozenset({16, 17, 18, 19})),  # UnionPay
    ("50", "50", frozenset({13, 14, 15, 16, 17, 18, 19})),  # Maestro
    ("56", "58", frozenset({13, 14, 15, 16, 17, 18, 19})),  # Maestro
)


def holds_card_number(text: str) -> bool:
    """Whether a payment card's number stands anywhere in ``text``, in any script's digits, grouped or not."""
    plain = "".join(_ascii_digit(character) for character in text)
    return any(_some_part_is_card(re.sub("[^0-9]", "", run)) for run in RUN_OF_DIGITS.findall(plain))


def is_card_number(digits: str) -> bool:
    """Whether exactly these ASCII digits are a card's number."""
    return _brand_takes(digits) and luhn_holds(digits)


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        figure = int(character) * (1 + place % 2)
        total += figure if figure <= 9 else figure - 9  # noqa: PLR2004 - the sum of the two decimal digits
    return total % 10 == 0


def _brand_takes(digits: str) -> bool:
    return any(len(digits) in lengths and low <= digits[: len(low)] <= high for low, high, lengths in BRANDS)


def _some_part_is_card(digits: str) -> bool:
    """A card's number may stand among more digits, such as its expiry date and code.

    Only from the run's start: any window would take one long random number in seven for a card's.
    """
    return any(is_card_number(digits[:length]) for length in range(SHORTEST, min(LONGEST, len(digits)) + 1))


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
