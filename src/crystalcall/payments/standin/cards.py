"""The published test cards and what the published triggers do with them.

Pure: no state, no clock of its own. Source: shared/reference/authorize-net.md, section 5.
"""

import re
from dataclasses import dataclass
from datetime import datetime

APPROVED = 1
DECLINED = 2
ERROR = 3
HELD = 4

DECLINE_ZIP = "46282"
LATEST_YEARS_AHEAD = 20
AMEX_CODE_LENGTH = 4
CODE_LENGTH = 3

AVS_BY_ZIP = {
    "46201": "A",
    "46203": "E",
    "46204": "G",
    "46205": "N",
    "46206": "P",
    "46207": "R",
    "46208": "S",
    "46209": "U",
    "46211": "W",
    "46214": "X",
    "46217": "Z",
}
CVV_RESULT_BY_CODE = {"900": "M", "901": "N", "902": "S", "903": "U", "904": "P"}


@dataclass(frozen=True, slots=True)
class TestCard:
    """A number that Authorize.Net publishes for testing, and the brand its reports use."""

    __test__ = False  # pytest must not take it for a test

    number: str
    brand: str

    @property
    def masked(self) -> str:
        """The only form in which a number is ever kept: XXXX and the last four digits."""
        return f"XXXX{self.number[-4:]}"


TEST_CARDS = (
    TestCard("4111111111111111", "Visa"),
    TestCard("4007000000027", "Visa"),
    TestCard("4012888818888", "Visa"),
    TestCard("5424000000000015", "MasterCard"),
    TestCard("2223000010309703", "MasterCard"),
    TestCard("2223000010309711", "MasterCard"),
    TestCard("370000000000002", "AmericanExpress"),
    TestCard("6011000000000012", "Discover"),
    TestCard("3088000000000017", "JCB"),
    TestCard("38000000000006", "DinersClub"),
    TestCard("6221499053360818", "UnionPay"),
)
_CARD_BY_NUMBER = {card.number: card for card in TEST_CARDS}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bank says to one attempt, in the gateway's own codes."""

    response_code: int
    reason_code: int
    reason: str
    avs: str
    cvv: str


def luhn_holds(digits: str) -> bool:
    """Whether the check digit is right."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character) * (2 if position % 2 else 1)
        total += digit - 9 if digit > 9 else digit  # noqa: PLR2004 - the Luhn formula itself
    return total % 10 == 0


def stored_card(masked: str, brand: str) -> TestCard | None:
    """The published card that a masked number and a brand stand for: no number is ever kept to find it by."""
    return next((card for card in TEST_CARDS if card.masked == masked and card.brand == brand), None)


def card_number_digits(typed: str) -> str:
    """The digits of a typed card number; spaces and hyphens are forgiven."""
    return re.sub(r"[ -]", "", typed.strip())


def find_test_card(typed: str) -> TestCard | None:
    """The published card that was typed, or None."""
    return _CARD_BY_NUMBER.get(card_number_digits(typed))


def read_expiry(typed: str) -> tuple[int, int] | None:
    """Year and month of ``MM/YY``, ``MMYY``, ``MM/YYYY`` or ``YYYY-MM``; None when it is none of them."""
    text = re.sub(r"\s", "", typed)
    if iso := re.fullmatch(r"([0-9]{4})-([0-9]{2})", text):
        year, month = int(iso[1]), int(iso[2])
    elif short := re.fullmatch(r"([0-9]{1,2})[/-]([0-9]{2}|[0-9]{4})|([0-9]{2})([0-9]{2})", text):
        month = int(short[1] or short[3])
        year = int(short[2] or short[4])
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - two-digit years
    else:
        return None
    return (year, month) if 1 <= month <= 12 else None  # noqa: PLR2004 - months


def is_expired(expiry: tuple[int, int], now: datetime) -> bool:
    """Whether the card's last month is over; a card is good to the end of it."""
    return expiry < (now.year, now.month)


def judge(zip_code: str, card_code: str) -> Verdict:
    """The bank's answer to a good test card, by ZIP and card code alone."""
    zip_five = zip_code.strip()[:5]
    avs = AVS_BY_ZIP.get(zip_five, "Y") if zip_five else "P"
    cvv = CVV_RESULT_BY_CODE.get(card_code, "M") if card_code else "P"
    if zip_five == DECLINE_ZIP:
        return Verdict(DECLINED, 2, "This transaction has been declined.", avs, cvv)
    return Verdict(APPROVED, 1, "This transaction has been approved.", avs, cvv)
