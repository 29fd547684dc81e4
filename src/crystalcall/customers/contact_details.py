"""What a buyer types about themselves, read into what may be kept, or answered field by field. Pure functions."""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from crystalcall.customers.card_numbers import holds_card_number
from crystalcall.rules.numbering import Unclear, read_number

NAME_LIMIT_CHARACTERS: Final = 100
EMAIL_LIMIT_CHARACTERS: Final = 254
TELEPHONE_LIMIT_CHARACTERS: Final = 40
LANGUAGES: Final = ("en", "ru")
PUNYCODE: Final = "xn--"


class ContactProblemReason(StrEnum):
    """Why a field of the contact form was not taken."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_A_NAME = "not_a_name"
    CARD_NUMBER = "card_number"
    NOT_AN_EMAIL = "not_an_email"
    EMAIL_NOT_PLAIN = "email_not_plain"
    NOT_A_TELEPHONE = "not_a_telephone"
    UNKNOWN_LANGUAGE = "unknown_language"


@dataclass(frozen=True, slots=True)
class ContactProblem:
    """What is wrong with one field: "name", "email", "telephone" or "language"."""

    field: str
    reason: ContactProblemReason


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Details fit to be kept: name tidied, e-mail normalized, telephone in E.164 or None."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    telephone: str | None = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class ContactProblems:
    """The fields that need the buyer's hand, at most one problem each."""

    problems: tuple[ContactProblem, ...]


def read_contact(name: str, email: str, telephone: str | None, language: str) -> ContactDetails | ContactProblems:
    """The details as they may be kept, or every field's problem at once; never raises on what people type."""
    answers = {
        "name": read_name(name),
        "email": read_email(email),
        "telephone": read_telephone(telephone),
        "language": language if language in LANGUAGES else ContactProblemReason.UNKNOWN_LANGUAGE,
    }
    problems = tuple(
        ContactProblem(field, answer) for field, answer in answers.items() if isinstance(answer, ContactProblemReason)
    )
    if problems:
        return ContactProblems(problems)
    return ContactDetails(
        name=str(answers["name"]),
        email=str(answers["email"]),
        telephone=answers["telephone"],
        language=language,
    )


def read_name(typed: str) -> str | ContactProblemReason:
    """A name in any script: tidied of doubled spaces, with at least one letter, and no card number in it."""
    if holds_card_number(typed):
        return ContactProblemReason.CARD_NUMBER
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name:
        return ContactProblemReason.MISSING
    if len(name) > NAME_LIMIT_CHARACTERS:
        return ContactProblemReason.TOO_LONG
    # An address in a name is somebody using our mail to send theirs.
    sensible = any(character.isalpha() for character in name) and "://" not in name
    return name if sensible and name.isprintable() else ContactProblemReason.NOT_A_NAME


def read_email(typed: str) -> str | ContactProblemReason:
    """An e-mail address, normalized; its form is checked, not the existence of the mailbox.

    The part before the @ must be ASCII: mail servers without SMTPUTF8 would lose the order's mail. The domain is
    given in the ASCII form of IDNA 2008 (RFC 5891): older rules, by which libraries on the way may still translate,
    turn some domains into those of somebody else (straße.de into strasse.de), who would get what is mailed.
    """
    from email_validator import EmailNotValidError, validate_email

    address = typed.strip()
    if not address:
        return ContactProblemReason.MISSING
    if len(address) > EMAIL_LIMIT_CHARACTERS:
        return ContactProblemReason.TOO_LONG
    try:
        read = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        local = address.rpartition("@")[0]
        if local and not local.isascii():
            return ContactProblemReason.EMAIL_NOT_PLAIN
        return ContactProblemReason.NOT_AN_EMAIL
    return f"{read.local_part}@{read.ascii_domain}"


def read_telephone(typed: str | None) -> str | ContactProblemReason | None:
    """A telephone number in E.164, or None when none was given.

    No card check here: sixteen digits in this field are a mistyped number, and are refused as that.
    """
    if typed is None or not typed.strip():
        return None
    if len(typed) > TELEPHONE_LIMIT_CHARACTERS:
        return ContactProblemReason.NOT_A_TELEPHONE
    number = read_number(typed.strip())
    return ContactProblemReason.NOT_A_TELEPHONE if isinstance(number, Unclear) else number.e164


def canonical_email(email: str) -> str:
    """The form under which one mailbox is looked up: the address as it is mailed to, without regard to case.

    Lower case and no more: case folding would take two domains that are different for one.
    """
    read = read_email(email)
    return (email.strip() if isinstance(read, ContactProblemReason) else read).lower()


def mask_email(email: str) -> str:
    """An address the owner recognizes and nobody else learns: "a•••@example.org"."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{_readable(domain)}"


def _readable(domain: str) -> str:
    """A domain in the letters that its owner reads (RFC 5891, 2.3.2.1), where it has such; for showing it alone."""
    try:
        return ".".join(
            label.removeprefix(PUNYCODE).encode().decode("punycode") if label.startswith(PUNYCODE) else label
            for label in domain.split(".")
        )
    except UnicodeError:
        return domain


def problem_text(problem: ContactProblem) -> str:
    """One sentence for the buyer in the language in force."""
    reason = ContactProblemReason
    missing = {
        "name": _("Please give your name."),
        "email": _("Please give your e-mail address: the PIN is sent there."),
    }
    if problem.reason is reason.MISSING:
        return missing[problem.field]
    return {
        reason.TOO_LONG: _("This is too long."),
        reason.NOT_A_NAME: _("Please give a name with letters in it."),
        reason.CARD_NUMBER: _(
            "This looks like a card number. Please give your name; the card is asked for on the next page."
        ),
        reason.NOT_AN_EMAIL: _("This is not an e-mail address. One looks like anna@example.org."),
        reason.EMAIL_NOT_PLAIN: _("The part before the @ must be in Latin letters; other mail may not arrive."),
        reason.NOT_A_TELEPHONE: _(
            "This is not a telephone number. Give it with its country code, such as +1 212 555 0123, or leave it empty."
        ),
        reason.UNKNOWN_LANGUAGE: _("The store speaks English and Russian."),
    }[problem.reason]
