"""The signature of a notification: HMAC-SHA512 over the raw body, upper-case hex.

The key is the signature key's text as displayed, as ASCII bytes. It is not hex-decoded: three public vectors
settle that (shared/reference/authorize-net.md 2.3), one of them is a test.
"""

import hashlib
import hmac

SIGNATURE_HEADER = "X-ANET-Signature"


def sign(body: bytes, signature_key: str) -> str:
    """The value of ``X-ANET-Signature`` for exactly these bytes."""
    digest = hmac.new(signature_key.encode("ascii"), body, hashlib.sha512).hexdigest()
    return f"sha512={digest.upper()}"
