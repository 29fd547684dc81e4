"""Unguessable names for things that travel in addresses, mails and telephone conversations."""

import secrets

# Crockford's base 32 leaves out I, L, O and U, so that a number read over the telephone stays one number.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_BYTES = 16


def random_token() -> str:
    """A bearer token of 128 bits as 22 characters of base64url (ASVS 5.0, 7.2.3)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def random_code(length: int = 10) -> str:
    """A random code of `length` characters in Crockford's base 32 (5 bits each), for order numbers and serials."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
