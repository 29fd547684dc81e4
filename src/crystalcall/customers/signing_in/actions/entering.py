"""Signing in: the password, then the second factor where there is one; and the same again for sensitive acts.

A try is counted before the password is looked at, and uncounted when it was right; what is refused as too soon or too
many is refused before anything was looked at, so that the answer never says whether it was right.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from crystalcall.customers.signing_in import factors, passkeys, sources, stepping, trying
from crystalcall.customers.signing_in.actions.asking import want_try_link
from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.hashing import Busy, Checked, check_password, hash_password
from crystalcall.customers.signing_in.locks import locked_credential
from crystalcall.customers.signing_in.models import Ceremony, Credential, SignIn
from crystalcall.customers.signing_in.news import tell
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.standing import issue
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    NewsKind,
    PasskeyAnswer,
    ProofByMailSent,
    RecoveryAnswer,
    SecondFactorAnswer,
    SecondFactorNeeded,
    SignedIn,
    SignInAnswer,
    SignInRefusal,
    SignInRefused,
    TotpAnswer,
)
from crystalcall.privacy.erasures.queries import suspended
from crystalcall.rules.signing_in import MailWanted, Standing, Wait, standing

_NOT_RIGHT = SignInRefused(SignInRefusal.NOT_RIGHT)
_OVER = SignInRefused(SignInRefusal.CHALLENGE_OVER)
FACTOR_GUESSED_AFTER = 5


@noted("sign_in")
@sensitive_variables("email", "password", "rehashed")
def sign_in(
    audience: Audience, email: str, password: str, thumbprint: str, source: str = "", *, now: datetime
) -> SignInAnswer:
    """Let somebody in by address and password, at the browser whose key has this thumbprint.

    Nobody is ever locked out: after ten wrong tries at an address, or too many in the whole shop, a link goes to the
    mailbox, and the browser that presses it may try.
    """
    wait = sources.wait_seconds(source, sources.Act.WRONG_TRY, now)
    if wait:
        return SignInRefused(SignInRefusal.WAIT, wait)
    target = address_index(audience, email)
    verdict = trying.begin_password_try(target, thumbprint, now)
    if isinstance(verdict, Wait):
        return SignInRefused(SignInRefusal.WAIT, verdict.seconds)
    if isinstance(verdict, MailWanted):
        sources.count(source, sources.Act.WRONG_TRY, now)
        want_try_link(audience, target, now)
        return ProofByMailSent()
    credential = Credential.objects.filter(audience=audience.value, address_index=target).first()
    checked = check_password(None if credential is None else credential.password_hash, password)
    if isinstance(checked, Busy):
        trying.give_back(target, thumbprint, verdict)
        return SignInRefused(SignInRefusal.BUSY, checked.wait_seconds)
    if credential is None or not checked.is_right:
        sources.count(source, sources.Act.WRONG_TRY, now)
        return _NOT_RIGHT
    trying.forgive(target)
    return _enter(credential, _renewed(checked, password), thumbprint, now)


@noted("password_again")
@sensitive_variables("password")
def reauthenticate(signed_in: SignedIn, password: str, *, now: datetime) -> Issued | SecondFactorNeeded | SignInRefused:
    """Ask for the password again, and the second factor where there is one: a new token, and the old one is ended."""
    row = SignIn.objects.select_related("credential").filter(pk=signed_in.sign_in_id).first()
    if row is None:
        return _OVER
    right = check_again(row.credential, password, now)
    if isinstance(right, SignInRefused):
        return right
    return _enter(row.credential, None, row.thumbprint, now, replaces=row)


@sensitive_variables("password")
def check_again(credential: Credential, password: str, now: datetime) -> SignInRefused | None:
    """Why the password of somebody who is signed in does not count now, or None; wrong ones are counted apart."""
    target = trying.again_target(credential.pk)
    verdict = trying.begin_inner_try(target, now)
    if isinstance(verdict, Wait):
        return SignInRefused(SignInRefusal.WAIT, verdict.seconds)
    checked = check_password(credential.password_hash, password)
    if isinstance(checked, Busy):
        trying.give_back(target, "", verdict)
        return SignInRefused(SignInRefusal.BUSY, checked.wait_seconds)
    if not checked.is_right:
        return _NOT_RIGHT
    trying.forgive(target)
    return None


@noted("second_factor")
@sensitive_variables("answer")
def finish_second_factor(
    challenge: str, answer: SecondFactorAnswer, thumbprint: str, *, now: datetime
) -> Issued | SignInRefused:
    """Finish what `sign_in` or `reauthenticate` began, at the same browser, within five minutes and five tries."""
    step = stepping.look(challenge, thumbprint, now)
    if step is None:
        return _OVER
    if not isinstance(answer, TotpAnswer):
        # Nobody guesses 120 bits or a signature: these open while somebody else guesses codes.
        with transaction.atomic():
            return _finish(step, answer, now)
    return _finish_by_code(step, answer, now)


def _finish_by_code(step: Ceremony, answer: TotpAnswer, now: datetime) -> Issued | SignInRefused:
    """Six digits can be guessed: each try waits longer, and the owner is told."""
    target = trying.second_factor_target(step.credential_id)
    verdict = trying.begin_inner_try(target, now)
    if isinstance(verdict, Wait):
        return SignInRefused(SignInRefusal.WAIT, verdict.seconds)
    with transaction.atomic():
        said = _finish(step, answer, now)
        if said is _NOT_RIGHT and verdict.misses == FACTOR_GUESSED_AFTER:
            tell(step.credential_id, NewsKind.FACTOR_GUESSED, now)
    if isinstance(said, Issued):
        trying.forgive(target)
    return said


def _finish(step: Ceremony, answer: SecondFactorAnswer, now: datetime) -> Issued | SignInRefused:
    credential = locked_credential(step.credential_id)
    taken = stepping.take_try(step, now)
    if credential is None or taken is None:
        return _OVER
    if not _holds(credential, answer, bytes(taken.challenge), now):
        return _NOT_RIGHT
    replaced = taken.replaces
    taken.delete()
    if replaced is not None and not _end_replaced(credential, replaced, now):
        return _OVER
    return issue(credential, step.thumbprint, now, has_second_factor=True)


def _holds(credential: Credential, answer: SecondFactorAnswer, challenge: bytes, now: datetime) -> bool:
    match answer:
        case TotpAnswer(code):
            return factors.check_totp(credential.pk, code, now) is not None
        case RecoveryAnswer(code):
            was_right = factors.use_recovery_code(credential, code)
            if was_right:
                tell(credential.pk, NewsKind.CODE_USED, now)
            return was_right
        case PasskeyAnswer(said):
            return passkeys.check_use(credential, said, challenge, now) is not None


def _enter(
    checked: Credential, rehashed: str | None, thumbprint: str, now: datetime, *, replaces: SignIn | None = None
) -> Issued | SecondFactorNeeded | SignInRefused:
    """Go on behind a right password, unless it was changed in this very moment, or its owner is found to be a child."""
    with transaction.atomic():
        credential = locked_credential(checked.pk)
        is_unchanged = credential is not None and credential.password_hash == checked.password_hash
        if credential is None or not is_unchanged or suspended((str(credential.pk),)):
            return _NOT_RIGHT
        if rehashed is not None:
            credential.password_hash = rehashed
            credential.save(update_fields=["password_hash"])
        if factors.has_factor(credential):
            return _ask_second(credential, thumbprint, now, replaces)
        if replaces is not None and not _end_replaced(credential, replaces.pk, now):
            return _OVER
        return issue(credential, thumbprint, now, has_second_factor=False)


def _ask_second(credential: Credential, thumbprint: str, now: datetime, replaces: SignIn | None) -> SecondFactorNeeded:
    begun = stepping.begin(credential, thumbprint, now, replaces=None if replaces is None else replaces.pk)
    options = passkeys.options_to_assert(credential, begun.challenge)
    return SecondFactorNeeded(begun.secret, factors.has_totp(credential.pk), options)


def _end_replaced(credential: Credential, sign_in_id: UUID, now: datetime) -> bool:
    """End the sign-in that a new one replaces; False where it had ended: then nothing may come of it."""
    row = SignIn.objects.filter(pk=sign_in_id, credential=credential).first()
    if row is None or standing(row.last_used_at, row.expires_at, now) is not Standing.STANDS:
        return False
    deleted, _by_model = SignIn.objects.filter(pk=row.pk).delete()
    return bool(deleted)


@sensitive_variables("password")
def _renewed(checked: Checked, password: str) -> str | None:
    """A new hash where the kept one is of older parameters and there is a place to make it."""
    fresh = hash_password(password) if checked.is_old else None
    return fresh if isinstance(fresh, str) else None
