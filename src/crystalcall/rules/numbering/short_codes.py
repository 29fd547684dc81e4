"""Short codes of a card's own list, as callers dial them: one or two digits with a star before or after."""

from typing import Final

MOST_ENTRIES: Final = 99
"""So many numbers fit into one list: the codes 1 to 99."""
MOST_CODE_DIGITS: Final = 2
STAR: Final = "*"


def read_short_code(typed: str) -> int:
    """The code of "*7", "7*" or "*07"; 0 for everything else, which is a telephone number or nothing."""
    if typed.startswith(STAR) == typed.endswith(STAR):
        return 0
    digits = typed.strip(STAR)
    if len(typed) != len(digits) + 1 or len(digits) > MOST_CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
        return 0
    return int(digits)
