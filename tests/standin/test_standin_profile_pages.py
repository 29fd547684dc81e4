"""The hosted profile pages, the stored cards at the payment form, and the messages to a framing store."""

import json
import re
from html import unescape
from urllib.parse import parse_qs

import pytest

COMMUNICATOR = "https://shop.example.org/communicator.html"
STORE = "http://127.0.0.1:8000"


def _page(gateway, profile_id, **settings):
    pairs = [{"settingName": f"hostedProfile{name}", "settingValue": value} for name, value in settings.items()]
    return gateway.call(
        "getHostedProfilePageRequest",
        {"customerProfileId": profile_id, "hostedProfileSettings": {"setting": pairs}},
    )


def _cards(gateway, profile_id):
    shown = gateway.call("getCustomerProfileRequest", {"customerProfileId": profile_id})["profile"]
    return shown.get("paymentProfiles", [])


def _post(gateway, path, token, **fields):
    return gateway.client.post(f"/customer/{path}", data={"token": token} | fields)


def _message(page):
    """The one message a page sends to the store's window."""
    found = re.search(r'<iframe class="messenger"[^>]*src="([^"]*)"', page.text)
    assert found
    address, _, fragment = unescape(found[1]).partition("#")
    assert address == COMMUNICATOR
    return {name: values[0] for name, values in parse_qs(fragment).items()}


def test_a_card_is_added_changed_and_deleted_on_the_hosted_pages(gateway, card_numbers):
    number = gateway.profile()
    token = _page(gateway, number, ReturnUrl=f"{STORE}/account/cards/")["token"]
    assert len(token) > 300
    first = _post(gateway, "manage", token)
    assert "Local stand-in" in first.text
    assert f'href="{STORE}/account/cards/"' in first.text
    assert "Add a card" in _post(gateway, "addPayment", token).text
    typed = {"cardNumber": "4111 1111 1111 1111", "expirationDate": "12/30", "firstName": "Anna", "zip": "10001"}
    saved = _post(gateway, "savePayment", token, **typed)
    assert "Visa XXXX1111" in saved.text
    card = _cards(gateway, number)[0]
    assert card["billTo"] == {"firstName": "Anna", "zip": "10001"}
    card_id = card["customerPaymentProfileId"]
    form = _post(gateway, "editPayment", token, paymentProfileId=card_id)
    assert 'value="XXXX1111"' in form.text
    assert card_numbers(first.text) == []
    masked = {"cardNumber": "XXXX1111", "expirationDate": "XXXX", "firstName": "Olga", "zip": "10001"}
    _post(gateway, "savePayment", token, id=card_id, **masked)
    assert _cards(gateway, number)[0]["billTo"]["firstName"] == "Olga"
    assert len(_cards(gateway, number)) == 1
    assert "None." in _post(gateway, "deletePayment", token, id=card_id).text
    assert _post(gateway, "deletePayment", token, id=card_id).status_code == 200
    assert _cards(gateway, number) == []


def test_only_published_cards_are_kept_and_no_number_comes_back_into_the_page(gateway):
    number = gateway.profile()
    token = _page(gateway, number)["token"]
    real = "4242424242424242"
    page = _post(gateway, "savePayment", token, cardNumber=real, expirationDate="12/30", firstName=real)
    assert "Nothing was saved" in page.text
    assert real not in page.text
    assert _cards(gateway, number) == []
    expired = _post(gateway, "savePayment", token, cardNumber="4111111111111111", expirationDate="01/20")
    assert "expired" in expired.text
    assert _cards(gateway, number) == []


def test_shipping_addresses_are_kept_on_the_hosted_pages(gateway):
    number = gateway.profile()
    token = _page(gateway, number)["token"]
    assert "Enter an address" in _post(gateway, "saveShipping", token).text
    _post(gateway, "saveShipping", token, firstName="Anna", city="Oslo")
    shown = gateway.call("getCustomerProfileRequest", {"customerProfileId": number})["profile"]["shipToList"][0]
    assert (shown["firstName"], shown["city"]) == ("Anna", "Oslo")
    address_id = shown["customerAddressId"]
    assert 'value="Oslo"' in _post(gateway, "editShipping", token, shippingAddressId=address_id).text
    _post(gateway, "saveShipping", token, id=address_id, city="Bergen")
    _post(gateway, "deleteShipping", token, id=address_id)
    assert "shipToList" not in gateway.call("getCustomerProfileRequest", {"customerProfileId": number})["profile"]


