"""Proofs that a request comes from whoever holds a key (DPoP, RFC 9449), and the nonces that carry our time."""

from crystalcall.plumbing.proofs.checking import AskedFor, FaultReason, Proof, ProofFault, body_digest, check_proof
from crystalcall.plumbing.proofs.nonces import NONCE_SECONDS, fresh_nonce, is_ours

__all__ = [
    "NONCE_SECONDS",
    "AskedFor",
    "FaultReason",
    "Proof",
    "ProofFault",
    "body_digest",
    "check_proof",
    "fresh_nonce",
    "is_ours",
]
