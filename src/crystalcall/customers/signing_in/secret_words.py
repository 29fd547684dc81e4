"""Tokens, mailed secrets and codes: made from 256 random bits (codes 120), kept as SHA-256 only (ASVS 5.0, 7.2.3)."""

import hashlib
import re
import secrets
from typing import Final

from crystalcall.plumbing.ids import random_code

TOKEN_PREFIX: Final = "ccs_"  # noqa: S105 - what every token begins with, so that scanners of leaks find one
SECRET_BYTES: Final = 32
TOKEN: Final = re.compile(r"ccs_[A-Za-z0-9_-]{43}")
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
CODE_LENGTH: Final = 24
CODE_GROUP: Final = 6


def new_token() -> str:
    """A token for a browser."""
    return TOKEN_PREFIX + new_secret()


def new_secret() -> str:
    """A secret for a link or a step: 43 characters of base64url."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_recovery_code() -> str:
    """24 characters of Crockford's base 32 in groups of six: 120 bits, so that a plain hash may keep it (6.5.2)."""
    code = random_code(CODE_LENGTH)
    return "-".join(code[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


def recovery_code_typed(typed: str) -> str:
    """A code however it was typed: without spaces and dashes, O as 0, I and L as 1."""
    plain = "".join(each for each in typed.upper() if each.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()
