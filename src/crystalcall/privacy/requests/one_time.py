"""One-time keys: 32 random bytes, kept as a hash, for half an hour and three tries (ASVS 5.0, 6.5.1 to 6.5.5, 7.2.3).

The link is mailed to the address on file and proves the mailbox; it opens a page whose ticket acts. A ticket never
stands in an address, only in the form of a page that answered a POST (ASVS 5.0, 14.2.1; the mailed link is the
exception that every mailed link is, and a GET of it changes nothing).
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from crystalcall.privacy.requests.models import OneTimeKey, PrivacyRequest
from crystalcall.privacy.requests.values import KeyRefusal, KeyRefused, KeyRole
from crystalcall.rules.privacy.requesting import RequestKind, RequestState

VALID_MINUTES: Final = 30
TRIES: Final = 3
TOKEN_BYTES: Final = 32
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def issue(request: PrivacyRequest, role: KeyRole, *, now: datetime) -> str:
    """A fresh key of this role; the one before opens nothing any more. The token itself is kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    OneTimeKey.objects.update_or_create(
        request=request,
        role=role.value,
        defaults={
            "digest": _digest(token),
            "expires_at": now + timedelta(minutes=VALID_MINUTES),
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
    if key is None:
        return KeyRefused(KeyRefusal.UNKNOWN)
    if key.request.closed_at is not None and not _may_be_fetched_again(key):
        return KeyRefused(KeyRefusal.CLOSED)
    if key.expires_at <= now:
        return KeyRefused(KeyRefusal.TOO_OLD)
    if key.tries_left < 1:
        return KeyRefused(KeyRefusal.USED_UP)
    return key


def use(token: str, *roles: KeyRole, now: datetime) -> OneTimeKey | KeyRefused:
    """The key with one try of it used up, however many come at once."""
    key = look(token, *roles, now=now)
    if isinstance(key, KeyRefused):
        return key
    if not OneTimeKey.objects.filter(pk=key.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1):
        return KeyRefused(KeyRefusal.USED_UP)
    return key


def forget_old(now: datetime) -> int:
    """Delete keys that open nothing any more."""
    deleted, _by_model = OneTimeKey.objects.filter(expires_at__lte=now).delete()
    return deleted


def _may_be_fetched_again(key: OneTimeKey) -> bool:
    """A download that broke off may be tried again: an answered request for data answers as long as its ticket does."""
    request = key.request
    is_copy = request.kind in {RequestKind.ACCESS.value, RequestKind.EXPORT.value}
    return key.role == KeyRole.TICKET.value and is_copy and request.state == RequestState.FULFILLED.value


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
