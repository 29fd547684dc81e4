"""The mails about a privacy request: the link that proves a mailbox, the one that proves a new one, delay and refusal.

No name stands in them: the first may reach an address that somebody else typed into the form, the second one that
nobody has proved yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, witness_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NobodyToTell, NothingToTell, NoticeKind, NoticeView
from crystalcall.plumbing.settings import current
from crystalcall.privacy.purposes import Purpose
from crystalcall.privacy.requests.actions import finish_change, issue_change, issue_link
from crystalcall.privacy.requests.bounding import link_is_due
from crystalcall.privacy.requests.queries import extension_reason, former_address, mail_facts
from crystalcall.privacy.requests.values import LinkToMail, NobodyToMail, RequestView
from crystalcall.privacy.requests.wording import denial_said, kind_said
from crystalcall.rules.privacy.requesting import RequestKind

HOLDS: Final = ("email", "request")
LINK_HOLDS: Final = (*HOLDS, "page_address")
LINKS: Final = {NoticeKind.PRIVACY_LINK: issue_link, NoticeKind.PRIVACY_CHANGE: issue_change}
TELLS: Final = frozenset({NoticeKind.PRIVACY_EXTENDED, NoticeKind.PRIVACY_DENIED})
ABOUT_REQUESTS: Final = frozenset(LINKS) | TELLS | {NoticeKind.PRIVACY_CHANGED}


class OvertakenError(Exception):
    """The request was answered or its person forgotten while the mail was written; the next try finds that out."""


@dataclass(frozen=True, slots=True)
class RequestLetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    sentences: tuple[str, ...]
    button: str
    button_url: str = field(repr=False)
    ending: str


def draft_about_request(notice: NoticeView, *, now: datetime) -> Draft | NobodyToTell | NothingToTell:
    """The mail about the request that the notice names; a link is made when the mail is written, and kept nowhere."""
    facts = mail_facts(notice.about)
    if facts is None:
        return NobodyToTell()
    view, found = facts
    if notice.kind is NoticeKind.PRIVACY_LINK:
        # Whoever typed the address may be a stranger: whoever reads the mail is spoken to as on file.
        view = replace(view, language=found.to.language)
    if notice.kind is NoticeKind.PRIVACY_CHANGED:
        return _draft_changed(notice, view, found.subject, now=now)
    if notice.kind is NoticeKind.PRIVACY_LINK and not link_is_due(notice.about, now=now):
        return NothingToTell()
    if notice.kind in LINKS and view.closed_at is not None:
        return NothingToTell()
    issue = LINKS.get(notice.kind)

    def write() -> Mail:
        with translation.override(view.language):
            if issue is not None:
                return _link_mail(notice, view, issue, now)
            said = _say_extended(view) if notice.kind is NoticeKind.PRIVACY_EXTENDED else _say_denied(view)
            envelope = Envelope(found.to.address, view.language, notice.message_id)
            return render(envelope, "privacy_request", said, holds=HOLDS)

    holds = HOLDS if issue is None else LINK_HOLDS
    return Draft(Purpose.PRIVACY_REQUEST, holds, write, subject=found.subject)


def _draft_changed(notice: NoticeView, view: RequestView, subject: str, *, now: datetime) -> Draft | NothingToTell:
    """To the address that was replaced; once it is told, nothing knows it any more."""
    former = former_address(view.reference)
    if not former:
        return NothingToTell()

    def write() -> Mail:
        with translation.override(view.language):
            envelope = Envelope(former, view.language, notice.message_id)
            return render(envelope, "privacy_request", _say_changed(view, now), holds=HOLDS)

    def done() -> None:
        finish_change(view.reference, now=now)

    return Draft(Purpose.PRIVACY_REQUEST, HOLDS, write, subject=subject, done=done)


def _link_mail(
    notice: NoticeView, view: RequestView, issue: "Callable[..., LinkToMail | NobodyToMail]", now: datetime
) -> Mail:
    link = issue(view.reference, now=now)
    if isinstance(link, NobodyToMail):
        raise OvertakenError
    said = _say_link(view, link) if notice.kind is NoticeKind.PRIVACY_LINK else _say_change(view, link)
    envelope = Envelope(link.to.address, view.language, notice.message_id)
    return render(envelope, "privacy_request", said, holds=LINK_HOLDS)


def _say_link(view: RequestView, link: LinkToMail) -> RequestLetterSaid:
    return _said(
        view,
        subject=_("Your data: one more step"),
        opening=_("we got a letter from this address, about the data that we have on it.")
        if view.kind is RequestKind.UNSORTED
        else _("we were asked this about the data of this address: %(kind)s.") % {"kind": kind_said(view.kind)},
        sentences=(
            _("If that was you, open the page to which this mail leads. Nothing happens until you press its button."),
            _("The same page lets you choose anything else that you may ask of us."),
            _only_once(link),
            _number(view),
        ),
        button=(_("Go on with the request"), f"{base_url(view.language)}/privacy/requests/link/{link.token}/"),
        ending=_("If it was not you, do nothing: without this link nobody sees or changes anything."),
    )


def _say_change(view: RequestView, link: LinkToMail) -> RequestLetterSaid:
    return _said(
        view,
        subject=_("Is this your new address?"),
        opening=_("somebody who buys at Crystal Call gave this address as the new one for mail."),
        sentences=(_("It counts once you open this page and press its button."), _only_once(link)),
        button=(_("Yes, this is my address"), f"{base_url(view.language)}/privacy/requests/change/{link.token}/"),
        ending=_("If you know nothing of this, do nothing: the address is forgotten within a day."),
    )


def _say_changed(view: RequestView, now: datetime) -> RequestLetterSaid:
    return _said(
        view,
        subject=_("Your address was changed"),
        opening=_("on %(day)s your e-mail address at Crystal Call was replaced by another.")
        % {"day": figures.day(now, view.language)},
        sentences=(
            _("Whoever did it opened a link that we had mailed to this address, and another one at the new address."),
            _("Mail about your orders goes to the new address from now on. Nothing is sent here any more."),
            _("If it was not you, write to %(email)s at once and name the number of the request.")
            % {"email": current().service_email},
        ),
    )


def _say_extended(view: RequestView) -> RequestLetterSaid:
    day = figures.day(view.expected_by, view.language)
    return _said(
        view,
        subject=_("Your request takes longer"),
        opening=_("you wrote us a letter about your data. We need longer than a month to answer it.")
        if view.kind is RequestKind.UNSORTED
        else _("you asked us this about your data: %(kind)s. We need longer for it than a month.")
        % {"kind": kind_said(view.kind)},
        sentences=(
            _("Why: %(reason)s") % {"reason": extension_reason(view.reference)},
            _("You get an answer by %(day)s.") % {"day": day},
            _complain(),
        ),
    )


def _say_denied(view: RequestView) -> RequestLetterSaid:
    reason = denial_said(view.reason) if view.reason else ""
    return _said(
        view,
        subject=_("Your request was refused"),
        opening=_("you wrote us a letter about your data. We did not do what you asked.")
        if view.kind is RequestKind.UNSORTED
        else _("you asked us this about your data: %(kind)s. We did not do it.") % {"kind": kind_said(view.kind)},
        sentences=(_("Why: %(reason)s") % {"reason": reason}, _complain()),
    )


def _said(
    view: RequestView,
    *,
    subject: str,
    opening: str,
    sentences: tuple[str, ...],
    button: tuple[str, str] = ("", ""),
    ending: str = "",
) -> RequestLetterSaid:
    base = base_url(view.language)
    witness = witness_of(view.language)
    frame = Frame("", "", f"{base}/rates/", f"{base}/privacy/", current().service_email, witness)
    closing = ending or _number(view)
    return RequestLetterSaid(view.language, subject, frame, opening, sentences, *button, closing)


def _number(view: RequestView) -> str:
    return _("Number of the request: %(reference)s") % {"reference": view.reference}


def _only_once(link: LinkToMail) -> str:
    return _("The link works for %(minutes)s minutes.") % {"minutes": link.minutes}


def _complain() -> str:
    return _(
        "If you do not agree, write to us, complain to the data protection authority of the place where you live, "
        "or go to court."
    )
