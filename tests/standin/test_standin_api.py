"""The JSON API: how it refuses, in which order it wants its keys, what it answers."""

import json

import pytest

BOM = b"\xef\xbb\xbf"


def test_every_answer_starts_with_a_bom_and_is_http_200(gateway):
    for body in (b"{", b"[]", b"", b"null", b"\xff", b'{"nonsenseRequest":{}}', b"[" * 100_000):
        answer = gateway.raw(body)
        assert answer.status_code == 200
        assert answer.content.startswith(BOM)
        assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_refused_with_e00002(gateway, kind):
    answer = json.loads(gateway.raw("<x/>", kind).content.decode("utf-8-sig"))
    assert gateway.code(answer) == "E00002"
    assert answer["messages"]["resultCode"] == "Error"


def test_text_json_is_accepted_like_application_json(gateway):
    body = {"getMerchantDetailsRequest": {"merchantAuthentication": {"name": "test-store", "transactionKey": "k"}}}
    assert gateway.code(json.loads(gateway.raw(json.dumps(body), "text/json").content[3:])) == "E00007"


def test_an_unknown_method_is_e00004_and_a_method_of_the_real_one_says_so(gateway):
    assert gateway.code(gateway.call("getLuckyRequest")) == "E00004"
    real = gateway.call("ARBGetSubscriptionListRequest")
    assert gateway.code(real) == "E00004"
    assert "does not offer it" in real["messages"]["message"][0]["text"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "test-other"}, "E00007"),
        ({"transactionKey": "wrong"}, "E00007"),
        ({"name": ""}, "E00006"),
        ({"transactionKey": ""}, "E00005"),
        ({"name": "x" * 26}, "E00003"),
        ({"transactionKey": "x" * 17}, "E00003"),
    ],
)
def test_credentials_are_checked(gateway, changed, code):
    assert gateway.code(gateway.call("getMerchantDetailsRequest", **changed)) == code


def test_good_credentials_learn_the_currency(gateway):
    answer = gateway.call("getMerchantDetailsRequest", {"refId": "ping"})
    assert answer["messages"] == {"resultCode": "Ok", "message": [{"code": "I00001", "text": "Successful."}]}
    assert answer["currencies"] == ["USD"]
    assert answer["refId"] == "ping"
    assert list(answer)[-2:] == ["refId", "messages"]


AUTHENTICATION = '"merchantAuthentication":{"name":"test-store","transactionKey":"test-key-0000001"}'
OK_REQUEST = '"transactionRequest":{"transactionType":"authCaptureTransaction","amount":"10.00"}'


def _hosted(inner: str) -> str:
    return '{"getHostedPaymentPageRequest":{' + inner + "}}"


def _transaction(inner: str) -> str:
    return _hosted(f'{AUTHENTICATION},"transactionRequest":{{"transactionType":"authCaptureTransaction",{inner}}}')


@pytest.mark.parametrize(
    ("body", "offender"),
    [
        (_hosted(f'"refId":"1",{AUTHENTICATION},{OK_REQUEST}'), "refId"),
        (_hosted(f"{OK_REQUEST},{AUTHENTICATION}"), "transactionRequest"),
        (_hosted(AUTHENTICATION), "transactionRequest"),
        (_hosted(f"{AUTHENTICATION},{OK_REQUEST},{OK_REQUEST}"), "transactionRequest"),
        (_hosted(f'{AUTHENTICATION},"refId":"{"r" * 21}",{OK_REQUEST}'), "refId"),
        (_hosted(f'{AUTHENTICATION},{OK_REQUEST},"colour":"red"'), "colour"),
        (
            _hosted('"merchantAuthentication":{"transactionKey":"test-key-0000001","name":"test-store"},' + OK_REQUEST),
            "name",
        ),
        (_transaction('"amount":""'), "amount"),
        (_transaction('"amount":"ten"'), "amount"),
        (_transaction('"amount":["1.00","2.00"]'), "amount"),
        (_transaction('"amount":{"value":"1.00"}'), "amount"),
        (_transaction(f'"amount":"1.00","order":{{"invoiceNumber":"{"9" * 21}"}}'), "invoiceNumber"),
        (_transaction('"amount":"1.00","order":{"description":"d","invoiceNumber":"1"}'), "invoiceNumber"),
        (_transaction('"amount":"1.00","billTo":{"zip":"1"},"customer":{"id":"1"}'), "customer"),
        (_transaction('"amount":"1.00","billTo":{"phoneNumber":"1","firstName":"A"}'), "firstName"),
        (_transaction('"amount":"1.00","customer":{"type":"robot"}'), "customer"),
        (_transaction('"order":{"invoiceNumber":"1"},"amount":"1.00"'), "amount"),
        (_transaction('"amount":"1.00","lineItems":{"lineItem":[{"name":"n","itemId":"1"}]}'), "name"),
    ],
)
def test_the_order_tables_refuse_what_the_schema_refuses(gateway, body, offender):
    answer = json.loads(gateway.raw(body).content.decode("utf-8-sig"))
    assert gateway.code(answer) == "E00003"
    text = answer["messages"]["message"][0]["text"]
    assert offender in text or "type" in text


