"""What is sealed opens for its own field, person and row, for a purpose it was given for, and else nowhere."""

import uuid

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crystalcall.plumbing.sealing import SealBrokenError, seal
from crystalcall.privacy.keys import opening
from crystalcall.privacy.keys.actions import destroy
from crystalcall.privacy.keys.columns import UnknownColumnError
from crystalcall.privacy.keys.opening import PurposeRefusal, PurposeRefusedError, open_field, openers
from crystalcall.privacy.keys.sealing import KeyDestroyedError, bound_to, find_index, seal_field, sealers
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db

NAME = "customers.Customer.sealed_name"
EMAIL = "customers.Customer.sealed_email"
ANNA = uuid.UUID("0e2f6f0a-9a7c-4a0e-8a53-0f0a6a3b1c01")
BORIS = uuid.UUID("0e2f6f0a-9a7c-4a0e-8a53-0f0a6a3b1c02")


def opened(field: str, subject: uuid.UUID, blob: bytes, purpose: Purpose = Purpose.ORDER_FULFILLMENT) -> str:
    return open_field(field, subject, blob, purpose=purpose, collected_under=1)


@given(text=st.text(max_size=200))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_seal_opens_to_what_was_sealed(text):
    assert opened(NAME, ANNA, seal_field(NAME, ANNA, text)) == text


def test_two_seals_of_one_text_differ():
    assert seal_field(NAME, ANNA, "Anna") != seal_field(NAME, ANNA, "Anna")


@pytest.mark.clause("C21")
@pytest.mark.parametrize(("field", "subject"), [(EMAIL, ANNA), (NAME, BORIS)])
def test_a_value_copied_to_another_field_or_person_does_not_open(field, subject):
    seal_field(NAME, BORIS, "Boris")
    blob = seal_field(NAME, ANNA, "Anna")
    with pytest.raises(SealBrokenError):
        opened(field, subject, blob)


def test_a_value_sealed_for_a_row_opens_for_that_row_only():
    blob = sealers((ANNA,))[ANNA].seal(NAME, "Anna", "row 1")
    opener = openers((ANNA,))[ANNA]
    purpose = Purpose.ORDER_FULFILLMENT
    assert opener.open(NAME, blob, purpose=purpose, collected_under=1, row="row 1") == "Anna"
    for row in ("", "row 2"):
        with pytest.raises(SealBrokenError):
            opener.open(NAME, blob, purpose=purpose, collected_under=1, row=row)


@given(st.integers(min_value=0, max_value=60), st.integers(min_value=1, max_value=255))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_altered_byte_breaks_the_seal(position, change):
    blob = bytearray(seal_field(NAME, ANNA, "a text of some length"))
    blob[position % len(blob)] ^= change
    with pytest.raises(SealBrokenError):
        opened(NAME, ANNA, bytes(blob))


@given(
    st.tuples(st.from_regex(r"[a-z.]{1,20}", fullmatch=True), st.uuids(), st.binary(max_size=20)),
    st.tuples(st.from_regex(r"[a-z.]{1,20}", fullmatch=True), st.uuids(), st.binary(max_size=20)),
)
def test_no_two_places_have_the_same_binding(one, other):
    def bound(place):
        return bound_to(place[0].encode(), place[1].bytes, place[2])

    assert (bound(one) == bound(other)) == (one == other)


@pytest.mark.clause("C04")
def test_a_purpose_that_the_inventory_does_not_declare_for_the_field_is_refused():
    blob = seal_field(NAME, ANNA, "Anna")
    with pytest.raises(PurposeRefusedError) as refusal:
        opened(NAME, ANNA, blob, Purpose.ABUSE_PREVENTION)
    assert refusal.value.reason is PurposeRefusal.PURPOSE_NOT_DECLARED
    assert "Anna" not in str(refusal.value)


