"""The mail that tells somebody what an authority got about them: who, what, of which days, and where it is shown.

No name stands in it, and nothing of what was handed over: the person's own data shows that, behind a proved mailbox.
"""

from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, witness_of
from crystalcall.mailings.composing.request_letter import RequestLetterSaid
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Draft, Mail, NobodyToTell, NoticeView
from crystalcall.plumbing.settings import current
from crystalcall.privacy import keepers
from crystalcall.privacy.authorities.notices import contact_of
from crystalcall.privacy.authorities.queries import told_case
from crystalcall.privacy.authorities.values import CaseKind, Told
from crystalcall.privacy.authorities.wording import words_of
from crystalcall.privacy.keepers import NameKind
from crystalcall.privacy.purposes import Purpose

HOLDS: Final = ("email", "authority")


def draft_about_authority(notice: NoticeView) -> Draft | NobodyToTell:
    """The mail about the case that the notice names; none is told before they may be; who was forgotten is too."""
    facts = told_case(notice.about)
    known = None if facts is None else keepers.mail_address(facts[1])
    to = known or contact_of(notice.about)
    if facts is None or to is None:
        return NobodyToTell()
    told, person = facts

    def write() -> Mail:
        with translation.override(to.language):
            envelope = Envelope(to.address, to.language, notice.message_id)
            said = _say(told, to.language, is_forgotten=known is None)
            return render(envelope, "privacy_request", said, holds=HOLDS)

    return Draft(Purpose.PRIVACY_REQUEST, HOLDS, write, subject=person.of(NameKind.CUSTOMER)[0])


def _say(told: Told, language: str, *, is_forgotten: bool) -> RequestLetterSaid:
    base = base_url(language)
    frame = Frame("", "", f"{base}/rates/", f"{base}/privacy/", current().service_email, witness_of(language))
    said = {"authority": told.authority, "day": figures.day(told.handed_at, language)}
    if told.kind is CaseKind.ORDER:
        opening = _("on %(day)s we gave data about you to an authority that may demand it: %(authority)s.") % said
    else:
        opening = _("on %(day)s we reported an unlawful act and gave data about you to: %(authority)s.") % said
    return RequestLetterSaid(
        language=language,
        subject=_("An authority got data about you"),
        frame=frame,
        opening=opening,
        sentences=(
            _("What: %(fields)s.") % {"fields": "; ".join(words_of(told.fields))},
            _("Of the days from %(since)s to %(until)s.")
            % {"since": figures.day(told.since, language), "until": figures.day(told.until, language)},
            _("Two people of the shop approved exactly this; nothing else was given."),
            _("Your data was deleted; we kept this address alone, sealed, to tell you this. Now it is deleted too.")
            if is_forgotten
            else _("Your own copy of your data shows it too: ask for it on the page of this button."),
        ),
        button=_("Your data"),
        button_url=f"{base}/privacy/requests/",
        ending=_("Number of the case: %(reference)s") % {"reference": told.reference},
    )
