"""The mails about a version of the privacy policy: that it was announced, and that it was taken back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.customers.queries import Contact
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, frame_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.queries import was_sent
from crystalcall.mailings.values import Draft, Mail, NothingToTell, NoticeKind, NoticeView
from crystalcall.privacy import policy
from crystalcall.privacy.announcing.clockwork import zone
from crystalcall.privacy.policy.differences import practice_changes
from crystalcall.privacy.policy.facts import seconds
from crystalcall.privacy.policy.queries import forget_remembered
from crystalcall.privacy.policy.saying import Said, changes_said
from crystalcall.privacy.policy.values import Version
from crystalcall.privacy.purposes import Purpose
from crystalcall.shop.orders.queries import stop_token
from crystalcall.shop.orders.values import NoticeTopic, OrderLetter

HOLDS: Final = ("email", "name", "order_number", "page_address")


@dataclass(frozen=True, slots=True)
class PolicyLetterSaid:
    """Everything a template of these mails says, ready as text; `changes` is empty where only words change."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    changes: tuple[Said, ...]
    changes_url: str
    opt_out_url: str
    stop_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Letter:
    """To whom, about which version, under which notice, with the token that ends these mails."""

    notice: NoticeView
    order: OrderLetter
    person: Contact
    version: Version
    token: str = field(repr=False)


def draft_policy(notice: NoticeView, order: OrderLetter, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail about a version that waits; nothing once it was withdrawn or came into force, or the wish ended."""
    # Another process announced it, perhaps a second ago: what this one remembers may be older.
    forget_remembered()
    coming = policy.announced(now)
    token = stop_token(notice.order_number, NoticeTopic.POLICY)
    if coming is None or token is None or notice.about != _about(coming):
        return NothingToTell()
    changes = practice_changes(policy.in_force(now).practices, coming.practices)
    letter = _Letter(notice, order, person, coming, token)

    def write() -> Mail:
        with translation.override(order.language):
            day = _day(coming.due_at, order.language)
            subject = _("Our privacy policy changes on %(day)s") % {"day": day}
            opening = _("a new version of our privacy policy applies from %(day)s, no sooner. You asked to be told.")
            return _render(letter, "policy_changes", (subject, opening % {"day": day}), changes_said(changes))

    return Draft(Purpose.POLICY_NOTICE, HOLDS, write)


def draft_withdrawn(notice: NoticeView, order: OrderLetter, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail that an announced version was taken back, to those alone whom a mail told of it."""
    forget_remembered()
    gone = next((each for each in policy.all_versions(now) if _about(each) == notice.about), None)
    token = stop_token(notice.order_number, NoticeTopic.POLICY)
    if gone is None or gone.withdrawn_at is None or token is None:
        return NothingToTell()
    if not was_sent(notice.order_number, NoticeKind.POLICY_CHANGES, notice.about):
        return NothingToTell()
    letter = _Letter(notice, order, person, gone, token)

    def write() -> Mail:
        with translation.override(order.language):
            subject = _("Our privacy policy stays as it is")
            opening = _(
                "we wrote to you that a new version of our privacy policy would apply from %(due)s. We took it back on "
                "%(withdrawn)s: it does not come into force, and the version that you know stays."
            ) % {"due": _day(gone.due_at, order.language), "withdrawn": _day(gone.withdrawn_at, order.language)}
            return _render(letter, "policy_withdrawn", (subject, opening), ())

    return Draft(Purpose.POLICY_NOTICE, HOLDS, write)


def _about(version: Version) -> str:
    return "" if version.announced_at is None else f"{version.number} {seconds(version.announced_at)}"


def _day(moment: datetime | None, language: str) -> str:
    """A day of the store's zone, in whose midnights versions come into force."""
    return "" if moment is None else figures.day(moment.astimezone(zone()), language)


def _render(letter: _Letter, template: str, words: tuple[str, str], changes: tuple[Said, ...]) -> Mail:
    language, (subject, opening) = letter.order.language, words
    changes_url = f"{base_url(language)}/privacy/versions/{letter.version.number}/changes/"
    said = PolicyLetterSaid(
        language=language,
        # A header is folded and joined again on its way, and some programs lose a space that must not break.
        subject=subject.replace("\N{NO-BREAK SPACE}", " "),
        frame=frame_of(letter.person.name, letter.order.token, language),
        opening=opening,
        changes=changes,
        changes_url=changes_url,
        opt_out_url=f"{changes_url}#opt-out",
        stop_url=f"{base_url(language)}/updates/unsubscribe/{letter.token}/",
    )
    envelope = Envelope(letter.person.email, language, letter.notice.message_id)
    return render(envelope, template, said, holds=HOLDS, stop_url=said.stop_url)
