"""The signature of Authorize.Net's webhooks, held to the vector its owner published."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.payments.authorizenet.hooks import (
    Malformed,
    Notification,
    SignatureCheck,
    check_signature,
    read_notification,
    sign,
)

# Published by its owner in Authorize.Net's community, thread td-p/88640 (2023-12).
KEY = (
    "A6214F6105625D5ED957CF02E749BB440DBD4E418533D219CAD26AECD104BFFE"
    "7F47DBBE5C81927CCA484AE7722BE82CE57FB5318EDE02122277A2FE90EE68EB"
)
BODY = (
    b'{"notificationId":"570f7282-687a-42b7-903b-48e487d7694d",'
    b'"eventType":"net.authorize.payment.authcapture.created","eventDate":"2023-12-12T12:45:09.3492643Z",'
    b'"webhookId":"a585ea29-a370-495a-bd83-f9be7160f260","payload":{"responseCode":1,"avsResponse":"P",'
    b'"authAmount":1.10,"merchantReferenceId":"2M4zHFzshYBudvgIZ11B","entityName":"transaction",'
    b'"id":"120011377052"}}'
)
SIGNATURE = (
    "sha512="
    "8E3D41B0191A9A1E668FB729F350B73C6BBB81D676070FE7CFF001CA2543ABA9"
    "1BD16A4374A0F6FA4542659728C7DAF79D7EC901FEC582FC2DA3263A2D604DCF"
)


def test_the_published_vector_holds():
    assert check_signature(BODY, SIGNATURE, KEY) is SignatureCheck.VALID
    assert sign(BODY, KEY) == SIGNATURE


def test_the_same_amount_written_with_another_decimal_is_refused():
    assert check_signature(BODY.replace(b"1.10", b"1.1"), SIGNATURE, KEY) is SignatureCheck.WRONG
    assert sign(BODY.replace(b"1.10", b"1.1"), KEY).startswith("sha512=0B0318")


@pytest.mark.parametrize("header", [None, "", "   "])
def test_a_missing_header_is_refused_as_missing(header):
    assert check_signature(BODY, header, KEY) is SignatureCheck.MISSING


def test_another_key_is_refused():
    assert check_signature(BODY, SIGNATURE, KEY[:-1] + "0") is SignatureCheck.WRONG


def test_lower_case_digits_are_accepted():
    assert check_signature(BODY, SIGNATURE.lower(), KEY) is SignatureCheck.VALID
    assert check_signature(BODY, SIGNATURE.upper(), KEY) is SignatureCheck.VALID


def test_the_key_is_text_and_is_not_decoded_from_hexadecimal():
    decoded = hmac.new(bytes.fromhex(KEY), BODY, hashlib.sha512).hexdigest()
    assert check_signature(BODY, f"sha512={decoded}", KEY) is SignatureCheck.WRONG


def test_digits_in_another_order_are_refused():
    digits = SIGNATURE.removeprefix("sha512=")
    assert check_signature(BODY, f"sha512={digits[64:]}{digits[:64]}", KEY) is SignatureCheck.WRONG


@pytest.mark.parametrize(
    "header",
    [
        SIGNATURE.removeprefix("sha512="),
        SIGNATURE[:-1],
        SIGNATURE + "0",
        "sha256=" + SIGNATURE.removeprefix("sha512="),
        "sha512=",
        "sha512=" + "é" * 128,
        "sha512=" + "\N{FULLWIDTH DIGIT ZERO}" * 128,
    ],
)
def test_a_header_of_another_shape_is_refused(header):
    assert check_signature(BODY, header, KEY) is SignatureCheck.WRONG


@pytest.mark.parametrize("key", ["", "   "])
def test_a_blank_key_proves_nothing_and_stops_the_program(key):
    with pytest.raises(ValueError, match="signature key"):
        check_signature(BODY, SIGNATURE, key)


@given(st.binary(max_size=300), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_breaks_the_signature(body, place, change):
    signature = sign(body, KEY)
    assert check_signature(body, signature, KEY) is SignatureCheck.VALID
    changed = bytearray(body or b"x")
    changed[place % len(changed)] ^= change
    assert check_signature(bytes(changed), signature, KEY) is SignatureCheck.WRONG


def test_a_message_is_reduced_to_what_it_points_at():
    assert read_notification(BODY) == Notification(
        notification_id="570f7282-687a-42b7-903b-48e487d7694d",
        event_type="net.authorize.payment.authcapture.created",
        trans_id="120011377052",
    )


def test_event_names_may_mix_their_case():
    raw = BODY.replace(b"payment.authcapture", b"payment.priorAuthCapture")
    assert read_notification(raw).trans_id == "120011377052"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"net.authorize.payment.authcapture.created", b"net.authorize.customer.created"),
        (b'"entityName":"transaction"', b'"entityName":"subscription"'),
        (b'"id":"120011377052"', b'"id":"0"'),
        (b'"id":"120011377052"', b'"id":"12001; DROP TABLE"'),
        (b'"id":"120011377052"', b'"id":120011377052'),
        (b'"id":"120011377052"', b'"id":"111111111111111111111111111"'),
    ],
)
def test_a_message_about_anything_else_points_at_no_transaction(old, new):
    message = read_notification(BODY.replace(old, new))
    assert isinstance(message, Notification)
    assert message.trans_id == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not JSON",
        b"[]",
        b"null",
        b"{}",
        b'{"notificationId":"a"}',
        b'{"notificationId":1,"eventType":"net.authorize.payment.void.created"}',
        b'{"notificationId":"","eventType":"net.authorize.payment.void.created"}',
        b'{"notificationId":"a\\u0000","eventType":"net.authorize.payment.void.created"}',
        b"\xff\xfe{",
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_is_said_to_be_none(raw):
    assert isinstance(read_notification(raw), Malformed)


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(raw):
    assert isinstance(read_notification(raw), Notification | Malformed)
