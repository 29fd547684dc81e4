"""Which passwords do: length over composition, nothing that everybody uses, nothing about its owner.

ASVS 5.0: at least 8 characters (6.2.1), any characters (6.2.5), none of the usual ones (6.2.4), at least 64 allowed
(6.2.9), taken exactly as typed (6.2.8, but for the form in which Unicode is written), no words of the shop's or the
owner's own (6.2.11).
"""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Final

SHORTEST: Final = 8
RECOMMENDED: Final = 15
LONGEST: Final = 256
TOO_FEW_DIFFERENT: Final = 4
SHORTEST_WORD: Final = 4
LEFT_OVER: Final = 4
"""How many characters a password must have beside a word that anybody would guess."""

SHOP_WORDS: Final = ("crystalcall", "crystal call", "crystal", "кристал")

ONE_WORD: Final = re.compile(r"[^\W\d_]{1,10}\d{0,4}[!.?]?")
"""One word, and perhaps a year or a mark behind it: what people who guess try first."""

LEVELS_BITS: Final = (30.0, 45.0, 65.0)
CHOSEN_BY_PEOPLE: Final = 0.75
"""How much of what characters could say people's choice of them says; words are guessed before noise."""


class PasswordProblemReason(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    """Among those that everybody uses, and so the first that are tried."""
    TOO_SIMPLE = "too_simple"
    """Fewer than four different characters, or only a row such as 12345678."""
    ABOUT_YOU = "about_you"
    """Little more than the name, the address, or the shop's name."""


class Strength(StrEnum):
    """How long a password would hold, roughly."""

    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


def tidied(password: str) -> str:
    """The password in one form of Unicode, so that it is the same from every keyboard (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def judge_password(password: str, common: Collection[str], about: Iterable[str] = ()) -> PasswordProblemReason | None:
    """Why this password is not taken, or None. `common` is in lower case; `about` are words that lead to its owner."""
    said = tidied(password)
    if len(said) < SHORTEST:
        return PasswordProblemReason.TOO_SHORT
    if len(said) > LONGEST:
        return PasswordProblemReason.TOO_LONG
    lowered = said.casefold()
    if lowered in common:
        return PasswordProblemReason.COMMON
    if len(set(lowered)) < TOO_FEW_DIFFERENT or _steps(lowered) <= 1:
        return PasswordProblemReason.TOO_SIMPLE
    return PasswordProblemReason.ABOUT_YOU if _is_about(lowered, about) else None


def strength(password: str, common: Collection[str]) -> Strength:
    """How strong a password is: what its characters could be, counted without repeats and rows."""
    said = tidied(password)
    lowered = said.casefold()
    if len(said) < SHORTEST or lowered in common or ONE_WORD.fullmatch(said):
        return Strength.WEAK
    a_character = math.log2(max(_alphabet(said), 2)) * CHOSEN_BY_PEOPLE
    bits = _steps(lowered) * a_character * min(1.0, len(set(lowered)) / 8)
    reached = sum(bits >= level for level in LEVELS_BITS)
    return tuple(Strength)[reached]


def _alphabet(said: str) -> int:
    """From how many characters these seem to be chosen."""
    sizes = (
        (str.isdigit, 10),
        (str.islower, 26),
        (str.isupper, 26),
        (lambda each: each.isalpha() and not each.isascii(), 20),
        (lambda each: not each.isalnum(), 20),
    )
    return sum(size for belongs, size in sizes if any(belongs(each) for each in said))


def _steps(lowered: str) -> int:
    """How many characters do not follow from the one before: neither the same again, nor one step along a row."""
    free, step = 1, None
    for before, after in pairwise(lowered):
        taken = ord(after) - ord(before)
        if taken not in {-1, 0, 1} or (step is not None and taken != step):
            free += 1
        step = taken if taken in {-1, 0, 1} else None
    return free


def _is_about(lowered: str, about: Iterable[str]) -> bool:
    """Whether taking away every word about its owner or the shop leaves too little."""
    left = plain = _letters_and_digits(lowered)
    for word in sorted({word for each in (*SHOP_WORDS, *about) for word in _words(each)}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != plain and len(left) < LEFT_OVER


def _words(text: str) -> Iterable[str]:
    """A text and its parts, and of an address what stands before the @, all without spaces and signs."""
    lowered = tidied(text).casefold()
    parts = "".join(each if each.isalnum() else " " for each in lowered).split()
    whole = {_letters_and_digits(lowered), _letters_and_digits(lowered.partition("@")[0]), *parts}
    return (word for word in whole if len(word) >= SHORTEST_WORD)


def _letters_and_digits(text: str) -> str:
    return "".join(each for each in text if each.isalnum())
