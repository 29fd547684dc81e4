"""Passkeys, by a software authenticator of the tests' own: theirs alone, for this site and this step alone."""

import base64
import json

import pytest
from authenticators import Authenticator, text
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.customers.signing_in import actions, passkeys, queries
from crystalcall.customers.signing_in.models import Passkey, RecoveryCode
from crystalcall.customers.signing_in.values import (
    Audience,
    ChangeRefusal,
    ChangeRefused,
    FactorAdded,
    FactorRemoved,
    Issued,
    PasskeyAnswer,
    PasskeyOptions,
    SecondFactorNeeded,
    SignInRefusal,
    SignInRefused,
)

pytestmark = pytest.mark.django_db

PASSWORD = "a lamp beside the grey window"
CUSTOMER = Audience.CUSTOMER
NOT_RIGHT = SignInRefused(SignInRefusal.NOT_RIGHT)


@pytest.fixture
def with_passkey(signed_in, now):
    def make(person):
        issued = signed_in(person)
        device = Authenticator()
        asked = actions.passkey_options(issued.signed_in, now=now)
        added = actions.passkey_add(
            issued.signed_in, asked.ceremony, device.create(asked.options), "Anna’s telephone", now=now
        )
        assert isinstance(added, FactorAdded)
        return issued, device, added.recovery_codes

    return make


def begin(person, at, now):
    answer = actions.sign_in(CUSTOMER, person.email, PASSWORD, at.thumbprint, now=now)
    assert isinstance(answer, SecondFactorNeeded)
    return answer


def test_a_passkey_signs_in(anna, with_passkey, browser, now):
    issued, device, codes = with_passkey(anna)
    assert len(codes) == 10
    asked = begin(anna, browser, now)
    assert not asked.has_totp
    assert [each["id"] for each in asked.passkey_options["allowCredentials"]]
    answer = PasskeyAnswer(device.get(asked.passkey_options))
    done = actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now)
    assert isinstance(done, Issued)
    [info] = queries.factors_of(CUSTOMER, issued.signed_in.principal_id).passkeys
    assert (info.label, info.added_at, info.last_used_at) == ("Anna’s telephone", now, now)
    assert "telephone" not in str(Passkey.objects.values().get())


FORGERIES = {
    "another site's page": {"origin": "https://crystal-cail.example"},
    "another site's key": {"host": "crystal-cail.example"},
    "an old challenge": {"challenge": "A" * 43},
    "another ceremony": {"kind": "webauthn.create"},
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_an_answer_for_anything_else_is_refused(anna, with_passkey, browser, now, change):
    _issued, device, _codes = with_passkey(anna)
    asked = begin(anna, browser, now)
    answer = PasskeyAnswer(device.get(asked.passkey_options, **change))
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == NOT_RIGHT


def test_somebody_elses_passkey_opens_nothing(anna, with_passkey, browser, now):
    _issued, device, _codes = with_passkey(anna)
    asked = begin(anna, browser, now)
    stranger = Authenticator()
    for other in (stranger, Authenticator(handle=device.handle)):
        answer = PasskeyAnswer(other.get(asked.passkey_options))
        assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == NOT_RIGHT


def test_a_copied_passkey_is_found_out_by_its_count(anna, with_passkey, browser, now):
    _issued, device, _codes = with_passkey(anna)
    device.count = 7
    for count, expected in ((7, Issued), (7, SignInRefused), (6, SignInRefused), (8, Issued)):
        device.count = count
        asked = begin(anna, browser, now)
        answer = PasskeyAnswer(device.get(asked.passkey_options))
        said = actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now)
        assert isinstance(said, expected), count


def test_a_passkey_that_does_not_count_is_taken(anna, with_passkey, browser, now):
    _issued, device, _codes = with_passkey(anna)
    device.counts, device.count = False, 0
    for _ in range(2):
        asked = begin(anna, browser, now)
        answer = PasskeyAnswer(device.get(asked.passkey_options))
        said = actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now)
        assert isinstance(said, Issued)


