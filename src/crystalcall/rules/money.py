"""Exact money: whole millionths of a dollar ("micros"), never a float.

A micro is the smallest amount the books know. Dollars appear only at the edges: in rate decks, on pages, at the
gateway. Here they are turned into micros without loss, or refused.
"""

import re
from decimal import Decimal
from typing import Final

MICROS_PER_DOLLAR: Final = 1_000_000
MICROS_PER_CENT: Final = 10_000

# A deck that claims more than this a minute is damaged, and the bound keeps every amount far inside 64 bits.
MAX_DOLLARS: Final = Decimal(1_000_000_000)

# ASCII only: Decimal() itself would also take "1_000", "٣" and "Infinity". Spreadsheets do write 1E-04.
_DOLLARS = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")


class MoneyError(ValueError):
    """An amount that is not exact money: the message says why, in a sentence."""


def micros_from_dollars(dollars: str | Decimal | int, *, negative_allowed: bool = False) -> int:
    """Turn dollars into micros exactly.

    Args:
        dollars: a decimal number of dollars as text ("0.0106"), a ``Decimal`` or a whole number; never a float.
        negative_allowed: corrections may be negative; prices and credits may not.

    Returns:
        The amount in micros; nothing was rounded.

    Raises:
        MoneyError: not a number, finer than a micro, negative where that is not allowed, or absurdly large.
    """
    amount = _decimal(dollars)
    if abs(amount) > MAX_DOLLARS:
        raise MoneyError(f"{dollars} dollars is more than any price or credit can be")
    if amount < 0 and not negative_allowed:
        raise MoneyError(f"{dollars} is negative")
    micros = amount * MICROS_PER_DOLLAR
    whole = int(micros)
    if micros != whole:
        raise MoneyError(f"{dollars} dollars is finer than a millionth of a dollar")
    return whole


def _decimal(dollars: str | Decimal | int) -> Decimal:
    """The number meant, finite; floats are refused because they have already lost the price."""
    if isinstance(dollars, bool) or not isinstance(dollars, (str, int, Decimal)):
        raise MoneyError(f"{dollars!r} is not text, a whole number or a decimal")
    if isinstance(dollars, str):
        text = dollars.strip()
        if not _DOLLARS.fullmatch(text):
            raise MoneyError(f"{dollars!r} is not a number of dollars")
        if len(text) > len("1000000000.000000") + 10:
            raise MoneyError("a number of dollars has at most 27 characters")
        return Decimal(text)
    amount = Decimal(dollars)
    if not amount.is_finite():
        raise MoneyError(f"{dollars} is not a number of dollars")
    if len(amount.as_tuple().digits) > 24:  # noqa: PLR2004 - beyond this the default context would round silently
        raise MoneyError(f"{dollars} dollars has too many digits to be exact")
    return amount


def dollars_from_micros(micros: int) -> Decimal:
    """The exact number of dollars, for showing and for the gateway; no trailing zeros beyond cents are promised."""
    return Decimal(micros).scaleb(-6)


def cents_exact(micros: int) -> int:
    """Whole cents, for those who know nothing finer (a card is charged in cents).

    Raises:
        MoneyError: the amount is not a whole number of cents; rounding here would make the books differ from the card.
    """
    cents, rest = divmod(micros, MICROS_PER_CENT)
    if rest:
        raise MoneyError(f"{dollars_from_micros(micros)} dollars is not a whole number of cents")
    return cents