@pytest.mark.parametrize("path", ["manage", "addPayment", "editPayment", "savePayment", "deletePayment"])
def test_a_token_that_is_none_too_old_or_of_a_gone_profile_opens_nothing(gateway, path):
    number = gateway.profile()
    token = _page(gateway, number)["token"]
    assert _post(gateway, path, "nonsense").status_code == 400
    gateway.call("deleteCustomerProfileRequest", {"customerProfileId": number})
    assert _post(gateway, path, token).status_code == 400
    other = gateway.profile(email="other@example.org")
    token = _page(gateway, other)["token"]
    gateway.clock.advance(minutes=15)
    assert _post(gateway, path, token).status_code == 400


def test_a_token_reaches_the_cards_of_its_own_profile_only(gateway):
    mine, theirs = gateway.profile(), gateway.profile(email="other@example.org")
    card_id = gateway.card(theirs)
    token = _page(gateway, mine)["token"]
    assert _post(gateway, "editPayment", token, paymentProfileId=card_id).status_code == 400
    _post(gateway, "deletePayment", token, id=card_id)
    assert len(_cards(gateway, theirs)) == 1


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"ReturnUrl": f"{STORE}/a/?b=1&c=2"}, "E00013"),
        ({"ReturnUrl": "nonsense"}, "E00013"),
        ({"ManageOptions": "showNothing"}, "E00013"),
        ({"PageBorderVisible": "yes"}, "E00013"),
        ({"SaveButtonText": "x" * 51}, "E00013"),
        ({"Surprise": "1"}, "E00013"),
        ({"ManageOptions": "showPayment", "CardCodeRequired": "true", "ValidationMode": "liveMode"}, "I00001"),
    ],
)
def test_settings_of_the_profile_pages_are_plain_text_and_checked(gateway, settings, code):
    assert gateway.code(_page(gateway, gateway.profile(), **settings)) == code


def test_what_is_shown_and_required_follows_the_settings(gateway):
    number = gateway.profile()
    settings = {"ManageOptions": "showPayment", "CardCodeRequired": "true", "BillingAddressRequired": "true"}
    token = _page(gateway, number, SaveButtonText="Keep it", ValidationMode="liveMode", **settings)["token"]
    assert "Shipping" not in _post(gateway, "manage", token).text
    assert "Keep it" in _post(gateway, "addPayment", token).text
    typed = {"cardNumber": "4111111111111111", "expirationDate": "12/30"}
    wrong = _post(gateway, "savePayment", token, **typed)
    assert "Enter the card code" in wrong.text
    assert "Enter the zip code".lower() in wrong.text.lower()
    names = {"firstName": "Anna", "lastName": "Hale", "cardCode": "900"}
    assert "declined" in _post(gateway, "savePayment", token, zip="46282", **typed, **names).text
    assert _cards(gateway, number) == []
    _post(gateway, "savePayment", token, zip="10001", **typed, **names)
    assert len(_cards(gateway, number)) == 1


def test_a_framed_profile_page_tells_the_store_what_happens_and_stands_in_its_frame_only(gateway):
    number = gateway.profile()
    token = _page(gateway, number, IFrameCommunicatorUrl=COMMUNICATOR)["token"]
    page = _post(gateway, "manage", token)
    assert _message(page)["action"] == "resizeWindow"
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors https://shop.example.org" in policy
    assert "frame-src https://shop.example.org" in policy
    saved = _post(gateway, "savePayment", token, cardNumber="4111111111111111", expirationDate="12/30")
    assert _message(saved) == {"action": "successfulSave"}
    unframed = _post(gateway, "manage", _page(gateway, number)["token"])
    assert "frame-ancestors 'none'" in unframed.headers["content-security-policy"]
    assert "<iframe" not in unframed.text


