"""Nonces for proofs: the server's time in milliseconds, authenticated (RFC 9449, sections 8 and 11.1).

Whoever was told one knows our time, so that a clock that goes wrong does no harm; a proof with one was made after it
was given, so that nobody can make proofs in advance for later. Nothing is kept: every process knows its own by its MAC.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from crystalcall.plumbing.settings import current

NONCE_SECONDS: Final = 300
AHEAD_SECONDS: Final = 5
"""Several machines of one shop may disagree by so much."""
MAC_BYTES: Final = 16
MOST_DIGITS: Final = 15
MILLISECONDS: Final = 1000


def fresh_nonce(now: datetime) -> str:
    """A nonce: unix milliseconds, a point, and a MAC in base64url."""
    moment = str(int(now.timestamp() * MILLISECONDS))
    return f"{moment}.{_mac(moment)}"


def is_ours(nonce: str, now: datetime) -> bool:
    """Whether we gave this nonce, within the last five minutes."""
    moment, _point, mac = nonce.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= MOST_DIGITS and mac.isascii()):
        return False
    if not hmac.compare_digest(_mac(moment), mac):
        return False
    age = now.timestamp() - int(moment) / MILLISECONDS
    return -timedelta(seconds=AHEAD_SECONDS).total_seconds() <= age <= NONCE_SECONDS


def _mac(moment: str) -> str:
    digest = hmac.digest(_key(current().secret_key), moment.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:MAC_BYTES]).rstrip(b"=").decode()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"crystalcall.proofs.nonce\0" + secret.encode()).digest()
