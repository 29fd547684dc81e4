"""The mails about signing in: links, the word to whoever is registered already, and the news that something changed.

No name stands in them: some reach an address that somebody else typed. Of the news, neither place nor device is said,
because neither is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crystalcall.customers.signing_in.actions import write_link
from crystalcall.customers.signing_in.queries import news_to_mail, recipient_of
from crystalcall.customers.signing_in.values import (
    AddressKnown,
    Audience,
    LinkKind,
    LinkToMail,
    NewsKind,
    NewsToMail,
    NobodyToMail,
)
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, witness_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NobodyToTell, NoticeKind, NoticeView
from crystalcall.plumbing.settings import current
from crystalcall.privacy.purposes import Purpose

HOLDS: Final = ("email",)
LINK_HOLDS: Final = (*HOLDS, "page_address")
ABOUT_SIGNING_IN: Final = frozenset({NoticeKind.SIGN_IN_LINK, NoticeKind.SIGN_IN_NEWS})
MINUTES_OF_AN_HOUR: Final = 60
PATHS: Final = {
    LinkKind.CONFIRM: "confirm",
    LinkKind.RESET: "reset",
    LinkKind.TRY: "try",
    LinkKind.CHANGE_OLD: "change",
    LinkKind.CHANGE_NEW: "change",
}


class OvertakenError(Exception):
    """What the link was for is over, or its owner was forgotten, while the mail was written; the next try finds out."""


@dataclass(frozen=True, slots=True)
class SignInLetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    sentences: tuple[str, ...]
    button: str
    button_url: str = field(repr=False)
    ending: str


@dataclass(frozen=True, slots=True)
class _Words:
    """What one kind of mail says."""

    subject: str
    opening: str
    sentences: tuple[str, ...]
    button: str
    ending: str


def draft_about_signing_in(notice: NoticeView, *, now: datetime) -> Draft | NobodyToTell:
    """The mail that the notice names; a link's secret is made when it is written, and kept nowhere."""
    about = UUID(notice.about)
    if notice.kind is NoticeKind.SIGN_IN_NEWS:
        news = news_to_mail(about)
        return NobodyToTell() if isinstance(news, NobodyToMail) else _draft_news(notice, news)
    to = recipient_of(about)
    if isinstance(to, NobodyToMail):
        return NobodyToTell()

    def write() -> Mail:
        link = write_link(about, now=now)
        if isinstance(link, NobodyToMail):
            raise OvertakenError
        with translation.override(link.language):
            return _mail(notice, link, _say_link(link) if isinstance(link, LinkToMail) else _say_known(link))

    return Draft(Purpose.SIGNING_IN, LINK_HOLDS, write, subject=to.subject)


def _draft_news(notice: NoticeView, news: NewsToMail) -> Draft:
    def write() -> Mail:
        with translation.override(news.language):
            return _mail(notice, news, _say_news(news))

    return Draft(Purpose.SIGNING_IN, HOLDS, write, subject=news.subject)


def _mail(notice: NoticeView, to: LinkToMail | AddressKnown | NewsToMail, said: SignInLetterSaid) -> Mail:
    holds = LINK_HOLDS if isinstance(to, LinkToMail) else HOLDS
    return render(Envelope(to.email, to.language, notice.message_id), "signing_in", said, holds=holds)


def _say_link(link: LinkToMail) -> SignInLetterSaid:
    words = _link_words(link)[link.kind]
    return _said(link, words, f"{_door(link)}/account/{PATHS[link.kind]}/{link.secret}/")


