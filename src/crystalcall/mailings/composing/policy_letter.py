"""The mail about an announced version of the privacy policy: from when, what is new, and how to opt out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.customers.queries import Contact
from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, frame_of
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NothingToTell, NoticeView
from crystalcall.privacy import policy
from crystalcall.privacy.policy.differences import practice_changes
from crystalcall.privacy.policy.facts import seconds
from crystalcall.privacy.policy.values import Version
from crystalcall.privacy.purposes import FACTS, Purpose
from crystalcall.shop.orders.queries import stop_token
from crystalcall.shop.orders.values import NoticeTopic, OrderLetter

HOLDS: Final = ("email", "name", "order_number")


@dataclass(frozen=True, slots=True)
class PolicyLetterSaid:
    """Everything a template of the mail says, ready as text."""

    language: str
    subject: str
    frame: Frame = field(repr=False)
    opening: str
    uses: tuple[str, ...]
    changes_url: str
    opt_out_url: str
    stop_url: str = field(repr=False)


def draft_policy(notice: NoticeView, order: OrderLetter, person: Contact, *, now: datetime) -> Draft | NothingToTell:
    """The mail about a version that waits; nothing once it was withdrawn or came into force, or the wish ended."""
    coming = policy.announced(now)
    token = stop_token(notice.order_number, NoticeTopic.POLICY)
    if coming is None or token is None or notice.about != _about(coming):
        return NothingToTell()
    uses = practice_changes(policy.in_force(now).practices, coming.practices).uses_new

    def write() -> Mail:
        with translation.override(order.language):
            said = _say(coming, uses, order, person.name, token)
            envelope = Envelope(person.email, order.language, notice.message_id)
            return render(envelope, "policy_changes", said, holds=HOLDS, stop_url=said.stop_url)

    return Draft(Purpose.POLICY_NOTICE, HOLDS, write)


def _about(coming: Version) -> str:
    return "" if coming.announced_at is None else f"{coming.number} {seconds(coming.announced_at)}"


def _say(coming: Version, uses: tuple[str, ...], order: OrderLetter, name: str, token: str) -> PolicyLetterSaid:
    language = order.language
    day = "" if coming.due_at is None else figures.day(coming.due_at, language)
    words = {purpose.value: str(facts.words) for purpose, facts in FACTS.items()}
    changes_url = f"{base_url(language)}/privacy/versions/{coming.number}/changes/"
    return PolicyLetterSaid(
        language=language,
        # A header is folded and joined again on its way, and some programs lose a space that must not break.
        subject=_("Our privacy policy changes on %(day)s") % {"day": day.replace("\N{NO-BREAK SPACE}", " ")},
        frame=frame_of(name, order.token, language),
        opening=_("a new version of our privacy policy applies from %(day)s, no sooner. You asked to be told.")
        % {"day": day},
        uses=tuple(words.get(purpose, purpose) for purpose in uses),
        changes_url=changes_url,
        opt_out_url=f"{changes_url}#opt-out",
        stop_url=f"{base_url(language)}/updates/unsubscribe/{token}/",
    )
