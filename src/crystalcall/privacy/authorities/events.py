"""What cases of authorities tell."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class AuthorityNoticeDue(Event):
    """The person may be told, from now on, that data about them was handed over."""

    NAME: ClassVar[str] = "privacy.authority.notice_due"
    reference: str
