"""Reading of the card form: an entry the bank can judge, or a sentence beside each field that is wrong."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from crystalcall.payments.standin import cards
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.payment import CardEntry
from crystalcall.payments.standin.profiles import StoredCard

LONGEST_NAME = 50
LONGEST_ZIP = 20
# So many digits in a name or a ZIP are a card number that slipped into the wrong field: never kept.
CARD_LIKE = re.compile(r"(?:[0-9][ -]?){12,}")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What may be shown again (never the number, never the code) and what is wrong with which field.

    Attributes:
        stored: the cards of the shopper's profile, to pick from.
        picked: which of them was picked; empty for a typed card.
        save: the box to keep the card is ticked.
    """

    expiry: str = ""
    first_name: str = ""
    last_name: str = ""
    zip_code: str = ""
    stored: list[StoredCard] = field(default_factory=list)
    picked: str = ""
    save: bool = False
    errors: dict[str, str] = field(default_factory=dict)


def blank_form(ask: HostedAsk, stored: list[StoredCard]) -> FilledForm:
    """The form as first opened: what the store sent stands in it already."""
    default = next((card.payment_profile_id for card in stored if card.is_default), "")
    return FilledForm(
        first_name=ask.first_name, last_name=ask.last_name, zip_code=ask.zip_code, stored=stored, picked=default
    )


def read_card_form(
    fields: dict[str, str], ask: HostedAsk, stored: list[StoredCard], now: datetime
) -> CardEntry | FilledForm:
    """The entry, or the form to show again."""
    picked = next((one for one in stored if one.payment_profile_id == fields.get("paymentProfile", "")), None)
    if picked is not None:
        return _read_picked(fields, ask, stored, picked, now)
    code = fields.get("cardCode", "").strip()
    expiry = fields.get("expirationDate", "").strip()
    names = _names(fields, ask)
    card = cards.find_test_card(fields.get("cardNumber", ""))
    errors = {
        "cardNumber": "" if card else _number_fault(fields.get("cardNumber", "")),
        "expirationDate": _expiry_fault(expiry, now),
        "cardCode": _code_fault(code, card, required=ask.options.card_code_required),
    }
    errors |= {name: _address_fault(name, text, ask) for name, text in names.items()}
    errors = {name: text for name, text in errors.items() if text}
    save = ask.may_save and fields.get("saveCard", "") == "yes"
    if card and not errors:
        year, month = cards.read_expiry(expiry) or (0, 0)
        return CardEntry(
            card=card,
            expiry=f"{year}-{month:02d}",
            card_code=code,
            first_name=names["firstName"],
            last_name=names["lastName"],
            zip_code=names["zip"],
            save=save,
        )
    shown = {name: "" if CARD_LIKE.search(text) else text for name, text in names.items()}
    return FilledForm(
        expiry="" if CARD_LIKE.search(expiry) else expiry[:10],
        first_name=shown["firstName"],
        last_name=shown["lastName"],
        zip_code=shown["zip"],
        stored=stored,
        save=save,
        errors=errors,
    )


def _names(fields: dict[str, str], ask: HostedAsk) -> dict[str, str]:
    if not ask.options.address_shown:
        return {"firstName": ask.first_name, "lastName": ask.last_name, "zip": ask.zip_code}
    return {name: " ".join(fields.get(name, "").split()) for name in ("firstName", "lastName", "zip")}


def _read_picked(
    fields: dict[str, str], ask: HostedAsk, stored: list[StoredCard], picked: StoredCard, now: datetime
) -> CardEntry | FilledForm:
    """A stored card: its own address goes with it; only its code may have to be typed."""
    card = cards.stored_card(picked.card_masked, picked.card_brand)
    code = fields.get("cardCode", "").strip()
    errors = {"cardCode": _code_fault(code, card, required=ask.options.card_code_required)}
    if card is None or cards.is_expired(picked.expiry_pair, now):
        errors["cardNumber"] = "This stored card has expired. Pick another or type one."
    errors = {name: text for name, text in errors.items() if text}
    if card is None or errors:
        return FilledForm(stored=stored, picked=picked.payment_profile_id, errors=errors)
    return CardEntry(
        card=card,
        expiry=picked.expiry,
        card_code=code,
        first_name=picked.bill_to.get("firstName", ""),
        last_name=picked.bill_to.get("lastName", ""),
        zip_code=picked.bill_to.get("zip", ""),
        payment_profile_id=picked.payment_profile_id,
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
