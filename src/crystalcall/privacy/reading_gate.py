"""What the policy says to somebody who wants to read a sealed field; stands between the policy and the keys."""

from uuid import UUID

from crystalcall.plumbing import clock
from crystalcall.privacy.policy.queries import agreed_versions, allows
from crystalcall.privacy.policy.values import NotAllowed, NotAllowedReason
from crystalcall.privacy.purposes import Purpose


def refusal(purpose: Purpose, category: str, subject: UUID | None, collected_under: int) -> str:
    """Why data of this kind and subject, collected under this version, may not be read for this purpose now; or "".

    Without a subject nobody's agreement is asked for: the answer holds for everybody.
    """
    now = clock.now()
    answer = allows(purpose, collected_under=collected_under, now=now, category=category)
    if subject is not None and isinstance(answer, NotAllowed) and answer.reason is NotAllowedReason.NOT_AGREED:
        # Hardly ever: only where a later version brought a use, and this row is older.
        agreed = agreed_versions(subject)
        answer = allows(purpose, collected_under=collected_under, now=now, agreed=agreed, category=category)
    return answer.reason.value if isinstance(answer, NotAllowed) else ""
