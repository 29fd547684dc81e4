"""Letting a request in: its token, and the proof that it comes from the browser the token was given to.

Costs a look at one row, a signature, and for acts (any method but GET and HEAD) one insert; what is written down of a
use is written once a minute at most.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

from crystalcall.customers.signing_in import once
from crystalcall.customers.signing_in.models import SignIn
from crystalcall.customers.signing_in.occurring import note_not_admitted
from crystalcall.customers.signing_in.secret_words import TOKEN, digest
from crystalcall.customers.signing_in.standing import lifetimes_of, signed_in_of
from crystalcall.customers.signing_in.values import (
    Audience,
    KeyProven,
    NotAdmitted,
    NotAdmittedReason,
    ProvenRequest,
    SignedIn,
)
from crystalcall.plumbing import proofs
from crystalcall.plumbing.proofs import AskedFor, FaultReason, Proof, ProofFault, check_proof
from crystalcall.rules.signing_in import Standing, should_note_use, standing

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
SCHEME: Final = "dpop"

_ENDED: Final = {Standing.IDLE: NotAdmittedReason.IDLE, Standing.EXPIRED: NotAdmittedReason.EXPIRED}


def fresh_nonce(*, now: datetime) -> str:
    """What stands in the header DPoP-Nonce of every answer to a request with a proof."""
    return proofs.fresh_nonce(now)


def first_proof(request: ProvenRequest, *, now: datetime) -> KeyProven | NotAdmitted:
    """Whose key this is, for a request before sign-in; each proof is taken once."""
    proof = _checked(request, None, now)
    if isinstance(proof, NotAdmittedReason):
        return NotAdmitted(proof, proofs.fresh_nonce(now))
    if not _is_first(request, proof):
        return NotAdmitted(NotAdmittedReason.REPLAYED, proofs.fresh_nonce(now))
    return KeyProven(proof.thumbprint)


def admit(request: ProvenRequest, audience: Audience, *, now: datetime) -> SignedIn | NotAdmitted:
    """Who asks, or why nobody is let in; a refused request changes nothing (RFC 9449, section 7.1)."""
    answer = _admit(request, audience, now)
    if isinstance(answer, NotAdmittedReason):
        note_not_admitted(audience.value, answer)
        return NotAdmitted(answer, proofs.fresh_nonce(now))
    return answer


def _admit(request: ProvenRequest, audience: Audience, now: datetime) -> SignedIn | NotAdmittedReason:
    scheme, _space, token = request.authorization.partition(" ")
    if scheme.lower() != SCHEME or not TOKEN.fullmatch(token):
        return NotAdmittedReason.NO_PROOF
    proof = _checked(request, token, now)
    if isinstance(proof, NotAdmittedReason):
        return proof
    row = SignIn.objects.select_related("credential").filter(token_digest=digest(token)).first()
    if row is None or row.credential.audience != audience.value:
        return NotAdmittedReason.UNKNOWN_TOKEN
    refusal = _refusal(request, proof, row, now)
    if refusal is not None:
        return refusal
    if should_note_use(row.last_used_at, now):
        SignIn.objects.filter(pk=row.pk, last_used_at__lt=now).update(last_used_at=now)
        row.last_used_at = now
    return signed_in_of(row)


def _refusal(request: ProvenRequest, proof: Proof, row: SignIn, now: datetime) -> NotAdmittedReason | None:
    """Why a proof that holds does not let in at this sign-in; whether it came before is asked last."""
    if row.thumbprint != proof.thumbprint:
        return NotAdmittedReason.BAD_PROOF
    stands = standing(row.last_used_at, row.expires_at, now, lifetimes_of(Audience(row.credential.audience)))
    if stands is not Standing.STANDS:
        return _ENDED[stands]
    return None if _is_first(request, proof) else NotAdmittedReason.REPLAYED


def _checked(request: ProvenRequest, token: str | None, now: datetime) -> Proof | NotAdmittedReason:
    if not request.proof:
        return NotAdmittedReason.NO_PROOF
    proof = check_proof(request.proof, AskedFor(request.method, request.url, request.body, token), now=now)
    if isinstance(proof, ProofFault):
        wants_nonce = proof.reason is FaultReason.NONCE
        return NotAdmittedReason.NONCE_WANTED if wants_nonce else NotAdmittedReason.BAD_PROOF
    return proof


def _is_first(request: ProvenRequest, proof: Proof) -> bool:
    """Whether an act's proof comes for the first time; reading twice harms nobody."""
    if request.method in SAFE_METHODS:
        return True
    seen = hashlib.sha256(f"proof\0{proof.thumbprint}\0{proof.jti}".encode()).digest()
    # One second more than it is good for, so that no fraction of a second lies between.
    return once.use_once(seen, datetime.fromtimestamp(proof.good_until + 1, tz=UTC))
