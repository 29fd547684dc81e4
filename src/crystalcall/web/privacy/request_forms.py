"""What somebody types about their own data, as values; nothing of it is kept by the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crystalcall.customers.contact_details import (
    ContactProblem,
    ContactProblemReason,
    problem_text,
    read_email,
    read_name,
    read_telephone,
)
from crystalcall.privacy.keepers import Correction
from crystalcall.privacy.requests.wording import kind_said
from crystalcall.rules.privacy.requesting import RequestKind

TYPED_LIMIT_CHARACTERS: Final = 400
CHOICES: Final = tuple(kind for kind in RequestKind if kind is not RequestKind.UNSORTED)
ORDER_NUMBER_CHARACTERS: Final = 20
RUSSIAN_DIGITS: Final = 11


@dataclass(frozen=True, slots=True)
class Choice:
    """One right to choose, in words."""

    key: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AskForm:
    """Which right, and for which address or which order."""

    kind: RequestKind | None = None
    email: str = field(default="", repr=False)
    order_number: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every right, the chosen one marked."""
        return choices(self.kind)


@dataclass(frozen=True, slots=True)
class CorrectForm:
    """What is to be put right; an empty field stays as it is."""

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    no_telephone: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


def choices(chosen: RequestKind | None = None) -> tuple[Choice, ...]:
    """Every right that can be asked for."""
    return tuple(Choice(kind.value, kind_said(kind), kind is chosen) for kind in CHOICES)


def typed(posted: QueryDict, name: str) -> str:
    """A field as it was sent, cut to what any field takes."""
    return str(posted.get(name) or "")[:TYPED_LIMIT_CHARACTERS].replace("\x00", "").strip()


def kind_of(text: str) -> RequestKind | None:
    """The right of this name, or None."""
    return next((kind for kind in CHOICES if kind.value == text), None)


def read_ask(posted: QueryDict) -> AskForm:
    """The form as it was sent, with a sentence for each field that needs another look."""
    form = AskForm(
        kind=kind_of(typed(posted, "kind")),
        email=typed(posted, "email"),
        order_number=typed(posted, "order_number").upper()[:ORDER_NUMBER_CHARACTERS],
    )
    errors = {}
    if form.kind is None:
        errors["kind"] = _("Please choose what you want us to do.")
    if not form.email and not form.order_number:
        errors["email"] = _("Please give your e-mail address, or the number of an order.")
    elif form.email and isinstance(read := read_email(form.email), ContactProblemReason):
        errors["email"] = problem_text(ContactProblem("email", read))
    return replace(form, errors=errors)


def read_correction(posted: QueryDict) -> tuple[CorrectForm, Correction]:
    """What is to be put right, read as it may be kept; the form says what could not be read."""
    form = CorrectForm(
        name=typed(posted, "name"),
        email=typed(posted, "email"),
        telephone=typed(posted, "telephone"),
        no_telephone=bool(typed(posted, "no_telephone")),
    )
    read = {
        "name": read_name(form.name) if form.name else None,
        "email": read_email(form.email) if form.email else None,
        "telephone": _read_own_telephone(form.telephone) if form.telephone else None,
    }
    errors = {
        name: _correction_error(name, answer)
        for name, answer in read.items()
        if isinstance(answer, ContactProblemReason)
    }
    given = {name: answer for name, answer in read.items() if answer is not None and name not in errors}
    if form.no_telephone and not form.telephone:
        given["telephone"] = ""
    if not given and not errors:
        errors["name"] = _("Please fill in what should be different.")
    return replace(form, errors=errors), Correction(**{name: str(text) for name, text in given.items()})


def _read_own_telephone(typed_text: str) -> str | ContactProblemReason | None:
    """Also as people in Russia write their own number, with an 8 in front, on the Russian pages alone."""
    read = read_telephone(typed_text)
    digits = "".join(character for character in typed_text if character.isdigit())
    is_russian = (get_language() or "").startswith("ru") and len(digits) == RUSSIAN_DIGITS and digits[0] == "8"
    return read_telephone(f"+7{digits[1:]}") if isinstance(read, ContactProblemReason) and is_russian else read


def _correction_error(name: str, reason: ContactProblemReason) -> str:
    """One sentence for this form: no card is asked for behind it, and numbers are written as where they are dialed."""
    if reason is ContactProblemReason.CARD_NUMBER:
        return _("This looks like a card number. Please give your name.")
    if reason is ContactProblemReason.NOT_A_TELEPHONE:
        return _("This is not a telephone number. Give it with its country code, such as %(example)s.") % {
            # Translators: a telephone number as readers of this language write one, with its country code.
            "example": _("+1 212 555 0123")
        }
    return problem_text(ContactProblem(name, reason))
