"""The API in XML: the same requests and answers as in JSON, and nothing that XML alone could bring in."""

import json

import pytest

NAMESPACE = "AnetApi/xml/v1/schema/AnetApiSchema.xsd"
MERCHANT = (
    "<merchantAuthentication><name>test-store</name><transactionKey>test-key-0000001</transactionKey>"
    "</merchantAuthentication>"
)


def _request(name, inner="", *, head="", namespace=NAMESPACE):
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<{name} xmlns="{namespace}">{MERCHANT}{inner}</{name}>'


def _text(root, *path: str):
    found = root
    for name in path:
        found = found.find(f"{{{NAMESPACE}}}{name}")
    return found.text


def _code(root):
    return _text(root, "messages", "message", "code")


def _message(root):
    return _text(root, "messages", "message", "text")


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "application/xml; charset=utf-8"])
def test_xml_is_answered_in_xml_with_a_bom_and_its_own_root(gateway, content_type):
    root = gateway.xml(_request("getMerchantDetailsRequest", "<refId>r-1</refId>"), content_type)
    assert root.tag == f"{{{NAMESPACE}}}getMerchantDetailsResponse"
    assert _text(root, "refId") == "r-1"
    assert _code(root) == "I00001"
    assert [child.tag.partition("}")[2] for child in root][:2] == ["refId", "messages"]
    assert _text(root, "currencies", "currency") == "USD"
    assert _text(root, "isTestMode") == "false"


def test_a_payment_made_in_json_is_told_in_xml_with_wrapped_lists(gateway):
    lines = {"lineItem": [{"itemId": "20", "name": "Card & <more>", "quantity": "1", "unitPrice": "10.00"}]}
    trans_id = gateway.charged(lineItems=lines)
    root = gateway.xml(_request("getTransactionDetailsRequest", f"<transId>{trans_id}</transId>"))
    assert _text(root, "transaction", "lineItems", "lineItem", "name") == "Card &  more "
    assert _text(root, "transaction", "authAmount") == "10.00"
    assert _text(root, "transaction", "taxExempt") == "false"
    assert (
        b"Specified"
        not in gateway.raw(
            _request("getTransactionDetailsRequest", f"<transId>{trans_id}</transId>"), "text/xml"
        ).content
    )


def test_json_keys_and_xml_elements_come_in_the_same_order(gateway):
    trans_id = gateway.charged(
        shipTo={"city": "Oslo"}, customer={"id": "C-1", "email": "anna@example.org"}, poNumber="PO-1"
    )
    gateway.clock.advance(days=1)
    in_json = [name for name in gateway.details(trans_id)["transaction"] if not name.endswith("Specified")]
    root = gateway.xml(_request("getTransactionDetailsRequest", f"<transId>{trans_id}</transId>"))
    in_xml = [child.tag.partition("}")[2] for child in root.find(f"{{{NAMESPACE}}}transaction")]
    assert in_json == in_xml


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("", "E00003", "could not be parsed"),
        ("<open", "E00003", "could not be parsed"),
        ('<?xml version="1.0" encoding="nonsense"?><a/>', "E00003", "could not be parsed"),
        ("<getMerchantDetailsRequest/>", "E00045", "namespace"),
        (_request("getMerchantDetailsRequest", namespace="other"), "E00045", "namespace"),
        (_request("getLuckyRequest"), "E00004", "method is invalid"),
        (_request("getMerchantDetailsRequest", "<nonsense/>"), "E00003", "invalid child element 'nonsense'"),
        (_request("getMerchantDetailsRequest", "words"), "E00003", "cannot contain text"),
        (_request("getMerchantDetailsRequest", '<refId xmlns="other">1</refId>'), "E00003", "invalid child element"),
        (_request("getMerchantDetailsRequest", '<refId a="1">1</refId>'), "E00003", "attribute is not declared"),
        (_request("getTransactionDetailsRequest"), "E00003", "incomplete content"),
        (_request("getTransactionDetailsRequest", "<transId>1<b/></transId>"), "E00003", "cannot contain text"),
        (_request("getTransactionDetailsRequest", "<transId>1</transId><transId>2</transId>"), "E00003", "transId"),
        (_request("getTransactionDetailsRequest", "<transId>x</transId>"), "E00003", "numericString"),
    ],
)
def test_what_xml_cannot_be_is_refused_with_the_element_named(gateway, body, code, words):
    root = gateway.xml(body)
    assert root.tag == f"{{{NAMESPACE}}}ErrorResponse"
    assert _code(root) == code
    assert words in _message(root)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y "&x;&x;&x;">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil"> %p;]>',
    ],
)
def test_entities_and_document_types_are_refused_unread(gateway, head):
    root = gateway.xml(_request("getMerchantDetailsRequest", "<refId>&x;</refId>", head=head))
    assert _code(root) == "E00003"
    assert "DTD is prohibited" in _message(root)
    assert "root:" not in _message(root)


def test_ten_thousand_nested_elements_are_refused_and_nothing_falls_over(gateway):
    deep = "<a>" * 10_000 + "</a>" * 10_000
    root = gateway.xml(_request("getMerchantDetailsRequest", deep))
    assert _code(root) == "E00003"


def test_other_encodings_and_a_bom_are_read(gateway):
    text = _request("getMerchantDetailsRequest", "<refId>Zoë</refId>")
    for raw in (b"\xef\xbb\xbf" + text.encode(), text.replace("utf-8", "iso-8859-1").encode("latin-1")):
        answer = gateway.raw(raw, "text/xml")
        assert "Zoë".encode() in answer.content


def test_credentials_are_refused_alike_in_both_languages(gateway):
    text = _request("getMerchantDetailsRequest").replace("test-key-0000001", "wrong")
    assert _code(gateway.xml(text)) == "E00007"
    body = {"getMerchantDetailsRequest": {"merchantAuthentication": {"name": "test-store", "transactionKey": "wrong"}}}
    assert gateway.code(json.loads(gateway.raw(json.dumps(body)).content[3:])) == "E00007"


def test_white_space_around_figures_is_forgiven_as_a_schema_does(gateway):
    charge = (
        "<transactionRequest><transactionType>authCaptureTransaction</transactionType><amount> 12.50\n</amount>"
        "<payment><creditCard><cardNumber>4111111111111111</cardNumber><expirationDate>1230</expirationDate>"
        "</creditCard></payment></transactionRequest>"
    )
    root = gateway.xml(_request("createTransactionRequest", charge))
    assert _text(root, "transactionResponse", "responseCode") == "1"
    assert _text(root, "transactionResponse", "messages", "message", "code") == "1"
    assert _text(root, "transactionResponse", "accountNumber") == "XXXX1111"


def test_neither_the_card_number_nor_the_key_stands_in_an_answer(gateway, card_numbers):
    wrong = (
        "<transactionRequest><transactionType>authCaptureTransaction</transactionType><amount>1.00</amount><payment>"
        "<creditCard><cardNumber>4111 1111 1111 1111</cardNumber><expirationDate>1230</expirationDate></creditCard>"
        "</payment></transactionRequest>"
    )
    answer = gateway.raw(_request("createTransactionRequest", wrong), "text/xml").content
    assert b"E00003" in answer
    assert card_numbers(answer) == []
    assert b"test-key" not in answer