def _link_words(link: LinkToMail) -> Mapping[LinkKind, _Words]:
    valid = _valid(link.valid_minutes)
    return {
        LinkKind.CONFIRM: _Words(
            _("Confirm your address"),
            _("somebody, you we hope, registered at Crystal Call with this address."),
            (_("The button opens a page that asks for the password you chose. Then you are in."), valid),
            _("Confirm this address"),
            _("If it was not you, do nothing: without this link the registration is forgotten within a day."),
        ),
        LinkKind.RESET: _Words(
            _("A new password"),
            _("somebody, you we hope, asked for a new password for the account with this address."),
            (_("The button opens a page where you choose one. Until then the old one counts."), valid),
            _("Choose a new password"),
            _("If it was not you, do nothing: nobody gets in by asking."),
        ),
        LinkKind.TRY: _Words(
            _("Sign in with this link"),
            _("there were many wrong tries to sign in, so we ask for one more sign that it is you."),
            (_("Open this page in the browser in which you want to sign in, and press its button there."), valid),
            _("Let this browser try"),
            _("If it was not you, do nothing: somebody guesses, and cannot go on without this mail."),
        ),
        LinkKind.CHANGE_OLD: _Words(
            _("Change your address?"),
            _("somebody, you we hope, wants to change the address of your account from this one to another."),
            (_("It counts once both addresses agreed."), valid),
            _("Agree to the change"),
            _("If it was not you, do nothing, and choose a new password: somebody is in your account."),
        ),
        LinkKind.CHANGE_NEW: _Words(
            _("Is this your new address?"),
            _("somebody with an account at Crystal Call gave this address as the new one."),
            (_("It counts once both addresses agreed."), valid),
            _("Yes, this is my address"),
            _("If you know nothing of this, do nothing: the address is forgotten within a day."),
        ),
    }


def _say_known(known: AddressKnown) -> SignInLetterSaid:
    words = _Words(
        _("You have an account already"),
        _("somebody, you we hope, wanted to register at Crystal Call with this address. There is an account with it."),
        (_("Sign in as always. If you do not remember the password, the page has a link for a new one."),),
        _("Sign in"),
        _("If it was not you, do nothing: nobody was told that you have an account."),
    )
    return _said(known, words, f"{_door(known)}/account/")


def _say_news(news: NewsToMail) -> SignInLetterSaid:
    day = {"moment": figures.moment(news.made_at, news.language)}
    opening = {
        NewsKind.PASSWORD_CHANGED: _("the password of your account was changed on %(moment)s."),
        NewsKind.EMAIL_CHANGED: _("since %(moment)s you sign in with this address, and all our mail goes here."),
        NewsKind.FACTOR_ADDED: _("a second factor was added to your account on %(moment)s."),
        NewsKind.FACTOR_REMOVED: _("a second factor was removed from your account on %(moment)s."),
        NewsKind.CODES_RENEWED: _(
            "new recovery codes were made for your account on %(moment)s; the old ones are void."
        ),
        NewsKind.CODE_USED: _("somebody signed in to your account with a recovery code on %(moment)s."),
        NewsKind.FACTOR_GUESSED: _(
            "somebody who knows your password tried several wrong second factors, last on %(moment)s."
        ),
    }[news.kind]
    words = _Words(
        _("Your account was changed") if news.kind is not NewsKind.FACTOR_GUESSED else _("Somebody has your password"),
        opening % day,
        (_("If it was you, all is well."),),
        _("It was not me: choose a new password"),
        _("A new password ends every sign-in. We do not know where or on what it happened: we keep neither."),
    )
    return _said(news, words, f"{_door(news)}/account/reset/")


def _said(to: LinkToMail | AddressKnown | NewsToMail, words: _Words, url: str) -> SignInLetterSaid:
    base = base_url(to.language)
    frame = Frame("", "", f"{base}/rates/", f"{base}/privacy/", current().service_email, witness_of(to.language))
    return SignInLetterSaid(
        language=to.language,
        subject=words.subject,
        frame=frame,
        opening=words.opening,
        sentences=words.sentences,
        button=words.button,
        button_url=url,
        ending=words.ending,
    )


def _door(to: LinkToMail | AddressKnown | NewsToMail) -> str:
    """The address of the door at which the reader signs in."""
    if to.audience is Audience.CUSTOMER:
        return base_url(to.language)
    return current().backoffice_base_url + ("/ru" if to.language == "ru" else "")


def _valid(minutes: int) -> str:
    if minutes % MINUTES_OF_AN_HOUR:
        return ngettext(
            "The link works once, for %(count)s minute.", "The link works once, for %(count)s minutes.", minutes
        ) % {"count": minutes}
    hours = minutes // MINUTES_OF_AN_HOUR
    return ngettext("The link works once, for %(count)s hour.", "The link works once, for %(count)s hours.", hours) % {
        "count": hours
    }
