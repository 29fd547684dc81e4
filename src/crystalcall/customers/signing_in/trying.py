"""Counting tries before they are looked at, in the database, so that all processes count together.

What is counted is a keyed hash of what somebody typed, known or not: the answers and the work are the same for both.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from crystalcall.customers.signing_in.models import TryPass, WrongTries
from crystalcall.customers.signing_in.occurring import note
from crystalcall.plumbing.sealing import blind_index
from crystalcall.plumbing.settings import current
from crystalcall.privacy.policy.queries import current_number
from crystalcall.rules.signing_in import (
    SECOND_FACTOR,
    TRIES,
    Free,
    MailWanted,
    Patience,
    Tries,
    Wait,
    judge_try,
)

FUSE_WINDOW: Final = timedelta(minutes=10)
PASS_VALID: Final = timedelta(minutes=15)
PASS_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class ByPass:
    """The browser proved the mailbox: it may try, whatever others did."""


def second_factor_target(principal_id: UUID) -> bytes:
    """Under what wrong second factors of somebody are counted."""
    return blind_index(str(principal_id), "signing_in.second_factor")


def again_target(principal_id: UUID) -> bytes:
    """Under what wrong passwords are counted of somebody who is signed in: nobody outside can make them wait."""
    return blind_index(str(principal_id), "signing_in.again")


def begin_password_try(target: bytes, thumbprint: str, now: datetime) -> Free | Wait | MailWanted | ByPass:
    """Whether a password may be tried at this address by this browser; a try that may be made is counted as wrong."""
    if _use_pass(target, thumbprint, now):
        return ByPass()
    if _fuse_is_blown(now):
        note("", "fuse", "blown", level=logging.WARNING)
        return MailWanted()
    return _begin(target, TRIES, now)


def begin_inner_try(target: bytes, now: datetime) -> Free | Wait:
    """The same for what only somebody tries who has the password or the sign-in: waits are all."""
    verdict = _begin(target, SECOND_FACTOR, now)
    return Wait(1) if isinstance(verdict, MailWanted) else verdict


def give_back(target: bytes, thumbprint: str, begun: Free | ByPass) -> None:
    """The try was not made after all."""
    if isinstance(begun, ByPass):
        TryPass.objects.filter(target=target, thumbprint=thumbprint).update(tries_left=F("tries_left") + 1)
    else:
        WrongTries.objects.filter(target=target, misses__gt=0).update(misses=F("misses") - 1)


def forgive(target: bytes) -> None:
    """The try was right: what went before counts no more."""
    WrongTries.objects.filter(target=target).delete()
    TryPass.objects.filter(target=target).delete()


def let_try(target: bytes, thumbprint: str, now: datetime) -> None:
    """Let this browser try at this address, five times within a quarter of an hour."""
    TryPass.objects.update_or_create(
        target=target,
        thumbprint=thumbprint,
        defaults={"tries_left": PASS_TRIES, "expires_at": now + PASS_VALID, "policy_version": current_number()},
    )


def _begin(target: bytes, patience: Patience, now: datetime) -> Free | Wait | MailWanted:
    with transaction.atomic():
        row, _made = WrongTries.objects.select_for_update().get_or_create(
            target=target, defaults={"misses": 0, "last_miss_at": now, "policy_version": current_number()}
        )
        verdict = judge_try(patience, Tries(row.misses, row.last_miss_at), now)
        if isinstance(verdict, Free):
            row.misses, row.last_miss_at = verdict.misses, now
            row.save(update_fields=["misses", "last_miss_at"])
    return verdict


def _use_pass(target: bytes, thumbprint: str, now: datetime) -> bool:
    held = TryPass.objects.filter(target=target, thumbprint=thumbprint, expires_at__gt=now, tries_left__gt=0)
    return bool(held.update(tries_left=F("tries_left") - 1))


def _fuse_is_blown(now: datetime) -> bool:
    """Whether so many passwords were wrong in the whole shop that one machine, or many, must be trying them out."""
    lately = WrongTries.objects.filter(last_miss_at__gt=now - FUSE_WINDOW)
    return (lately.aggregate(all=Sum("misses"))["all"] or 0) >= current().sign_in_fuse
