"""A browser with a key of its own, asking as the account's script does: proofs (RFC 9449), token, newest nonce."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.test import Client

PASSWORD = "nine lilac umbrellas at sea"
HOST = "http://testserver"
FORM = "application/x-www-form-urlencoded"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class ProvingBrowser:
    """`get` and `post` as the script sends them; asks once more where only the nonce is old."""

    def __init__(self, now: Any = None) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.client = Client(headers={"sec-fetch-site": "same-origin"})
        self.token = ""
        self.nonce = ""
        self._now = now

    def seconds(self) -> int:
        return int(self._now().timestamp()) if self._now else int(time.time())

    def proof(self, method: str, address: str, body: str = "", *, token: str | None = None) -> str:
        numbers = self.key.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": x, "y": y}}
        parts = urlsplit(address)
        claims = {
            "jti": secrets.token_urlsafe(18),
            "htm": method,
            "htu": HOST + parts.path,
            "iat": self.seconds(),
            "nonce": self.nonce,
        }
        used = self.token if token is None else token
        for name, content in (("ath", used), ("bh", body), ("qh", parts.query)):
            if content:
                claims[name] = encoded(hashlib.sha256(content.encode()).digest())
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def headers(self, method: str, address: str, body: str = "", *, token: str | None = None) -> dict[str, str]:
        used = self.token if token is None else token
        said = {"dpop": self.proof(method, address, body, token=token)}
        return said | {"authorization": f"DPoP {used}"} if used else said

    def get(self, address: str) -> Any:
        return self._asked("GET", address, "")

    def post(self, address: str, fields: dict[str, str] | None = None, *, token: str | None = None) -> Any:
        return self._asked("POST", address, urlencode(fields or {}), token=token)

    def _asked(self, method: str, address: str, body: str, *, token: str | None = None) -> Any:
        response = self.sent(method, address, body, self.headers(method, address, body, token=token))
        if response.status_code == 401 and "use_dpop_nonce" in response["WWW-Authenticate"]:
            response = self.sent(method, address, body, self.headers(method, address, body, token=token))
        if response.headers.get("Content-Type") == "application/json":
            self.token = response.json()["token"]
        return response

    def sent(self, method: str, address: str, body: str, headers: dict[str, str]) -> Any:
        """One request with exactly these headers."""
        if method == "GET":
            response = self.client.get(address, headers=headers)
        else:
            response = self.client.post(address, body, content_type=FORM, headers=headers)
        self.nonce = response.headers.get("DPoP-Nonce", self.nonce)
        return response
