"""Forgetting what is over: ended sign-ins, steps nobody finished, links nobody pressed, wrong tries of yesterday."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from crystalcall.customers.signing_in.models import (
    Ceremony,
    EmailChange,
    MailedLink,
    Registration,
    SecurityNews,
    SignIn,
    Totp,
    TryPass,
    UsedOnce,
    WrongTries,
)
from crystalcall.privacy.keys.actions import destroy
from crystalcall.rules.signing_in import FORGOTTEN_AFTER, IDLE

DAY: Final = timedelta(days=1)
UNCONFIRMED: Final = timedelta(hours=1)


def forget_registrations(rows: "QuerySet[Registration]", *, now: datetime) -> int:
    """Delete registrations with their links; their keys are destroyed as soon as that is committed."""
    gone = list(rows.values_list("pk", flat=True))
    Registration.objects.filter(pk__in=gone).delete()
    if gone:
        transaction.on_commit(lambda: destroy(gone, now=now))
    return len(gone)


def tidy(now: datetime, *, limit: int = 1000) -> dict[str, int]:
    """Delete at most so many rows of each kind that say nothing any more; gives how many of which."""
    old = now - DAY
    ended = SignIn.objects.filter(Q(expires_at__lte=now) | Q(last_used_at__lte=now - IDLE))
    with transaction.atomic():
        waiting = list(Registration.objects.filter(created_at__lte=old).values_list("pk", flat=True)[:limit])
        registrations = forget_registrations(Registration.objects.filter(pk__in=waiting), now=now)
    return {
        "registrations": registrations,
        "sign_ins": _delete(ended, limit),
        "proofs": _delete(UsedOnce.objects.filter(until__lte=now), limit),
        "wrong_tries": _delete(WrongTries.objects.filter(last_miss_at__lte=now - FORGOTTEN_AFTER), limit),
        "try_passes": _delete(TryPass.objects.filter(expires_at__lte=now), limit),
        "mailed_links": _delete(MailedLink.objects.filter(created_at__lte=old), limit),
        "email_changes": _delete(EmailChange.objects.filter(created_at__lte=old), limit),
        "security_news": _delete(SecurityNews.objects.filter(made_at__lte=old), limit),
        "steps": _delete(Ceremony.objects.filter(expires_at__lte=now), limit),
        "unconfirmed_factors": _delete(
            Totp.objects.filter(confirmed_at__isnull=True, created_at__lte=now - UNCONFIRMED), limit
        ),
    }


def _delete(rows: "QuerySet[Any]", limit: int) -> int:
    keys = list(rows.values_list("pk", flat=True)[:limit])
    if not keys:
        return 0
    deleted: int = rows.model.objects.filter(pk__in=keys).delete()[0]
    return deleted
