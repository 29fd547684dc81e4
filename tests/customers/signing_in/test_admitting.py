"""Requests are let in by a token and a proof of its key; whatever does not fit is refused, and nothing happens."""

from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, RSAKey

from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.admitting import admit, first_proof, fresh_nonce
from crystalcall.customers.signing_in.models import SignIn, UsedOnce
from crystalcall.customers.signing_in.values import (
    Audience,
    KeyProven,
    NotAdmitted,
    NotAdmittedReason,
    ProvenRequest,
    SignedIn,
)
from crystalcall.plumbing.proofs import fresh_nonce as nonce_of

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
PAGE = f"{SITE}/account/orders/"
CUSTOMER = Audience.CUSTOMER
REASON = NotAdmittedReason


def state():
    """Everything that a request could change."""
    return list(SignIn.objects.order_by("pk").values()), UsedOnce.objects.count()


def refused(request, reason, now):
    before = state()
    answer = admit(request, CUSTOMER, now=now)
    assert isinstance(answer, NotAdmitted)
    assert answer.reason is reason
    assert state() == before
    return answer


def test_a_token_with_its_proof_is_let_in(anna, signed_in, browser, now):
    issued = signed_in(anna)
    answer = admit(browser.ask(now=now, token=issued.token), CUSTOMER, now=now)
    assert answer == issued.signed_in
    assert answer.expires_at == now + timedelta(hours=12)
    assert answer.idle_until == now + timedelta(minutes=30)
    assert answer.is_fresh(now)


def test_neither_token_nor_proof_shows_in_a_repr(anna, signed_in, browser, now):
    issued = signed_in(anna)
    request = browser.ask(now=now, token=issued.token)
    assert issued.token not in repr(issued)
    assert issued.token not in repr(request)
    assert request.proof not in repr(request)


def test_the_token_is_kept_as_a_hash_and_nothing_of_the_browser_is(anna, signed_in):
    issued = signed_in(anna)
    assert issued.token.startswith("ccs_")
    [row] = SignIn.objects.values()
    assert issued.token.encode() not in b"".join(
        bytes(v) if isinstance(v, bytes) else str(v).encode() for v in row.values()
    )
    assert set(row) == {
        *("id", "token_digest", "credential_id", "thumbprint", "has_second_factor", "created_at"),
        *("last_used_at", "fresh_until", "expires_at", "policy_version"),
    }


def test_a_stolen_token_without_its_key_opens_nothing(anna, signed_in, other_browser, now):
    issued = signed_in(anna)
    refused(other_browser.ask(now=now, token=issued.token), REASON.BAD_PROOF, now)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer {}", "DPoP", "DPoP {} ", "DPoP x{}", "Basic {}", "DPoP ccs_short"]
)
def test_another_scheme_or_form_is_no_sign_in(anna, signed_in, browser, now, authorization):
    issued = signed_in(anna)
    request = browser.ask(now=now, token=issued.token)
    other = ProvenRequest("GET", request.url, request.proof, authorization.format(issued.token))
    refused(other, REASON.NO_PROOF, now)
    refused(ProvenRequest("GET", request.url, "", f"DPoP {issued.token}"), REASON.NO_PROOF, now)


