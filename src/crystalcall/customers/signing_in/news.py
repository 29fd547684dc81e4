"""What somebody is told by mail when something about how they sign in changes, so that a thief is noticed."""

from datetime import datetime
from uuid import UUID

from crystalcall.customers.signing_in.events import SecurityNewsMade
from crystalcall.customers.signing_in.models import SecurityNews
from crystalcall.customers.signing_in.principals import contact_of
from crystalcall.customers.signing_in.values import Audience, NewsKind, NewsToMail, NobodyToMail
from crystalcall.plumbing.announcements import announce
from crystalcall.privacy.policy.queries import current_number


def tell(principal_id: UUID, kind: NewsKind, now: datetime) -> None:
    """Have somebody told, in the caller's transaction (ASVS 5.0, 6.3.7)."""
    row = SecurityNews.objects.create(
        credential_id=principal_id, kind=kind.value, made_at=now, policy_version=current_number()
    )
    announce(SecurityNewsMade(str(row.pk)))


def news_to_mail(news_id: UUID) -> NewsToMail | NobodyToMail:
    """What is to be told, and to whom; nobody where they were forgotten meanwhile."""
    row = SecurityNews.objects.select_related("credential").filter(pk=news_id).first()
    if row is None:
        return NobodyToMail()
    audience = Audience(row.credential.audience)
    found = contact_of(audience, row.credential_id)
    if found is None:
        return NobodyToMail()
    return NewsToMail(NewsKind(row.kind), audience, row.made_at, found.email, found.language, str(row.credential_id))
