"""What was typed into the forms of Your Account, cut to what any of them takes."""

from django.http import QueryDict

from crystalcall.rules.signing_in import LONGEST

TYPED_LIMIT_CHARACTERS = 400
#: A passkey's answer holds an attestation or a signature, as JSON.
ANSWER_LIMIT_CHARACTERS = 16_384


def typed(posted: QueryDict, name: str, limit: int = TYPED_LIMIT_CHARACTERS) -> str:
    """A field without the blanks around it."""
    return str(posted.get(name) or "")[:limit].replace("\x00", "").strip()


def password_typed(posted: QueryDict, name: str = "password") -> str:
    """A password exactly as typed (ASVS 6.2.8), cut one character after the longest that is taken."""
    return str(posted.get(name) or "")[: LONGEST + 1]