CHANGES = {
    "another method": {"htm": "POST"},
    "another page": {"htu": f"{SITE}/account/delete/"},
    "another site": {"htu": "http://127.0.0.1:9000/account/orders/"},
    "no address": {"htu": 7},
    "another token": {"ath": "x" * 43},
    "no token": {"ath": None},
    "a body where there is none": {"bh": "x" * 43},
    "a query where there is none": {"qh": "x" * 43},
    "no number": {"jti": None},
    "a short number": {"jti": "abc"},
    "a number with odd characters": {"jti": "a" * 20 + "\n"},
    "a time in words": {"iat": "now"},
    "a time that is true": {"iat": True},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_proof_for_anything_else_is_refused(anna, signed_in, browser, now, change):
    token = signed_in(anna).token
    claims = browser.claims("GET", PAGE, now=now, token=token) | change
    proof = browser.sign({name: value for name, value in claims.items() if value is not None})
    refused(ProvenRequest("GET", PAGE, proof, f"DPoP {token}"), REASON.BAD_PROOF, now)


def test_body_and_query_are_those_that_were_proven(anna, signed_in, browser, now):
    token = signed_in(anna).token
    url, body = f"{PAGE}?page=2", b"name=Anna"
    good = browser.ask("POST", url, now=now, token=token, body=body)
    for method, address, content in (
        ("POST", url, b"name=Mallory"),
        ("POST", url, b""),
        ("POST", f"{PAGE}?page=3", body),
        ("POST", PAGE, body),
        ("PUT", url, body),
    ):
        other = ProvenRequest(method, address, good.proof, good.authorization, content)
        refused(other, REASON.BAD_PROOF, now)
    assert isinstance(admit(good, CUSTOMER, now=now), SignedIn)


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(0, True), (60, True), (-60, True), (61, False), (-61, False), (3600, False)]
)
def test_a_clock_that_goes_wrong_is_told_the_time(anna, signed_in, browser, now, seconds, is_taken):
    token = signed_in(anna).token
    claims = browser.claims("GET", PAGE, now=now, token=token)
    claims["iat"] = int((now + timedelta(seconds=seconds)).timestamp())
    request = ProvenRequest("GET", PAGE, browser.sign(claims), f"DPoP {token}")
    if is_taken:
        assert isinstance(admit(request, CUSTOMER, now=now), SignedIn)
        return
    answer = refused(request, REASON.NONCE_WANTED, now)
    assert answer.error == "use_dpop_nonce"
    told = int(answer.nonce.partition(".")[0])
    assert told == int(now.timestamp() * 1000)


@pytest.mark.parametrize(
    "nonce",
    ["", "abc", "1700000000000.abc", "9" * 15 + ".abc", "-5.abc", "١٢٣.abc", None, 7, "1700000000000"],
    ids=["empty", "word", "forged", "forged_far", "negative", "other_digits", "none", "number", "no_mac"],
)
def test_a_nonce_that_is_not_ours_asks_for_one(anna, signed_in, browser, now, nonce):
    token = signed_in(anna).token
    claims = browser.claims("GET", PAGE, now=now, token=token) | {"nonce": nonce}
    request = ProvenRequest("GET", PAGE, browser.sign(claims), f"DPoP {token}")
    refused(request, REASON.NONCE_WANTED, now)


def test_a_nonce_is_good_for_five_minutes(anna, signed_in, browser, now):
    token = signed_in(anna).token
    for age, is_taken in ((299, True), (301, False), (-6, False)):
        claims = browser.claims("GET", PAGE, now=now, token=token)
        claims["nonce"] = nonce_of(now - timedelta(seconds=age))
        answer = admit(ProvenRequest("GET", PAGE, browser.sign(claims), f"DPoP {token}"), CUSTOMER, now=now)
        assert isinstance(answer, SignedIn) is is_taken


def test_an_act_is_taken_once_and_a_page_may_be_read_twice(anna, signed_in, browser, now):
    token = signed_in(anna).token
    read = browser.ask(now=now, token=token)
    act = browser.ask("POST", now=now, token=token, body=b"a=1")
    assert isinstance(admit(read, CUSTOMER, now=now), SignedIn)
    assert isinstance(admit(read, CUSTOMER, now=now), SignedIn)
    assert isinstance(admit(act, CUSTOMER, now=now), SignedIn)
    answer = refused(act, REASON.REPLAYED, now)
    assert answer.error == "invalid_dpop_proof"


def test_a_number_counts_for_its_own_key_only(anna, boris, signed_in, browser, other_browser, now):
    mine, other = signed_in(anna).token, signed_in(boris, other_browser).token
    claims = browser.claims("POST", PAGE, now=now, token=mine)
    theirs = other_browser.claims("POST", PAGE, now=now, token=other) | {"jti": claims["jti"]}
    for who, said, token in ((browser, claims, mine), (other_browser, theirs, other)):
        request = ProvenRequest("POST", PAGE, who.sign(said), f"DPoP {token}")
        assert isinstance(admit(request, CUSTOMER, now=now), SignedIn)