@pytest.mark.parametrize("field", ["customers.Customer.nickname", "customers.Customer.policy_version", "no.such.field"])
def test_a_field_that_is_not_declared_as_personal_is_refused(field):
    blob = seal_field(field, ANNA, "Anna")
    with pytest.raises(PurposeRefusedError) as refusal:
        opened(field, ANNA, blob)
    assert refusal.value.reason is PurposeRefusal.FIELD_NOT_DECLARED


@pytest.mark.clause("C20")
def test_a_purpose_that_the_policy_does_not_allow_is_refused(monkeypatch):
    asked = []

    def policy(purpose, category, subject, collected_under):
        asked.append((purpose, category, subject, collected_under))
        return "not_agreed"

    monkeypatch.setattr(opening, "_policy", [policy])
    blob = seal_field(NAME, ANNA, "Anna")
    with pytest.raises(PurposeRefusedError, match="not_agreed") as refusal:
        opened(NAME, ANNA, blob)
    assert refusal.value.reason is PurposeRefusal.POLICY
    named = (Purpose.ORDER_FULFILLMENT, "user.name")
    assert asked == [(*named, None, 1), (*named, ANNA, 1)]


@pytest.mark.clause("C20")
def test_what_one_person_agreed_to_is_opened_for_that_person_alone(monkeypatch):
    monkeypatch.setattr(
        opening, "_policy", [lambda _purpose, _category, subject, _under: "" if subject == ANNA else "not_agreed"]
    )
    blobs = {subject: seal_field(NAME, subject, "a name") for subject in (ANNA, BORIS)}
    found = openers((ANNA, BORIS))
    said = {"purpose": Purpose.ORDER_STATUS, "collected_under": 1}
    assert found[ANNA].open(NAME, blobs[ANNA], **said) == "a name"
    with pytest.raises(PurposeRefusedError):
        found[BORIS].open(NAME, blobs[BORIS], **said)


def test_nothing_opens_while_nobody_knows_the_policy(monkeypatch):
    monkeypatch.setattr(opening, "_policy", [])
    blob = seal_field(NAME, ANNA, "Anna")
    with pytest.raises(PurposeRefusedError):
        opened(NAME, ANNA, blob)


def test_many_values_of_many_persons_are_opened_by_one_statement(looks):
    subjects = [uuid.uuid4() for _ in range(10)]
    blobs = {subject: seal_field(NAME, subject, f"person {place}") for place, subject in enumerate(subjects)}
    looks.clear()
    found = openers(subjects)
    names = [
        found[subject].open(NAME, blobs[subject], purpose=Purpose.ORDER_STATUS, collected_under=1)
        for subject in subjects
    ]
    assert looks == [subjects]
    assert names == [f"person {place}" for place in range(10)]


def test_a_value_from_before_there_were_keys_opens_until_the_key_is_destroyed(now):
    blob = seal("Anna", f"customers.name:{ANNA}")
    assert opened(NAME, ANNA, blob) == "Anna"
    destroy((ANNA,), now=now)
    with pytest.raises(KeyDestroyedError):
        opened(NAME, ANNA, blob)


def test_a_field_that_never_held_old_values_takes_none():
    with pytest.raises(UnknownColumnError):
        openers((ANNA,))[ANNA].unseal("privacy.RegisterSecret.sealed", seal("a reason", "anything"))


@pytest.mark.parametrize("blob", [b"", b"\x07rubbish", b"\x02short"])
def test_rubbish_does_not_open(blob):
    seal_field(NAME, ANNA, "Anna")
    with pytest.raises(SealBrokenError):
        opened(NAME, ANNA, blob)


def test_a_value_without_any_key_does_not_open():
    blob = seal_field(NAME, ANNA, "Anna")
    with pytest.raises(KeyDestroyedError):
        opened(NAME, BORIS, blob)


def test_equal_texts_have_equal_indexes_in_one_field_only():
    assert find_index("anna@example.org", "customers.email") == find_index("anna@example.org", "customers.email")
    assert find_index("anna@example.org", "customers.email") != find_index("anna@example.org", "tickets.email")
