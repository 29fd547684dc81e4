"""One-time keys: 32 random bytes, kept as a hash, for half an hour and three tries (ASVS 5.0, 6.5.1 to 6.5.5, 7.2.3).

A key is bound to the mailbox it was mailed to: it opens nothing once its request is about another. The link is mailed
to the address on file and proves the mailbox; it opens a page whose ticket acts. A ticket never stands in an address,
only in the form of a page that answered a POST (ASVS 5.0, 14.2.1; the mailed link is the exception that every mailed
link is, and a GET of it changes nothing).
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from crystalcall.privacy.requests.detail import proposed_mailbox
from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import KeyRefusal, KeyRefused, KeyRole
from crystalcall.rules.privacy.requesting import RequestKind, RequestState

VALID_MINUTES: Final = 30
TRIES: Final = 3
TOKEN_BYTES: Final = 32
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def issue(
    request: PrivacyRequest,
    role: KeyRole,
    mailbox: bytes,
    *,
    life: timedelta = timedelta(minutes=VALID_MINUTES),
    now: datetime,
) -> str:
    """A fresh key of this role for this mailbox; the one before opens nothing any more. It is kept nowhere itself."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    OneTimeKey.objects.update_or_create(
        request=request,
        role=role.value,
        defaults={
            "digest": _digest(token),
            "bound": _bound(token, mailbox),
            "expires_at": now + life,
            "tries_left": TRIES,
        },
    )
    return token


def look(token: str, *roles: KeyRole, now: datetime) -> OneTimeKey | KeyRefused:
    """The key, if it would open something; nothing is used up."""
    if not TOKEN.fullmatch(token):
        return KeyRefused(KeyRefusal.UNKNOWN)
    names = [role.value for role in roles]
    key = OneTimeKey.objects.select_related("request").filter(digest=_digest(token), role__in=names).first()
    if key is None or not proves(key, token, _mailbox_of(key)):
        return KeyRefused(KeyRefusal.UNKNOWN)
    reason = _why_not(key, now)
    return key if reason is None else KeyRefused(reason)


def _why_not(key: OneTimeKey, now: datetime) -> KeyRefusal | None:
    if key.request.closed_at is not None and not _may_be_fetched_again(key):
        return KeyRefusal.CLOSED
    if key.expires_at <= now:
        return KeyRefusal.TOO_OLD
    return KeyRefusal.USED_UP if key.tries_left < 1 else None


def use(token: str, *roles: KeyRole, now: datetime) -> OneTimeKey | KeyRefused:
    """The key with one try of it used up, however many come at once."""
    key = look(token, *roles, now=now)
    if isinstance(key, KeyRefused):
        return key
    if not OneTimeKey.objects.filter(pk=key.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1):
        return KeyRefused(KeyRefusal.USED_UP)
    return key


def proves(key: OneTimeKey, token: str, mailbox: bytes | None) -> bool:
    """Whether this very mailbox got the key."""
    return mailbox is not None and hmac.compare_digest(bytes(key.bound), _bound(token, mailbox))


def forget_old(now: datetime) -> int:
    """Delete keys that open nothing any more."""
    deleted, _by_model = OneTimeKey.objects.filter(expires_at__lte=now).delete()
    return deleted


def _may_be_fetched_again(key: OneTimeKey) -> bool:
    """A download that broke off may be tried again: an answered request for data answers as long as its ticket does."""
    request = key.request
    is_copy = request.kind in {RequestKind.ACCESS.value, RequestKind.EXPORT.value}
    return key.role == KeyRole.TICKET.value and is_copy and request.state == RequestState.FULFILLED.value


def _mailbox_of(key: OneTimeKey) -> bytes | None:
    """The mailbox that a key must have been mailed to: the request's own, or the new one that somebody named."""
    if key.role == KeyRole.CHANGE.value:
        return proposed_mailbox(key.request)
    return None if key.request.mailbox is None else bytes(key.request.mailbox)


def _bound(token: str, mailbox: bytes) -> bytes:
    return hashlib.sha256(b"privacy.one_time " + token.encode() + mailbox).digest()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
