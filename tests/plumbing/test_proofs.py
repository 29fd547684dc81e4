"""Proofs by a key, held to the examples that the RFCs print."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk
from joserfc.jwk import ECKey

from crystalcall.plumbing import proofs
from crystalcall.plumbing.proofs import AskedFor, FaultReason, Proof, ProofFault, body_digest, check_proof

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)

# RFC 7638, section 3.1
RSA_KEY = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n"
    "3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6"
    "qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJ"
    "zKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
RSA_THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

# RFC 9449, sections 4.1 and 6.1
RFC_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
}
RFC_THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
RFC_PROOF = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRj"
    "QyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGki"
    "OiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY"
    "yNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
)
RFC_MOMENT = datetime.fromtimestamp(1562262616, tz=UTC)
RFC_REQUEST = AskedFor("POST", "https://server.example.com/token")
# RFC 9449, section 7.1: the hash of an access token.
RFC_TOKEN, RFC_ATH = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


def test_thumbprints_are_those_of_rfc_7638_and_rfc_9449():
    key = jwk.RSAKey.import_key({name: RSA_KEY[name] for name in ("kty", "n", "e")})
    assert key.thumbprint() == RSA_THUMBPRINT
    assert ECKey.import_key(RFC_KEY).thumbprint() == RFC_THUMBPRINT


def test_the_hash_of_a_token_is_that_of_rfc_9449():
    assert body_digest(RFC_TOKEN.encode()) == RFC_ATH


def test_the_proof_that_rfc_9449_prints_lacks_only_our_nonce(monkeypatch):
    assert check_proof(RFC_PROOF, RFC_REQUEST, now=RFC_MOMENT) == ProofFault(FaultReason.NONCE)
    monkeypatch.setattr("crystalcall.plumbing.proofs.checking._is_timely", lambda _claims, _now: True)
    proof = check_proof(RFC_PROOF, RFC_REQUEST, now=RFC_MOMENT)
    assert isinstance(proof, Proof)
    assert (proof.thumbprint, proof.jti, proof.issued_at) == (RFC_THUMBPRINT, "-BwC3ESc6acc2lTc", 1562262616)
    assert proof.good_until == 1562262616 + 60


@pytest.mark.parametrize("place", range(0, len(RFC_PROOF), 37))
def test_any_other_character_in_it_is_noticed(place):
    other = "A" if RFC_PROOF[place] != "A" else "B"
    changed = RFC_PROOF[:place] + other + RFC_PROOF[place + 1 :]
    answer = check_proof(changed, RFC_REQUEST, now=RFC_MOMENT)
    assert isinstance(answer, ProofFault)
    assert answer.reason is not FaultReason.NONCE


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}")))
def test_whatever_is_sent_it_never_raises(junk):
    assert isinstance(check_proof(junk, RFC_REQUEST, now=RFC_MOMENT), ProofFault)


@given(age=st.integers(-600, 600))
def test_a_nonce_is_ours_for_five_minutes(age):
    nonce = proofs.fresh_nonce(NOW)
    assert proofs.is_ours(nonce, NOW + timedelta(seconds=age)) is (-5 <= age <= 300)


@given(st.text(max_size=60))
def test_no_other_text_is_a_nonce_of_ours(text):
    assert not proofs.is_ours(text, NOW)


def test_a_nonce_of_another_shop_is_not_ours(settings):
    import msgspec

    nonce = proofs.fresh_nonce(NOW)
    assert proofs.is_ours(nonce, NOW)
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, secret_key="another secret key " * 4)
    assert not proofs.is_ours(nonce, NOW)
