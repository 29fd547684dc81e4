"""What somebody wrote, made safe to be printed: no control character and nothing that turns the line round.

A name may hold the escape sequences of a terminal, line breaks that forge a second line, or marks by which letters
change places (Unicode TR 36, 3.1; UAX 9). Shown to staff, each stands there as its code (ASVS 5.0, 1.2.1, 16.4.1).
"""

import unicodedata
from typing import Final

#: Controls, marks that turn the writing, private and unassigned code points, halves of pairs, and separators of lines.
_HIDDEN: Final = frozenset({"Cc", "Co", "Cn", "Cs", "Zl", "Zp"})
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def printable(text: str) -> str:
    """The text on one line, each character that would not be seen, or would move others, written as its code."""
    return "".join(_shown(each) for each in text)


def _shown(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in _HIDDEN:
        code = ord(character)
        return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as Python writes them
    return character
