"""The one opening to the mail server. A mail leaves with a permit or not at all."""

import re
import smtplib
from typing import Final

from django.core.mail import EmailMultiAlternatives, get_connection

from crystalcall.mailings.values import Accepted, Deferred, FailureReason, Mail, Rejected
from crystalcall.plumbing.openings import opening
from crystalcall.privacy.gate import Permit

PROVIDER: Final = "mail-carrier"
FIRST_PERMANENT_CODE: Final = 500
# A part of an address as long as a token (plumbing.ids) opens whatever stands behind it: an order, a wish, a request;
# one as long as the secret of a link about signing in opens that step.
SECRET_ADDRESS: Final = re.compile(r"https?://[^\s\"<>]+/(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})/")


class PermitMissingError(Exception):
    """A mail was to leave without a permit that covers it: a mistake in the program."""


def hand_over(permit: Permit, mail: Mail) -> Accepted | Deferred | Rejected:
    """Hand a mail to the mail server over SMTP; every answer of the server is a value.

    Errors: PermitMissingError when the permit does not cover what the mail holds.
    """
    if not permit.spend(PROVIDER, *mail.holds, *_secret_addresses(mail)):
        raise PermitMissingError("The permit does not cover this mail.")
    headers = {
        "Message-ID": mail.message_id,
        # RFC 3834: no out-of-office reply to this; RFC 3282: the language of both parts.
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.recipient],
        headers=headers | _way_to_stop(mail.stop_url),
        connection=get_connection(fail_silently=False),
    )
    message.attach_alternative(mail.html, "text/html")
    try:
        with opening(PROVIDER):
            message.send()
    except (smtplib.SMTPException, OSError) as problem:
        return _verdict(problem)
    return Accepted()


def _secret_addresses(mail: Mail) -> tuple[str, ...]:
    """The name of the field where the mail holds one, whatever it says of itself: an address that opens a page."""
    found = any(SECRET_ADDRESS.search(each) for each in (mail.text, mail.html, mail.stop_url))
    return ("page_address",) if found else ()


def _way_to_stop(stop_url: str) -> dict[str, str]:
    """The headers behind a mail program's own "unsubscribe" (RFC 2369); by one press only over TLS (RFC 8058)."""
    if not stop_url:
        return {}
    one_press = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop_url.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{stop_url}>"} | one_press


def _verdict(problem: Exception) -> Deferred | Rejected:
    """What a failure means: only a refusal of this recipient or this content is for good.

    A refused sender or password is the operator's to mend, and the mail waits for that.
    """
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in problem.recipients.values()]
        if all(code >= FIRST_PERMANENT_CODE for code in codes):
            return Rejected(FailureReason.RECIPIENT_REFUSED, codes[0])
        return Deferred(FailureReason.REFUSED_FOR_NOW, codes[0])
    if isinstance(problem, smtplib.SMTPDataError) and problem.smtp_code >= FIRST_PERMANENT_CODE:
        return Rejected(FailureReason.CONTENT_REFUSED, problem.smtp_code)
    if isinstance(problem, smtplib.SMTPResponseException):
        return Deferred(FailureReason.REFUSED_FOR_NOW, max(problem.smtp_code, 0))
    return Deferred(FailureReason.NO_CONNECTION, 0)
