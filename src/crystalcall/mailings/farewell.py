"""The last mail: that an account was deleted. Its address was read before the deletion and is kept nowhere after it.

So it is handed over once, at once: there is nothing left to try it again with. What it tells was on the page as well.
"""

import logging
from datetime import datetime
from email.utils import parseaddr

from django.db import transaction
from django.utils import translation

from crystalcall.mailings import carrier
from crystalcall.mailings.composing.farewell_letter import HOLDS, farewell_mail
from crystalcall.mailings.values import Accepted
from crystalcall.plumbing.ids import random_token
from crystalcall.plumbing.settings import current
from crystalcall.privacy.erasures.values import Erased
from crystalcall.privacy.gate import Refusal, permit
from crystalcall.privacy.keepers import MailAddress
from crystalcall.privacy.purposes import Purpose

logger = logging.getLogger(__name__)

SUBJECT_DIGITS = 32
"""So much of the deletion's line names it; nobody is behind it any more."""


def say_farewell(address: MailAddress, erased: Erased, *, owed_micros: int = 0, now: datetime) -> bool:
    """Confirm a deletion at the address that was deleted, and what is paid back; whether the mail server took it."""
    with transaction.atomic():
        leave = permit(carrier.PROVIDER, Purpose.PRIVACY_REQUEST, HOLDS, erased.line_hash[:SUBJECT_DIGITS])
    if isinstance(leave, Refusal):
        logger.error("the gate refuses the mail that confirms a deletion: %s", leave.reason)
        return False
    domain = parseaddr(current().mail_from)[1].rpartition("@")[2] or "localhost"
    with translation.override(address.language):
        mail = farewell_mail(address, erased, owed_micros, message_id=f"<{random_token()}@{domain}>", now=now)
    answer = carrier.hand_over(leave, mail)
    if not isinstance(answer, Accepted):
        logger.warning("the mail that confirms a deletion was not taken: %s", answer.reason)
    return isinstance(answer, Accepted)