def _framed(gateway, **options):
    frame = {
        "settingName": "hostedPaymentIFrameCommunicatorUrl",
        "settingValue": json.dumps({"url": COMMUNICATOR}),
    }
    return gateway.token(settings=[frame, *options.pop("settings", [])], **options)


@pytest.mark.parametrize(("switch", "told"), [("proven", False), ("full", True)])
def test_in_a_frame_the_store_is_told_flat_json_with_the_proven_keys_or_all(gateway, switch, told):
    gateway.switch(transact_response=switch)
    token = _framed(gateway)
    assert _message(gateway.open(token))["action"] == "resizeWindow"
    paid = gateway.pay(token)
    assert paid.status_code == 200
    message = _message(paid)
    assert message["action"] == "transactResponse"
    response = json.loads(message["response"])
    assert gateway.status(response["transId"]) == "capturedPendingSettlement"
    assert (response["totalAmount"], response["orderInvoiceNumber"]) == (10.0, "X7K2M9QW4D")
    assert ("responseCode" in response) is told
    assert not any(isinstance(value, dict) and "transId" in value for value in response.values())


def test_in_a_frame_cancel_is_a_message_and_charges_nothing(gateway):
    token = _framed(gateway)
    gateway.open(token)
    page = gateway.client.post("/payment/cancel", data={"token": token})
    assert _message(page) == {"action": "cancel"}
    assert gateway.unsettled() == []
    assert gateway.client.post("/payment/cancel", data={"token": gateway.token()}).status_code == 400


SAVING = [{"settingName": "hostedPaymentCustomerOptions", "settingValue": '{"addPaymentProfile":true}'}]


def test_the_box_to_keep_a_card_is_empty_and_a_ticked_one_keeps_it(gateway):
    number = gateway.profile()
    profile = {"profile": {"customerProfileId": number}}
    body = {
        "transactionRequest": {"transactionType": "authCaptureTransaction", "amount": "10.00"} | profile,
        "hostedPaymentSettings": {"setting": SAVING},
    }
    token = gateway.call("getHostedPaymentPageRequest", body)["token"]
    form = gateway.open(token).text
    assert "Keep this card" in form
    assert "checked" not in form
    gateway.pay(token)
    assert _cards(gateway, number) == []
    body["transactionRequest"]["amount"] = "11.00"
    token = gateway.call("getHostedPaymentPageRequest", body)["token"]
    gateway.open(token)
    gateway.pay(token, saveCard="yes")
    stored = _cards(gateway, number)
    assert [one["payment"]["creditCard"]["cardNumber"] for one in stored] == ["XXXX1111"]
    body["transactionRequest"]["amount"] = "12.00"
    token = gateway.call("getHostedPaymentPageRequest", body)["token"]
    card_id = stored[0]["customerPaymentProfileId"]
    assert f'value="{card_id}"' in gateway.open(token).text
    paid = gateway.client.post("/payment/pay", data={"token": token, "paymentProfile": card_id})
    assert "Payment received" in paid.text
    trans_id = next(item["transId"] for item in gateway.unsettled() if item["settleAmount"] == 12)
    shown = gateway.details(trans_id)["transaction"]
    assert shown["profile"] == {"customerProfileId": number, "customerPaymentProfileId": card_id}


def test_without_a_profile_or_without_the_stores_wish_there_is_no_box(gateway):
    number = gateway.profile()
    wished = gateway.token(settings=SAVING)
    assert "Keep this card" not in gateway.open(wished).text
    request = {"transactionType": "authCaptureTransaction", "amount": "10.00", "profile": {"customerProfileId": number}}
    token = gateway.call("getHostedPaymentPageRequest", {"transactionRequest": request})["token"]
    gateway.open(token)
    gateway.pay(token, saveCard="yes")
    assert _cards(gateway, number) == []
    request["profile"] = {"customerProfileId": "1"}
    assert gateway.code(gateway.call("getHostedPaymentPageRequest", {"transactionRequest": request})) == "E00040"
