"""A software authenticator (WebAuthn level 3, section 6) of the tests' own: P-256, no attestation, its own counter."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One device with one passkey."""

    origin: str = "http://localhost:8000"
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def create(self, options: dict[str, Any], **changes: Any) -> str:
        """What `navigator.credentials.create` would give."""
        client = self._client("webauthn.create", options["challenge"], changes)
        attested = b"\0" * 16 + struct.pack(">H", len(self.handle)) + self.handle + cbor2.dumps(self._public())
        data = self._data(changes.get("host", options["rp"]["id"]), ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def get(self, options: dict[str, Any], **changes: Any) -> str:
        """What `navigator.credentials.get` would give."""
        if self.counts:
            self.count += 1
        client = self._client("webauthn.get", options["challenge"], changes)
        data = self._data(changes.get("host", options["rpId"]))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        )

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        said = {
            "type": changes.get("kind", kind),
            "challenge": changes.get("challenge", challenge),
            "origin": changes.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _data(self, host: str, flags: int = 0) -> bytes:
        count = struct.pack(">I", self.count)
        return hashlib.sha256(host.encode()).digest() + bytes([flags | USER_PRESENT | USER_VERIFIED]) + count

    def _public(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}

    def _answer(self, response: dict[str, str]) -> str:
        said = {"id": text(self.handle), "rawId": text(self.handle), "type": "public-key", "response": response}
        return json.dumps(said)
