"""Telephone numbers as people type them and as switches send them, read without guessing."""

import re
import unicodedata
from typing import Final

from crystalcall.rules.numbering.plans import international
from crystalcall.rules.numbering.values import LEAST_DIGITS, Number, Unclear, UnclearReason

MAX_TYPED_CHARACTERS: Final = 64
LOCAL_DIGITS: Final = 7
NORTH_AMERICAN_DIGITS: Final = 10
RUSSIAN_TRUNK_DIGITS: Final = 11
NORTH_AMERICAN_PREFIX: Final = "011"
ITU_PREFIX: Final = "00"

FILLING: Final = re.compile(r"[\s\-–—‐‑‒―−.·/()\[\]（）－．／]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


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


def read_e164(typed: str) -> Number | Unclear:
    """The same answers as `read_number`, quickly for what switches send: digits, with or without a plus.

    A number takes a few microseconds, once the plan of its country is known to the process (the first number of a
    country takes some milliseconds). What holds anything but ASCII digits goes the longer way.
    """
    if len(typed) <= MAX_TYPED_CHARACTERS and typed.isascii() and typed.removeprefix("+").isdigit():
        found = _read_digits(typed)
        return Unclear(found, typed) if isinstance(found, UnclearReason) else found
    return read_number(typed)


def _folded(typed: str) -> str:
    """Digits of every script as ASCII, a plus as a plus, and nothing of the decoration."""
    text = _INVISIBLE.sub("", typed).strip()
    text = text[4:] if text[:4].lower() == "tel:" else text
    text = "".join(_folded_character(character) for character in text)
    return FILLING.sub("", text)


def _folded_character(character: str) -> str:
    """One character; NFKC would also turn ½ into digits, so only real digits are folded."""
    if character in "+＋":
        return "+"
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _read_digits(text: str) -> Number | UnclearReason:
    """Decide which international number the digits are."""
    if text.startswith("+"):
        return international(text[1:])
    if text.startswith(NORTH_AMERICAN_PREFIX):
        return international(text.removeprefix(NORTH_AMERICAN_PREFIX))
    if text.startswith(ITU_PREFIX):
        return international(text.removeprefix(ITU_PREFIX))
    if len(text) < LEAST_DIGITS:
        return UnclearReason.TOO_SHORT
    if text.startswith("0") or len(text) == LOCAL_DIGITS:
        return UnclearReason.AMBIGUOUS
    return _bare(text)


def _bare(text: str) -> Number | UnclearReason:
    """Digits without any sign of what they begin with."""
    if len(text) == RUSSIAN_TRUNK_DIGITS and text[0] == "8" and _is_number(international("7" + text[1:])):
        return UnclearReason.AMBIGUOUS
    if len(text) != NORTH_AMERICAN_DIGITS:
        return international(text)
    at_home = international("1" + text)
    if _is_number(at_home):
        return at_home
    abroad = international(text)
    if _is_number(international("7" + text)):
        # "495 123 45 67" is how a Muscovite writes a number; it may be a German one too.
        return UnclearReason.AMBIGUOUS
    return abroad if _is_number(abroad) else UnclearReason.IMPOSSIBLE


def _is_number(found: Number | UnclearReason) -> bool:
    """Whether the digits are a number, be it one that is not sold."""
    return isinstance(found, Number) or found is UnclearReason.PREMIUM
