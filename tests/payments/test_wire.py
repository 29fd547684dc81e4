"""Authorize.Net's JSON: the order of keys, the length of texts, answers read leniently but never guessed."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.payments.authorizenet import wire
from crystalcall.payments.authorizenet.tables import ORDER, OutOfOrderError, arrange
from crystalcall.payments.values import (
    DeclineReason,
    HostedPageRequest,
    Standing,
    Verdict,
    Voided,
    VoidRefused,
)

LOGIN = wire.Login("demo-login", "demo-key")


def form(**changes):
    values = {
        "order_number": "ANNA-1",
        "ref_id": "0123456789ABCDEF",
        "amount": Decimal("129.9"),
        "description": "Crystal Call order ANNA-1",
        "email": "anna+calls@example.org",
        "return_url": "http://127.0.0.1:8000/orders/abc/returned/",
        "cancel_url": "http://127.0.0.1:8000/orders/abc/",
        "pay_text": "Оплатить",
        "return_text": "Back to your order",
        "cancel_text": "Cancel",
    }
    return HostedPageRequest(**(values | changes))


def sent(**changes):
    return json.loads(wire.hosted_page_request(LOGIN, form(**changes), with_email=True))["getHostedPaymentPageRequest"]


def options(body):
    pairs = body["hostedPaymentSettings"]["setting"]
    return {pair["settingName"]: json.loads(pair["settingValue"]) for pair in pairs}


def test_a_request_has_its_keys_in_the_order_of_the_schema():
    body = sent()
    assert list(body) == ["merchantAuthentication", "refId", "transactionRequest", "hostedPaymentSettings"]
    assert list(body["merchantAuthentication"]) == ["name", "transactionKey"]
    assert list(body["transactionRequest"]) == ["transactionType", "amount", "order", "customer", "transactionSettings"]
    assert list(body["transactionRequest"]["order"]) == ["invoiceNumber", "description"]
    assert list(body["hostedPaymentSettings"]["setting"][0]) == ["settingName", "settingValue"]


@pytest.mark.parametrize("element", sorted(ORDER))
@given(data=st.data())
def test_whatever_order_keys_come_in_they_leave_in_the_order_of_the_table(element, data):
    keys = data.draw(st.permutations(ORDER[element]))
    kept = keys[: data.draw(st.integers(0, len(keys)))]
    arranged = arrange(element, dict.fromkeys(kept, 1))
    assert list(arranged) == [key for key in ORDER[element] if key in kept]


@pytest.mark.parametrize(
    ("element", "values", "sentence"),
    [
        ("transactionRequest", {"amuont": "1.00"}, "amuont"),
        ("noSuchElement", {}, "no table"),
        ("order", {"invoiceNumber": "X" * 21}, "longer than 20"),
        ("order", {"invoiceNumber": ""}, "empty"),
        ("order", {"description": "a\x00b"}, "character"),
        ("merchantAuthentication", {"name": "n" * 26}, "longer than 25"),
    ],
)
def test_a_request_that_the_gateway_would_refuse_is_never_built(element, values, sentence):
    with pytest.raises(OutOfOrderError, match=sentence):
        arrange(element, values)


def test_settings_are_json_inside_a_string_with_real_booleans():
    texts = {pair["settingName"]: pair["settingValue"] for pair in sent()["hostedPaymentSettings"]["setting"]}
    assert '"showReceipt":false' in texts["hostedPaymentReturnOptions"]
    assert '"true"' not in "".join(texts.values())
    assert options(sent())["hostedPaymentButtonOptions"] == {"text": "Оплатить"}
    assert options(sent())["hostedPaymentPaymentOptions"]["showBankAccount"] is False


@pytest.mark.parametrize("amount", ["10", "10.0", "10.00", "0.01", "999999.99"])
def test_amounts_travel_as_text_with_two_decimals(amount):
    assert sent(amount=Decimal(amount))["transactionRequest"]["amount"] == f"{Decimal(amount):.2f}"


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "10.005", "1E+12"])
def test_an_amount_that_is_none_is_never_sent(amount):
    with pytest.raises(OutOfOrderError):
        sent(amount=Decimal(amount))


@pytest.mark.parametrize("url", ["http://a/?x=1", "http://a/&y", "http://a/#f", "http://a/ b"])
def test_a_return_address_is_a_path_without_a_query(url):
    with pytest.raises(OutOfOrderError, match="ampersand"):
        sent(return_url=url)
    with pytest.raises(OutOfOrderError, match="ampersand"):
        sent(cancel_url=url)


@pytest.mark.clause("C09")
def test_the_email_goes_along_only_where_the_permit_covers_it():
    assert sent()["transactionRequest"]["customer"] == {"email": "anna+calls@example.org"}
    assert b"anna" not in wire.hosted_page_request(LOGIN, form(description="x"), with_email=False)


def test_texts_of_the_form_are_cut_to_their_limits_and_cleaned():
    body = sent(description="<b>line\nbreak</b>\u00a0" + "x" * 300, cancel_text="c" * 40)
    description = body["transactionRequest"]["order"]["description"]
    assert description.startswith("b line break /b ")
    assert len(description) <= 255
    assert options(body)["hostedPaymentReturnOptions"]["cancelUrlText"] == "c" * 31


def test_the_other_requests_name_only_what_they_need():
    details = json.loads(wire.details_request(LOGIN, "120011377052"))["getTransactionDetailsRequest"]
    assert list(details) == ["merchantAuthentication", "transId"]
    listing = json.loads(wire.unsettled_request(LOGIN, page=2))["getUnsettledTransactionListRequest"]
    assert list(listing) == ["merchantAuthentication", "status", "sorting", "paging"]
    assert listing["paging"] == {"limit": 1000, "offset": 2}
    void = json.loads(wire.void_request(LOGIN, "120011377052", "REF"))["createTransactionRequest"]
    assert list(void) == ["merchantAuthentication", "refId", "transactionRequest"]
    assert void["transactionRequest"] == {"transactionType": "voidTransaction", "refTransId": "120011377052"}
    assert list(json.loads(wire.merchant_request(LOGIN))) == ["getMerchantDetailsRequest"]


@pytest.mark.parametrize("trans_id", ["", "0", "000", "12a", "-1", "1" * 21, "١٢٣"])
def test_only_a_transaction_id_is_asked_about(trans_id):
    with pytest.raises(OutOfOrderError):
        wire.details_request(LOGIN, trans_id)


def test_credentials_show_nothing_of_themselves():
    assert "demo" not in repr(LOGIN)


OK = '"messages":{"resultCode":"Ok","message":[{"code":"I00001","text":"Successful."}]}'


def answer(inside, *, bom="\ufeff"):
    return wire.read_answer((bom + "{" + ",".join(part for part in (inside, OK) if part) + "}").encode())


def details(**changes):
    transaction = {
        "transId": "60001",
        "submitTimeUTC": "2026-11-02T15:01:02.757Z",
        "transactionType": "authCaptureTransaction",
        "transactionStatus": "capturedPendingSettlement",
        "responseCode": 1,
        "responseReasonCode": 1,
        "order": {"invoiceNumber": "ANNA-1", "description": "x"},
        "authAmount": 10.5,
        "taxExemptSpecified": False,
    }
    transaction = {key: value for key, value in (transaction | changes).items() if value is not None}
    return answer(f'"transrefId":"REF1","clientId":"x","transaction":{json.dumps(transaction)}')


def test_a_byte_order_mark_is_no_part_of_an_answer():
    assert wire.read_token(answer('"token":"abc"')) == "abc"
    assert wire.read_token(answer('"token":"abc"', bom="")) == "abc"


def test_details_are_read_into_our_own_words():
    read = wire.read_details(details())
    assert read.trans_id == "60001"
    assert read.verdict is Verdict.APPROVED
    assert read.standing is Standing.CAPTURED
    assert read.amount == Decimal("10.5")
    assert isinstance(read.amount, Decimal)
    assert read.submitted_at == datetime(2026, 11, 2, 15, 1, 2, 757000, tzinfo=UTC)
    assert (read.order_number, read.ref_id) == ("ANNA-1", "REF1")
    assert read.decline_reason is None
    assert read.is_purchase


def test_an_amount_is_never_a_float():
    raw = answer(
        '"transaction":{"transId":"1","transactionStatus":"voided","responseCode":1,'
        '"submitTimeUTC":"2026-11-02T15:01:02Z","authAmount":0.10}'
    )
    assert wire.read_details(raw).amount == Decimal("0.10")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"responseCode": "1", "transId": 60001, "authAmount": "10.50"}, (Verdict.APPROVED, Standing.CAPTURED)),
        ({"responseCode": 4, "transactionStatus": "FDSPendingReview"}, (Verdict.HELD, Standing.HELD)),
        ({"responseCode": 2, "transactionStatus": "declined"}, (Verdict.DECLINED, Standing.DECLINED)),
        ({"responseCode": 9}, (Verdict.FAILED, Standing.CAPTURED)),
        ({"transactionStatus": "somethingNew"}, (Verdict.APPROVED, Standing.UNKNOWN)),
    ],
)
def test_numbers_may_come_as_text_and_unknown_words_are_tolerated(changes, expected):
    read = wire.read_details(details(**changes))
    assert (read.verdict, read.standing) == expected


@pytest.mark.parametrize("moment", ["2026-11-02T15:01:02Z", "2026-11-02T15:01:02.3492643Z", "2026-11-02T15:01:02.39"])
def test_a_moment_may_have_any_number_of_decimals(moment):
    assert wire.read_details(details(submitTimeUTC=moment)).submitted_at.replace(microsecond=0) == datetime(
        2026, 11, 2, 15, 1, 2, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (2, DeclineReason.DECLINED),
        (27, DeclineReason.ADDRESS),
        (44, DeclineReason.SECURITY_CODE),
        (8, DeclineReason.CARD_EXPIRED),
        (11, DeclineReason.REPEATED),
        (9999, DeclineReason.OTHER),
        ("x", DeclineReason.OTHER),
        (None, DeclineReason.OTHER),
    ],
)
def test_a_decline_says_what_the_buyer_can_do(code, reason):
    assert wire.read_details(details(responseCode=2, responseReasonCode=code)).decline_reason is reason


@pytest.mark.parametrize("key", ["transId", "submitTimeUTC", "transactionStatus", "responseCode", "authAmount"])
def test_details_without_what_decides_are_unreadable(key):
    with pytest.raises(wire.UnreadableError):
        wire.read_details(details(**{key: None}))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e30", "ten", True, "1.00001", [], ""])
def test_an_impossible_amount_is_unreadable(amount):
    with pytest.raises(wire.UnreadableError):
        wire.read_details(details(authAmount=amount))


def test_a_refund_is_no_purchase():
    assert not wire.read_details(details(transactionType="refundTransaction")).is_purchase
    assert wire.read_details(details(transactionType=None)).is_purchase


def test_details_may_lack_an_order_and_a_reference():
    read = wire.read_details(
        answer(
            '"transaction":'
            + json.dumps(
                {
                    "transId": "7",
                    "submitTimeUTC": "2026-11-02T15:01:02Z",
                    "transactionStatus": "voided",
                    "responseCode": 1,
                    "authAmount": 1,
                }
            )
        )
    )
    assert (read.order_number, read.ref_id) == (None, None)


def test_a_list_is_flat_and_leaves_out_lines_nobody_can_read():
    rows = [{"transId": "7", "invoiceNumber": "ANNA-1", "submitTimeUTC": "2026-11-02T15:01:02Z"}, {"transId": "x"}, 5]
    found = wire.read_list(answer(f'"transactions":{json.dumps(rows)}'))
    assert [(line.trans_id, line.order_number) for line in found] == [("7", "ANNA-1")]
    assert wire.read_list(answer("")) == ()


def test_the_merchant_says_currencies_and_mode():
    read = wire.read_merchant(answer('"isTestMode":"false","merchantName":"CC","currencies":["USD"]'))
    assert (read.name, read.currencies, read.is_test_mode) == ("CC", ("USD",), False)
    with pytest.raises(wire.UnreadableError):
        wire.read_merchant(answer('"currencies":["USD"]'))


def test_a_void_is_decided_by_its_own_response_code_alone():
    assert wire.read_void(answer('"transactionResponse":{"responseCode":"1","transId":"7"}'), "7") == Voided("7")
    refused = wire.read_void(
        answer('"transactionResponse":{"responseCode":"3","errors":[{"errorCode":"16","errorText":"Not found"}]}'), "7"
    )
    assert refused == VoidRefused("7", "16 Not found")
    assert wire.read_void(answer(""), "7") is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>503</html>",
        b"[]",
        b"{}",
        b'{"messages":{}}',
        b'{"messages":{"resultCode":"Maybe"}}',
        b"\xff\xff",
        b'{"messages":NaN}',
        b"{" * 50_000,
    ],
)
def test_what_is_no_answer_is_unreadable(raw):
    with pytest.raises(wire.UnreadableError):
        wire.read_answer(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(allow_nan=False).map(str),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "transaction",
                        "transId",
                        "order",
                        "responseCode",
                        "authAmount",
                        "submitTimeUTC",
                        "transactionStatus",
                        "transactions",
                        "messages",
                        "resultCode",
                        "errors",
                        "currencies",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_said_to_be_unreadable(tree):
    for reader in (wire.read_token, wire.read_details, wire.read_list, wire.read_merchant):
        try:
            body = wire.read_answer(json.dumps({"messages": {"resultCode": "Ok"}, "transaction": tree}).encode())
            reader(body)
        except wire.UnreadableError:
            pass
