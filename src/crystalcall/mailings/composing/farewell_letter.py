"""What the last mail says: that the account is deleted, and where that stands without naming anybody."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from crystalcall.mailings import figures
from crystalcall.mailings.composing.frame import Frame, base_url, witness_of
from crystalcall.mailings.composing.sign_in_letter import SignInLetterSaid
from crystalcall.mailings.composing.writing import Envelope, render
from crystalcall.mailings.values import Mail
from crystalcall.plumbing.settings import current
from crystalcall.privacy.erasures.values import Erased
from crystalcall.privacy.keepers import MailAddress

HOLDS: Final = ("email",)


def farewell_mail(address: MailAddress, erased: Erased, owed_micros: int, *, message_id: str, now: datetime) -> Mail:
    """The mail in the language that is active, which is the reader's."""
    language = address.language
    base = base_url(language)
    frame = Frame("", "", f"{base}/rates/", f"{base}/privacy/", current().service_email, witness_of(language))
    line = _("In the coming night the public register gets a line with the mark %(mark)s, which proves it.") % {
        "mark": erased.mark
    }
    owed = _("%(amount)s is paid back to the card you paid with, within some days.") % {
        "amount": figures.money(owed_micros, language)
    }
    said = SignInLetterSaid(
        language=language,
        subject=_("Your account is deleted"),
        frame=frame,
        opening=_("your account at Crystal Call was deleted on %(moment)s, as you asked.")
        % {"moment": figures.moment(now, language)},
        sentences=(
            _("Your name, your addresses, your numbers and the way from your orders to you are gone."),
            *((owed,) if owed_micros else ()),
            *((line,) if erased.mark else ()),
        ),
        button=_("The register"),
        button_url=f"{base}/privacy/register/",
        ending=_("This is our last mail: we do not have this address any more."),
    )
    return render(Envelope(address.address, language, message_id), "farewell", said, holds=HOLDS)