def test_a_proof_is_remembered_as_long_as_it_is_good(anna, signed_in, browser, frozen_clock):
    token = signed_in(anna).token
    now = frozen_clock.now()
    claims = browser.claims("POST", PAGE, now=now, token=token)
    claims["iat"] = int((now + timedelta(seconds=60)).timestamp())
    request = ProvenRequest("POST", PAGE, browser.sign(claims), f"DPoP {token}")
    assert isinstance(admit(request, CUSTOMER, now=now), SignedIn)
    last = frozen_clock.advance(seconds=120)
    actions.tidy(last)
    refused(request, REASON.REPLAYED, last)
    over = frozen_clock.advance(seconds=2)
    assert actions.tidy(over)["proofs"] == 1
    refused(request, REASON.NONCE_WANTED, over)


HEADERS = {
    "another type": {"typ": "JWT"},
    "no type": {"typ": None},
    "a private key": {"jwk": "private"},
    "no key": {"jwk": None},
    "another curve": {"jwk": "P-384"},
    "another kind of key": {"jwk": "RSA"},
    "a point off the curve": {"jwk": "off"},
    "somebody else's key": {"jwk": "other"},
    "something critical": {"crit": ["exp"], "exp": 1},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_not_a_proofs_is_refused(anna, signed_in, browser, now, header, raw_jws):
    token = signed_in(anna).token
    other = ECKey.generate_key("P-256").as_dict(private=False)
    keys = {
        "private": browser.key.as_dict(private=True),
        "P-384": ECKey.generate_key("P-384").as_dict(private=False),
        "RSA": RSAKey.generate_key(2048).as_dict(private=False),
        "off": {"kty": "EC", "crv": "P-256", "x": other["x"], "y": other["x"]},
        "other": {name: other[name] for name in ("kty", "crv", "x", "y")},
    }
    said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": browser.key.as_dict(private=False)} | header
    said["jwk"] = keys.get(said["jwk"], said["jwk"]) if isinstance(said["jwk"], str) else said["jwk"]
    proof = raw_jws(said, browser.claims("GET", PAGE, now=now, token=token), browser.key)
    refused(ProvenRequest("GET", PAGE, proof, f"DPoP {token}"), REASON.BAD_PROOF, now)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "ES384", "ES512", "EdDSA"])
def test_no_other_algorithm_is_taken(anna, signed_in, browser, now, algorithm, raw_jws):
    token = signed_in(anna).token
    header = {"typ": "dpop+jwt", "alg": algorithm, "jwk": browser.key.as_dict(private=False)}
    proof = raw_jws(header, browser.claims("GET", PAGE, now=now, token=token), browser.key)
    refused(ProvenRequest("GET", PAGE, proof, f"DPoP {token}"), REASON.BAD_PROOF, now)
    unsigned = proof.rpartition(".")[0] + "."
    refused(ProvenRequest("GET", PAGE, unsigned, f"DPoP {token}"), REASON.BAD_PROOF, now)


@pytest.mark.parametrize("junk", ["x", "a.b", "a.b.c", "....", "a.b.c.d.e", "é.a.b", "e30.e30.e30", "x" * 5000])
def test_junk_is_refused_without_an_error(anna, signed_in, now, junk):
    token = signed_in(anna).token
    refused(ProvenRequest("GET", PAGE, junk, f"DPoP {token}"), REASON.BAD_PROOF, now)


def test_a_changed_signature_is_refused(anna, signed_in, browser, now):
    token = signed_in(anna).token
    proof = browser.ask(now=now, token=token).proof
    head, _point, signature = proof.rpartition(".")
    swapped = "A" if signature[10] != "A" else "B"
    changed = f"{head}.{signature[:10]}{swapped}{signature[11:]}"
    refused(ProvenRequest("GET", f"{SITE}/account/", changed, f"DPoP {token}"), REASON.BAD_PROOF, now)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("HTTP://127.0.0.1:8000/account/", f"{SITE}/account/"),
        ("https://Shop.Example:443/account/", "https://shop.example/account/"),
        ("http://shop.example/account/", "http://shop.example:80/account/"),
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example/account/?a=1#top", "https://shop.example/account/"),
    ],
)
def test_an_address_may_be_written_in_several_ways(browser, now, written, asked):
    claims = browser.claims("GET", asked, now=now) | {"htu": written}
    assert isinstance(first_proof(ProvenRequest("GET", asked, browser.sign(claims)), now=now), KeyProven)


