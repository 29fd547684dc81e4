"""What is known of a telephone number, and why what was typed may be none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


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


class Number(NamedTuple):
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


E164_MAX_DIGITS: Final = 15
# The shortest whole international numbers have seven digits (Saint Helena: +290 and four or five).
LEAST_DIGITS: Final = 7
