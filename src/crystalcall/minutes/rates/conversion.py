"""Money of a deck that is not in dollars: the operator states what a unit is worth, and it is kept with the deck."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from crystalcall.rules.money import MICROS_PER_DOLLAR, MoneyError, micros_from_dollars

DOLLARS: Final = "USD"
# A Turkish lira before 2005 was worth less than a millionth of a dollar; nothing that is quoted today is.
RATE_DECIMALS: Final = 9
MAX_RATE: Final = Decimal(1000)

_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,15})?|\.[0-9]{1,15}")


class ConversionError(ValueError):
    """A currency or rate that makes no sense; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a unit of the deck's money is worth in dollars, exactly as stated.

    Raises:
        ConversionError: no currency of three letters; a rate that is not above zero, finer than nine decimals or
            above a thousand; dollars at another rate than one.
    """

    currency: str = DOLLARS
    dollars_per_unit: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if not _CURRENCY.fullmatch(self.currency):
            raise ConversionError(f"{self.currency!r} is not a currency of three letters such as EUR")
        rate = self.dollars_per_unit
        if not rate.is_finite() or not 0 < rate <= MAX_RATE:
            raise ConversionError(f"a unit of {self.currency} cannot be worth {rate} dollars")
        if rate != round(rate, RATE_DECIMALS):
            raise ConversionError(f"the rate {rate} has more than {RATE_DECIMALS} decimals")
        if self.currency == DOLLARS and rate != 1:
            raise ConversionError("a dollar is worth a dollar: name the currency of the deck")

    @property
    def converts(self) -> bool:
        """Whether the deck is in other money than dollars."""
        return self.currency != DOLLARS

    def micros(self, text: str) -> int:
        """An amount of the deck's money in micros of a dollar: exact for dollars, else rounded up, since it is a cost.

        Raises:
            MoneyError: not an amount, negative, or (in dollars) finer than a micro.
        """
        if not self.converts:
            return micros_from_dollars(text)
        if text.startswith("-"):
            raise MoneyError(f"{text} is negative")
        if not _AMOUNT.fullmatch(text):
            raise MoneyError(f"{text!r} is not a number of {self.currency}")
        above, below = Decimal(text).as_integer_ratio()
        rate_above, rate_below = self.dollars_per_unit.as_integer_ratio()
        return -(-above * rate_above * MICROS_PER_DOLLAR // (below * rate_below))


IN_DOLLARS: Final = Conversion()
