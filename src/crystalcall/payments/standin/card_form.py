"""Reading of the card form: an entry the bank can judge, or a sentence beside each field that is wrong."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from crystalcall.payments.standin import cards
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.payment import CardEntry

LONGEST_NAME = 50
LONGEST_ZIP = 20
# So many digits in a name or a ZIP are a card number that slipped into the wrong field: never kept.
CARD_LIKE = re.compile(r"(?:[0-9][ -]?){12,}")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What may be shown again (never the number, never the code) and what is wrong with which field."""

    expiry: str = ""
    first_name: str = ""
    last_name: str = ""
    zip_code: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def blank_form(ask: HostedAsk) -> FilledForm:
    """The form as first opened: what the store sent stands in it already."""
    return FilledForm(first_name=ask.first_name, last_name=ask.last_name, zip_code=ask.zip_code)


def read_card_form(fields: dict[str, str], ask: HostedAsk, now: datetime) -> CardEntry | FilledForm:
    """The entry, or the form to show again."""
    number = fields.get("cardNumber", "")
    expiry = fields.get("expirationDate", "").strip()
    code = fields.get("cardCode", "").strip()
    names = {name: " ".join(fields.get(name, "").split()) for name in ("firstName", "lastName", "zip")}
    if not ask.options.address_shown:
        names = {"firstName": ask.first_name, "lastName": ask.last_name, "zip": ask.zip_code}
    card = cards.find_test_card(number)
    errors = {
        "cardNumber": "" if card else _number_fault(number),
        "expirationDate": _expiry_fault(expiry, now),
        "cardCode": _code_fault(code, card, required=ask.options.card_code_required),
    }
    errors |= {name: _address_fault(name, text, ask) for name, text in names.items()}
    errors = {name: text for name, text in errors.items() if text}
    if card and not errors:
        return CardEntry(card, code, names["firstName"], names["lastName"], names["zip"])
    shown = {name: "" if CARD_LIKE.search(text) else text for name, text in names.items()}
    return FilledForm(
        expiry="" if CARD_LIKE.search(expiry) else expiry[:10],
        first_name=shown["firstName"],
        last_name=shown["lastName"],
        zip_code=shown["zip"],
        errors=errors,
    )


def _number_fault(typed: str) -> str:
    digits = cards.card_number_digits(typed)
    if not digits:
        return "Enter the card number."
    if not re.fullmatch(r"[0-9]{12,19}", digits) or not cards.luhn_holds(digits):
        return "This is not a card number: a digit is missing or wrong."
    return (
        "This local stand-in takes only the published test cards, listed below. "
        "The number you typed was not kept and went nowhere."
    )


def _expiry_fault(typed: str, now: datetime) -> str:
    expiry = cards.read_expiry(typed)
    if expiry is None:
        return "Enter the expiration date as month and year, such as 12/30."
    if cards.is_expired(expiry, now):
        return "The credit card has expired."
    if expiry[0] > now.year + cards.LATEST_YEARS_AHEAD:
        return "The expiration date lies too far ahead."
    return ""


def _code_fault(code: str, card: cards.TestCard | None, *, required: bool) -> str:
    if not code:
        return "Enter the card code." if required else ""
    amex = card is not None and card.brand == "AmericanExpress"
    length = cards.AMEX_CODE_LENGTH if amex else cards.CODE_LENGTH
    if card and not re.fullmatch(rf"[0-9]{{{length}}}", code):
        return f"The card code of this card has {length} digits."
    return ""


def _address_fault(name: str, text: str, ask: HostedAsk) -> str:
    words = {"firstName": "first name", "lastName": "last name", "zip": "ZIP code"}
    if CARD_LIKE.search(text):
        return "This looks like a card number in the wrong field. It was not kept."
    if len(text) > (LONGEST_ZIP if name == "zip" else LONGEST_NAME):
        return f"The {words[name]} is too long."
    if ask.options.address_required and not text:
        return f"Enter the {words[name]}."
    return ""
