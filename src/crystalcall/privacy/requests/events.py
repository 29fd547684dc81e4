"""What requests tell: that a link is to be mailed, that an address changed, that a request was extended or denied."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class LinkWanted(Event):
    """Somebody asked: a link goes to the address on file, if there is one. Told for unknown addresses too."""

    NAME: ClassVar[str] = "privacy.request.link_wanted"
    reference: str


@dataclass(frozen=True)
class ChangeProposed(Event):
    """Somebody who proved the old mailbox named a new one: a link goes there."""

    NAME: ClassVar[str] = "privacy.request.change_proposed"
    reference: str


@dataclass(frozen=True)
class AddressChanged(Event):
    """A new address was proved and replaced the old one, which is told so."""

    NAME: ClassVar[str] = "privacy.request.address_changed"
    reference: str


@dataclass(frozen=True)
class RequestExtended(Event):
    """An answer takes longer than a month: the person is told why."""

    NAME: ClassVar[str] = "privacy.request.extended"
    reference: str


@dataclass(frozen=True)
class RequestDenied(Event):
    """A request was refused: the person is told why, and of the right to complain."""

    NAME: ClassVar[str] = "privacy.request.denied"
    reference: str
