"""What every mail has around its message: the greeting, the links, whom to ask; and what says how to call."""

from dataclasses import dataclass, field

from crystalcall.mailings import figures
from crystalcall.minutes.calls.queries import access_numbers
from crystalcall.plumbing.settings import current
from crystalcall.privacy.register import head


@dataclass(frozen=True, slots=True)
class Witness:
    """The register's root as it stood when the mail was written: its reader can hold the shop to it later."""

    day: str
    root: str
    url: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The greeting's name, and the addresses a mail leads to; the order's own opens its PINs."""

    name: str = field(repr=False)
    order_url: str = field(repr=False)
    rates_url: str
    privacy_url: str
    service_email: str
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class AccessSaid:
    """An access number as a mail says it."""

    e164: str
    number: str
    place: str


def base_url(language: str) -> str:
    """The store's public address in a language, without a slash at its end."""
    return current().store_base_url + ("/ru" if language == "ru" else "")


def frame_of(name: str, token: str, language: str) -> Frame:
    """The frame of a mail about the order whose link holds this token."""
    base = base_url(language)
    return Frame(
        name=name,
        order_url=f"{base}/orders/{token}/",
        rates_url=f"{base}/rates/",
        privacy_url=f"{base}/privacy/",
        service_email=current().service_email,
        witness=witness_of(language),
    )


def witness_of(language: str) -> Witness | None:
    """The last signed root of the register; None before the first night."""
    last = head()
    if last is None:
        return None
    return Witness(figures.day(last.day, language), last.short_root, f"{base_url(language)}/privacy/register/")


def access_said(language: str) -> tuple[AccessSaid, ...]:
    """The access numbers as they are dialled, each with its place."""
    return tuple(
        AccessSaid(
            e164=access.e164,
            number=figures.telephone(access.e164),
            place=access.place_ru if language == "ru" else access.place_en,
        )
        for access in access_numbers()
    )