@pytest.mark.parametrize("junk", ["", "null", "[]", "{}", '{"id": 5}', '{"id": "x"}', "x" * 30_000, "[" * 5000])
def test_junk_for_a_passkey_is_refused_without_an_error(anna, with_passkey, browser, now, junk):
    issued, _device, _codes = with_passkey(anna)
    asked = begin(anna, browser, now)
    answer = PasskeyAnswer(junk)
    assert actions.finish_second_factor(asked.challenge, answer, browser.thumbprint, now=now) == NOT_RIGHT
    options = actions.passkey_options(issued.signed_in, now=now)
    added = actions.passkey_add(issued.signed_in, options.ceremony, junk, "x", now=now)
    assert added == ChangeRefused(ChangeRefusal.NOT_RIGHT)


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_a_passkey_is_added_only_for_this_site_and_this_step(anna, signed_in, now, change):
    who = signed_in(anna).signed_in
    asked = actions.passkey_options(who, now=now)
    changed = {**change, "kind": "webauthn.get"} if "kind" in change else change
    made = Authenticator().create(asked.options, **changed)
    assert actions.passkey_add(who, asked.ceremony, made, "x", now=now) == ChangeRefused(ChangeRefusal.NOT_RIGHT)
    again = actions.passkey_add(who, asked.ceremony, made, "x", now=now)
    assert again == ChangeRefused(ChangeRefusal.NOT_BEGUN)
    assert not Passkey.objects.exists()


def test_one_passkey_belongs_to_one_person(anna, boris, with_passkey, signed_in, other_browser, now):
    _issued, device, _codes = with_passkey(anna)
    other = signed_in(boris, other_browser).signed_in
    asked = actions.passkey_options(other, now=now)
    taken = actions.passkey_add(other, asked.ceremony, device.create(asked.options), "x", now=now)
    assert taken == ChangeRefused(ChangeRefusal.SAME)
    assert Passkey.objects.count() == 1


def test_nobody_removes_another_persons_passkey(anna, boris, with_passkey, signed_in, other_browser, now):
    issued, _device, _codes = with_passkey(anna)
    passkey_id = Passkey.objects.get().pk
    other = signed_in(boris, other_browser).signed_in
    assert actions.passkey_remove(other, passkey_id, now=now) == ChangeRefused(ChangeRefusal.NOT_THERE)
    assert actions.passkey_remove(issued.signed_in, passkey_id, now=now) == FactorRemoved()
    assert not RecoveryCode.objects.exists()


def test_ten_passkeys_are_enough(anna, with_passkey, now):
    issued, _device, _codes = with_passkey(anna)
    for _ in range(9):
        asked = actions.passkey_options(issued.signed_in, now=now)
        assert isinstance(asked, PasskeyOptions)
        made = Authenticator().create(asked.options)
        assert isinstance(actions.passkey_add(issued.signed_in, asked.ceremony, made, "", now=now), FactorAdded)
    refused = actions.passkey_options(issued.signed_in, now=now)
    assert refused == ChangeRefused(ChangeRefusal.TOO_MANY)


PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")


def changed(answer, part, place, byte, cut):
    """The same answer with one byte of a part another, or cut short there; None where nothing changed."""
    said = json.loads(answer)
    if part not in said["response"]:
        return None
    content = bytearray(base64.urlsafe_b64decode(said["response"][part] + "=="))
    place %= len(content)
    if cut:
        del content[place:]
    elif content[place] == byte:
        return None
    else:
        content[place] = byte
    said["response"][part] = text(bytes(content))
    return json.dumps(said)


@given(
    part=st.sampled_from(PARTS),
    place=st.integers(0, 2000),
    byte=st.integers(0, 255),
    cut=st.booleans(),
)
def test_no_changed_byte_of_an_answer_raises(part, place, byte, cut):
    """Reading what somebody made up gives None, whatever is wrong with it."""
    device, challenge = Authenticator(), b"c" * 32
    made = device.create({"challenge": text(challenge), "rp": {"id": "localhost"}})
    other = changed(made, part, place, byte, cut)
    assert passkeys.check_new(CUSTOMER, made, challenge) is not None
    if other is not None and cut:
        assert passkeys.check_new(CUSTOMER, other, challenge) is None
    elif other is not None:
        passkeys.check_new(CUSTOMER, other, challenge)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("place", [0, 1, 32, 33, 36, 40, 60, 68])
def test_any_changed_byte_of_a_use_is_refused(anna, with_passkey, browser, now, part, place):
    _issued, device, _codes = with_passkey(anna)
    asked = begin(anna, browser, now)
    answer = device.get(asked.passkey_options)
    content = base64.urlsafe_b64decode(json.loads(answer)["response"][part] + "==")
    other = changed(answer, part, place, content[place % len(content)] ^ 0x80, cut=False)
    said = actions.finish_second_factor(asked.challenge, PasskeyAnswer(other), browser.thumbprint, now=now)
    assert said == NOT_RIGHT