def test_the_error_lists_what_would_have_been_allowed(gateway):
    body = _hosted(f'"refId":"1",{AUTHENTICATION},{OK_REQUEST}')
    text = json.loads(gateway.raw(body).content.decode("utf-8-sig"))["messages"]["message"][0]["text"]
    assert text == (
        "The element 'getHostedPaymentPageRequest' in namespace 'AnetApi/xml/v1/schema/AnetApiSchema.xsd' has invalid "
        "child element 'refId' in namespace 'AnetApi/xml/v1/schema/AnetApiSchema.xsd'. List of possible elements "
        "expected: 'merchantAuthentication' in namespace 'AnetApi/xml/v1/schema/AnetApiSchema.xsd'."
    )


def test_a_card_number_in_a_wrong_place_is_not_repeated_in_the_error(gateway, card_numbers):
    answer = gateway.call("getTransactionDetailsRequest", {"transId": "4111111111111111x"})
    assert gateway.code(answer) == "E00003"
    assert not card_numbers(json.dumps(answer))


def test_the_full_body_of_the_reference_passes(gateway):
    answer = gateway.ask(
        lineItems={"lineItem": [{"itemId": "1", "name": "Credit", "quantity": "1", "unitPrice": "10.00"}]},
        tax={"amount": "0.00", "name": "none"},
        poNumber="1",
        customer={"type": "individual", "id": "7", "email": "anna@example.org"},
        billTo={"firstName": "Anna", "lastName": "Hale", "zip": "10001", "phoneNumber": "1"},
        shipTo={"firstName": "Anna"},
        customerIP="127.0.0.1",
        transactionSettings={"setting": {"settingName": "duplicateWindow", "settingValue": "0"}},
        userFields={"userField": [{"name": "a", "value": "b"}]},
    )
    assert gateway.code(answer) == "I00001"
    assert list(answer) == ["token", "refId", "messages"]
    assert answer["refId"] == "attempt-1"
    assert len(answer["token"]) > 300


@pytest.mark.parametrize("amount", [10, 10.5, "10.50", "0.01", "99999.99"])
def test_amounts_may_be_numbers_or_text(gateway, amount):
    assert gateway.code(gateway.ask(amount=amount)) == "I00001"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005", "100000.00"])
def test_senseless_amounts_are_refused(gateway, amount):
    assert gateway.code(gateway.ask(amount=amount)) == "E00013"


@pytest.mark.parametrize("kind", ["voidTransaction", "authCapture"])
def test_the_hosted_form_takes_two_types_only(gateway, kind):
    assert gateway.code(gateway.ask(kind=kind)) == "E00060"


@pytest.mark.clause("C22")
def test_card_data_has_no_business_in_a_request_for_the_hosted_form(gateway, card_numbers):
    body = _hosted(
        f'{AUTHENTICATION},"transactionRequest":{{"transactionType":"authCaptureTransaction","amount":"1.00",'
        '"payment":{"creditCard":{"cardNumber":"4111111111111111","expirationDate":"2030-12"}}}'
    )
    answer = gateway.raw(body).content
    assert gateway.code(json.loads(answer.decode("utf-8-sig"))) == "E00013"
    assert not card_numbers(answer)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("hostedPaymentReturnOption", "{}", "settingName"),
        ("hostedPaymentOrderOptions", '{"show":"true"}', "JSON boolean"),
        ("hostedPaymentOrderOptions", '{"merchantName":true}', "must be text"),
        ("hostedPaymentOrderOptions", '{"shown":true}', "has no 'shown'"),
        ("hostedPaymentOrderOptions", "show", "JSON object"),
        ("hostedPaymentOrderOptions", "[true]", "JSON object"),
        ("hostedPaymentReturnOptions", '{"url":"javascript:alert(1)"}', "http"),
        ("hostedPaymentReturnOptions", '{"url":"http://store.example/a?b=1&c=2"}', "'&'"),
        ("hostedPaymentReturnOptions", '{"cancelUrl":"//store.example/"}', "http"),
    ],
)
def test_settings_are_typed(gateway, name, value, fault):
    answer = gateway.ask(settings=[{"settingName": name, "settingValue": value}])
    assert gateway.code(answer) == "E00013"
    assert fault in answer["messages"]["message"][0]["text"]


def test_an_unknown_transaction_is_e00040_and_an_empty_list_is_i00004(gateway):
    assert gateway.code(gateway.details("120000000000")) == "E00040"
    empty = gateway.call("getUnsettledTransactionListRequest", {"refId": "r"})
    assert gateway.code(empty) == "I00004"
    assert empty["messages"]["resultCode"] == "Ok"
    assert "transactions" not in empty


@pytest.mark.parametrize(
    "paging",
    [{"limit": "1001", "offset": "1"}, {"limit": "0", "offset": "1"}, {"limit": "1", "offset": "0"}, {"limit": "1"}],
)
def test_paging_has_limits(gateway, paging):
    assert gateway.code(gateway.call("getUnsettledTransactionListRequest", {"paging": paging})) == "E00003"