@pytest.mark.parametrize(
    "written",
    [
        *("https://shop.example:8443/account/", "http://shop.example/account/", "https://shop.example.evil/account/"),
        *("https://shop.example@evil/account/", "https://shop.example/Account/", "//shop.example/account/", "[::1"),
    ],
)
def test_another_address_is_another_address(browser, now, written):
    asked = "https://shop.example/account/"
    claims = browser.claims("GET", asked, now=now) | {"htu": written}
    answer = first_proof(ProvenRequest("GET", asked, browser.sign(claims)), now=now)
    assert isinstance(answer, NotAdmitted)
    assert answer.reason is REASON.BAD_PROOF


def test_before_signing_in_a_key_is_proven_once(browser, now):
    request = browser.ask("POST", now=now, body=b"email=anna")
    assert first_proof(request, now=now) == KeyProven(browser.thumbprint)
    again = first_proof(request, now=now)
    assert isinstance(again, NotAdmitted)
    assert again.reason is REASON.REPLAYED


def test_a_sign_in_ends_after_half_an_hour_of_nothing(anna, signed_in, browser, frozen_clock):
    token = signed_in(anna).token
    almost = frozen_clock.advance(minutes=29, seconds=59)
    assert isinstance(admit(browser.ask(now=almost, token=token), CUSTOMER, now=almost), SignedIn)
    later = frozen_clock.advance(minutes=30)
    refused(browser.ask(now=later, token=token), REASON.IDLE, later)
    assert actions.tidy(later)["sign_ins"] == 1
    refused(browser.ask(now=later, token=token), REASON.UNKNOWN_TOKEN, later)


def test_a_sign_in_ends_after_twelve_hours_however_busy(anna, signed_in, browser, frozen_clock):
    token = signed_in(anna).token
    for _ in range(28):
        now = frozen_clock.advance(minutes=25)
        assert isinstance(admit(browser.ask(now=now, token=token), CUSTOMER, now=now), SignedIn)
    now = frozen_clock.advance(minutes=20)
    refused(browser.ask(now=now, token=token), REASON.EXPIRED, now)


def test_a_use_is_written_down_once_a_minute(anna, signed_in, browser, frozen_clock, django_assert_num_queries):
    token = signed_in(anna).token
    first = SignIn.objects.get().last_used_at
    soon = frozen_clock.advance(seconds=59)
    with django_assert_num_queries(1):
        admit(browser.ask(now=soon, token=token), CUSTOMER, now=soon)
    assert SignIn.objects.get().last_used_at == first
    later = frozen_clock.advance(seconds=1)
    answer = admit(browser.ask(now=later, token=token), CUSTOMER, now=later)
    assert SignIn.objects.get().last_used_at == later
    assert answer.idle_until == later + timedelta(minutes=30)


def test_a_customers_token_opens_no_staff_page(anna, signed_in, browser, now):
    token = signed_in(anna).token
    answer = admit(browser.ask(now=now, token=token), Audience.STAFF, now=now)
    assert isinstance(answer, NotAdmitted)
    assert answer.reason is REASON.UNKNOWN_TOKEN


def test_every_answer_has_a_nonce_that_the_next_proof_takes(anna, signed_in, browser, now):
    token = signed_in(anna).token
    claims = browser.claims("GET", PAGE, now=now, token=token)
    del claims["nonce"]
    answer = refused(ProvenRequest("GET", PAGE, browser.sign(claims), f"DPoP {token}"), REASON.NONCE_WANTED, now)
    retried = browser.sign(claims | {"nonce": answer.nonce})
    assert isinstance(admit(ProvenRequest("GET", PAGE, retried, f"DPoP {token}"), CUSTOMER, now=now), SignedIn)
    assert fresh_nonce(now=now) == answer.nonce
