"""What signing in tells: which mails are to be written. Ids only; the writer finds out whether anybody gets one."""

from dataclasses import dataclass
from typing import ClassVar

from crystalcall.plumbing.announcements import Event


@dataclass(frozen=True)
class SignInLinkWanted(Event):
    """A link is to be mailed, if somebody has this address. Told for unknown addresses too."""

    NAME: ClassVar[str] = "customers.signing_in.link_wanted"
    link: str


@dataclass(frozen=True)
class SecurityNewsMade(Event):
    """Something about how somebody signs in has changed, or looks wrong: they are told."""

    NAME: ClassVar[str] = "customers.signing_in.news_made"
    news: str
