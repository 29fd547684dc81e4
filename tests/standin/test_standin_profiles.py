"""Customer profiles: kept, shown masked, charged, changed, deleted; their codes and their events."""

import pytest

MASTERCARD = "5424000000000015"
PUBLISHED = (
    "4111111111111111",
    "4007000000027",
    "4012888818888",
    "5424000000000015",
    "2223000010309703",
    "2223000010309711",
    "370000000000002",
    "6011000000000012",
    "3088000000000017",
    "38000000000006",
    "6221499053360818",
)


@pytest.fixture
def hooked(gateway):
    """A gateway whose webhook hears of customers too."""
    hook = gateway.rest("GET", "/webhooks").json()[0]
    events = [item["name"] for item in gateway.rest("GET", "/eventtypes").json()]
    assert gateway.rest("PUT", f"/webhooks/{hook['webhookId']}", json={"eventTypes": events}).status_code == 200
    return gateway


def _get(gateway, **by):
    return gateway.call("getCustomerProfileRequest", by)


def _whole(**changes):
    card = {"creditCard": {"cardNumber": "4111111111111111", "expirationDate": "2030-12"}}
    return {
        "merchantCustomerId": "C-1",
        "description": "regular",
        "email": "anna@example.org",
        "paymentProfiles": [{"customerType": "individual", "billTo": {"firstName": "Anna"}, "payment": card}],
        "shipToList": [{"firstName": "Anna", "city": "Oslo"}],
    } | changes


def test_a_profile_is_made_with_card_and_address_at_once_and_shown_masked(hooked, card_numbers):
    made = hooked.call("createCustomerProfileRequest", {"profile": _whole(), "validationMode": "testMode"})
    assert hooked.code(made) == "I00001"
    card_id, address_id = made["customerPaymentProfileIdList"][0], made["customerShippingAddressIdList"][0]
    assert made["validationDirectResponseList"][0].startswith("1,1,1,This transaction has been approved.,")
    shown = _get(hooked, customerProfileId=made["customerProfileId"])["profile"]
    assert shown == {
        "merchantCustomerId": "C-1",
        "description": "regular",
        "email": "anna@example.org",
        "customerProfileId": made["customerProfileId"],
        "paymentProfiles": [
            {
                "customerType": "individual",
                "billTo": {"firstName": "Anna"},
                "customerPaymentProfileId": card_id,
                "payment": {
                    "creditCard": {"cardNumber": "XXXX1111", "expirationDate": "XXXX", "cardType": "Visa"},
                },
            }
        ],
        "shipToList": [{"firstName": "Anna", "city": "Oslo", "customerAddressId": address_id}],
        "profileType": "regular",
    }
    unmasked = _get(hooked, customerProfileId=made["customerProfileId"], unmaskExpirationDate=True)
    assert unmasked["profile"]["paymentProfiles"][0]["payment"]["creditCard"]["expirationDate"] == "2030-12"
    hooked.deliver()
    assert hooked.inbox.events == ["customer.paymentProfile.created", "customer.created"]
    assert hooked.inbox.payloads[1]["paymentProfiles"] == [{"id": card_id, "customerType": "individual"}]
    assert hooked.inbox.payloads[0]["customerProfileId"] == int(made["customerProfileId"])
    assert card_numbers(str(hooked.inbox.requests)) == []


def test_a_profile_is_found_by_number_by_the_merchants_own_id_and_by_e_mail(gateway):
    number = gateway.profile(merchantCustomerId="C-1", email="anna@example.org")
    for by in ({"customerProfileId": number}, {"merchantCustomerId": "C-1"}, {"email": "anna@example.org"}):
        assert _get(gateway, **by)["profile"]["customerProfileId"] == number
    assert gateway.code(_get(gateway, email="nobody@example.org")) == "E00040"
    assert gateway.code(_get(gateway)) == "E00040"
    assert gateway.call("getCustomerProfileIdsRequest")["ids"] == [number]


def test_the_same_three_words_are_e00039_with_the_number_and_none_at_all_e00041(gateway):
    number = gateway.profile(merchantCustomerId="C-1", email="anna@example.org")
    again = {"profile": {"merchantCustomerId": "C-1", "email": "anna@example.org"}}
    answer = gateway.call("createCustomerProfileRequest", again)
    assert gateway.code(answer) == "E00039"
    assert number in answer["messages"]["message"][0]["text"]
    assert answer["customerPaymentProfileIdList"] == []
    gateway.profile(merchantCustomerId="C-1", email="other@example.org")
    assert gateway.code(gateway.call("createCustomerProfileRequest", {"profile": {}})) == "E00041"


def test_of_a_profile_that_cannot_be_made_whole_nothing_is_made(gateway):
    bad = {"creditCard": {"cardNumber": "4242424242424242", "expirationDate": "2030-12"}}
    answer = gateway.call("createCustomerProfileRequest", {"profile": _whole(paymentProfiles=[{"payment": bad}])})
    assert gateway.code(answer) == "E00013"
    declined = _whole()
    declined["paymentProfiles"][0]["billTo"] = {"zip": "46282"}
    answer = gateway.call("createCustomerProfileRequest", {"profile": declined, "validationMode": "liveMode"})
    assert gateway.code(answer) == "E00027"
    assert gateway.call("getCustomerProfileIdsRequest")["ids"] == []
    assert gateway.code(gateway.call("createCustomerProfileRequest", {"profile": declined})) == "I00001"


def test_ten_cards_and_no_more_and_none_twice(gateway):
    number = gateway.profile()
    for card in PUBLISHED[:10]:
        gateway.card(number, card)
    one_more = {"payment": {"creditCard": {"cardNumber": PUBLISHED[10], "expirationDate": "2030-12"}}}
    answer = gateway.call(
        "createCustomerPaymentProfileRequest", {"customerProfileId": number, "paymentProfile": one_more}
    )
    assert gateway.code(answer) == "E00042"
    same = {
        "billTo": {"firstName": "Anna", "zip": "10001"},
        "payment": {"creditCard": {"cardNumber": PUBLISHED[0], "expirationDate": "2031-01"}},
    }
    answer = gateway.call("createCustomerPaymentProfileRequest", {"customerProfileId": number, "paymentProfile": same})
    assert gateway.code(answer) == "E00039"
    stored = _get(gateway, customerProfileId=number)["profile"]["paymentProfiles"]
    assert answer["customerPaymentProfileId"] == stored[0]["customerPaymentProfileId"]
    assert len(stored) == 10


def test_a_card_is_changed_by_its_masked_values_or_by_new_ones(hooked):
    number = hooked.profile()
    card_id = hooked.card(number)
    masked = {"creditCard": {"cardNumber": "XXXX1111", "expirationDate": "XXXX"}}

    def change(payment, **more):
        paid = more | {"payment": payment, "customerPaymentProfileId": card_id}
        body = {"customerProfileId": number, "paymentProfile": paid}
        return hooked.code(hooked.call("updateCustomerPaymentProfileRequest", body))

    assert change(masked, billTo={"firstName": "Olga"}) == "I00001"
    by = {"customerProfileId": number, "customerPaymentProfileId": card_id, "unmaskExpirationDate": "true"}
    shown = hooked.call("getCustomerPaymentProfileRequest", by)["paymentProfile"]
    assert shown["billTo"] == {"firstName": "Olga"}
    assert shown["payment"]["creditCard"] == {
        "cardNumber": "XXXX1111",
        "expirationDate": "2030-12",
        "cardType": "Visa",
    }
    assert change({"creditCard": {"cardNumber": MASTERCARD, "expirationDate": "0131"}}) == "I00001"
    assert hooked.call("getCustomerPaymentProfileRequest", by)["paymentProfile"]["payment"]["creditCard"] == {
        "cardNumber": "XXXX0015",
        "expirationDate": "2031-01",
        "cardType": "MasterCard",
    }
    assert change({"creditCard": {"cardNumber": "XXXX1111", "expirationDate": "XXXX"}}) == "E00013"
    assert change({"creditCard": {"cardNumber": MASTERCARD, "expirationDate": "2020-01"}}) == "E00013"
    hooked.deliver()
    assert hooked.inbox.events.count("customer.paymentProfile.updated") == 2


def test_one_card_is_the_default_and_a_new_one_takes_its_place(gateway):
    number = gateway.profile()
    first = gateway.card(number, defaultPaymentProfile=True)
    second = gateway.card(number, MASTERCARD, defaultPaymentProfile=True)
    stored = _get(gateway, customerProfileId=number)["profile"]["paymentProfiles"]
    defaults = {one["customerPaymentProfileId"]: one.get("defaultPaymentProfile", False) for one in stored}
    assert defaults == {first: False, second: True}
    default = gateway.call("getCustomerPaymentProfileRequest", {"customerProfileId": number})
    assert default["paymentProfile"]["customerPaymentProfileId"] == second


@pytest.mark.parametrize(
    ("mode", "zip_code", "code", "direct"),
    [
        ("testMode", "46282", "I00001", "1,"),
        ("liveMode", "46282", "E00027", "2,"),
        ("liveMode", "10001", "I00001", "1,"),
        ("oldLiveMode", "10001", "I00001", "1,"),
        ("none", "46282", "I00001", None),
    ],
)
def test_a_stored_card_is_tried_as_the_mode_says(gateway, mode, zip_code, code, direct):
    number = gateway.profile()
    card_id = gateway.card(number, billTo={"zip": zip_code})
    by = {"customerProfileId": number, "customerPaymentProfileId": card_id, "validationMode": mode}
    answer = gateway.call("validateCustomerPaymentProfileRequest", by)
    assert gateway.code(answer) == code
    if direct is None:
        assert "directResponse" not in answer
    else:
        assert answer["directResponse"].startswith(direct)
        assert len(answer["directResponse"].split(",")) == 68
        assert gateway.unsettled() == []


def test_a_stored_card_is_charged_and_the_profile_goes_with_the_transaction(gateway):
    number = gateway.profile(merchantCustomerId="C-1", email="anna@example.org")
    card_id = gateway.card(number)
    profile = {"customerProfileId": number, "paymentProfile": {"paymentProfileId": card_id, "cardCode": "901"}}
    told = gateway.charge(profile=profile, payment=None, billTo=None)["transactionResponse"]
    assert (told["responseCode"], told["cvvResultCode"], told["accountNumber"]) == ("1", "N", "XXXX1111")
    ids = {"customerProfileId": number, "customerPaymentProfileId": card_id}
    assert told["profile"] == ids
    shown = gateway.details(told["transId"])["transaction"]
    assert shown["profile"] == ids
    assert shown["customer"] == {"type": "individual", "id": "C-1", "email": "anna@example.org"}
    assert shown["billTo"] == {"firstName": "Anna", "zip": "10001"}
    listed = gateway.call("getTransactionListForCustomerRequest", {"customerProfileId": number})
    assert [item["transId"] for item in listed["transactions"]] == [told["transId"]]
    assert listed["transactions"][0]["profile"] == ids
    elsewhere = {"customerProfileId": number, "customerPaymentProfileId": "1"}
    assert gateway.code(gateway.call("getTransactionListForCustomerRequest", elsewhere)) == "I00004"


def test_a_stored_card_of_another_profile_or_an_expired_one_charges_nothing(gateway):
    number, other = gateway.profile(), gateway.profile(email="other@example.org")
    card_id = gateway.card(number)

    def charge(profile_id):
        profile = {"customerProfileId": profile_id, "paymentProfile": {"paymentProfileId": card_id}}
        return gateway.charge(profile=profile, payment=None, billTo=None)

    assert gateway.code(charge(other)) == "E00040"
    gateway.clock.advance(days=365 * 5)
    assert gateway.error(charge(number)) == "8"
    assert gateway.unsettled() == []


def test_a_refund_may_name_the_stored_card_and_works_by_last_four_after_it_is_gone(gateway):
    number = gateway.profile()
    profile = {"customerProfileId": number, "paymentProfile": {"paymentProfileId": gateway.card(number)}}
    paid = gateway.charged(profile=profile, payment=None, billTo=None)
    gateway.settle()
    by_card = {"transactionType": "refundTransaction", "amount": "1.00", "profile": profile, "refTransId": paid}
    assert gateway.transact(by_card)["transactionResponse"]["responseCode"] == "1"
    assert gateway.code(gateway.call("deleteCustomerProfileRequest", {"customerProfileId": number})) == "I00001"
    assert gateway.error(gateway.transact(by_card)) == "54"
    assert gateway.refund(paid, "2.00")["transactionResponse"]["responseCode"] == "1"


def test_a_charge_may_make_a_profile_along_the_way(hooked):
    answer = hooked.charge(profile={"createProfile": True}, customer={"id": "C-9", "email": "olga@example.org"})
    made = answer["profileResponse"]
    assert made["messages"]["resultCode"] == "Ok"
    assert answer["transactionResponse"]["profile"]["customerProfileId"] == made["customerProfileId"]
    shown = _get(hooked, merchantCustomerId="C-9")["profile"]["paymentProfiles"][0]
    assert shown["originalNetworkTransId"] == answer["transactionResponse"]["networkTransId"]
    assert shown["originalAuthAmount"] == 10.0
    again = hooked.charge(
        amount="2.00", profile={"createProfile": True}, customer={"id": "C-9", "email": "olga@example.org"}
    )
    assert again["transactionResponse"]["responseCode"] == "1"
    assert again["profileResponse"]["messages"]["message"][0]["code"] == "E00039"
    declined = hooked.charge(amount="3.00", profile={"createProfile": True}, billTo={"zip": "46282"})
    assert "profileResponse" not in declined


def test_a_profile_is_made_from_an_approved_transaction(gateway):
    paid = gateway.charged(customer={"id": "C-1", "email": "anna@example.org"}, shipTo={"city": "Oslo"})
    made = gateway.call("createCustomerProfileFromTransactionRequest", {"transId": paid})
    assert (len(made["customerPaymentProfileIdList"]), len(made["customerShippingAddressIdList"])) == (1, 1)
    shown = _get(gateway, customerProfileId=made["customerProfileId"])["profile"]
    assert (shown["merchantCustomerId"], shown["email"]) == ("C-1", "anna@example.org")
    card_id = made["customerPaymentProfileIdList"][0]
    profile = {"customerProfileId": made["customerProfileId"], "paymentProfile": {"paymentProfileId": card_id}}
    gateway.charged(profile=profile, payment=None, billTo=None)
    body = {"transId": paid, "customerProfileId": made["customerProfileId"]}
    assert gateway.code(gateway.call("createCustomerProfileFromTransactionRequest", body)) == "E00039"


def test_a_transaction_that_cannot_make_a_profile_says_why(gateway):
    nobody = gateway.charged()
    declined = gateway.charge(amount="2.00", billTo={"zip": "46282"})["transactionResponse"]["transId"]
    for trans_id, code in ((nobody, "E00102"), (declined, "E00100"), ("120000000000", "E00099")):
        body = {"transId": trans_id}
        assert gateway.code(gateway.call("createCustomerProfileFromTransactionRequest", body)) == code
    body = {"transId": nobody, "customerProfileId": "1"}
    assert gateway.code(gateway.call("createCustomerProfileFromTransactionRequest", body)) == "E00040"
    named = {"transId": nobody, "customer": {"email": "anna@example.org"}}
    assert gateway.code(gateway.call("createCustomerProfileFromTransactionRequest", named)) == "I00001"


def test_a_profile_is_changed_and_may_not_become_another(gateway):
    first = gateway.profile(email="anna@example.org")
    gateway.profile(email="olga@example.org")

    def change(**who):
        return gateway.code(gateway.call("updateCustomerProfileRequest", {"profile": who}))

    assert change(email="anna2@example.org", customerProfileId=first) == "I00001"
    assert change(email="olga@example.org", customerProfileId=first) == "E00039"
    assert change(customerProfileId=first) == "E00041"
    assert change(email="x@example.org", customerProfileId="1") == "E00040"
    assert _get(gateway, customerProfileId=first)["profile"]["email"] == "anna2@example.org"


def test_deletion_takes_cards_and_addresses_along_and_leaves_the_transactions(hooked):
    number = hooked.profile()
    card_id = hooked.card(number)
    profile = {"customerProfileId": number, "paymentProfile": {"paymentProfileId": card_id}}
    paid = hooked.charged(profile=profile, payment=None, billTo=None)
    ids = {"customerProfileId": number, "customerPaymentProfileId": card_id}
    second = hooked.card(number, MASTERCARD)
    gone = {"customerProfileId": number, "customerPaymentProfileId": second}
    assert hooked.code(hooked.call("deleteCustomerPaymentProfileRequest", gone)) == "I00001"
    assert hooked.code(hooked.call("deleteCustomerPaymentProfileRequest", gone)) == "E00040"
    assert hooked.code(hooked.call("deleteCustomerProfileRequest", {"customerProfileId": number})) == "I00001"
    assert hooked.code(hooked.call("deleteCustomerProfileRequest", {"customerProfileId": number})) == "E00040"
    assert hooked.code(hooked.call("getCustomerPaymentProfileRequest", ids)) == "E00040"
    assert hooked.status(paid) == "capturedPendingSettlement"
    hooked.deliver()
    assert hooked.inbox.events[-2:] == ["customer.paymentProfile.deleted", "customer.deleted"]


def test_shipping_addresses_are_kept_changed_and_deleted(gateway):
    number = gateway.profile()
    address = {"firstName": "Anna", "city": "Oslo", "phoneNumber": "555"}
    body = {"customerProfileId": number, "address": address, "defaultShippingAddress": True}
    made = gateway.call("createCustomerShippingAddressRequest", body)
    by = {"customerProfileId": number, "customerAddressId": made["customerAddressId"]}
    again = gateway.call("createCustomerShippingAddressRequest", body)
    assert (gateway.code(again), again["customerAddressId"]) == ("E00039", made["customerAddressId"])
    shown = gateway.call("getCustomerShippingAddressRequest", {"customerProfileId": number})
    assert shown["defaultShippingAddress"] is True
    assert shown["address"] == address | {"customerAddressId": made["customerAddressId"]}
    changed = {
        "customerProfileId": number,
        "address": {"city": "Bergen"} | {"customerAddressId": by["customerAddressId"]},
    }
    assert gateway.code(gateway.call("updateCustomerShippingAddressRequest", changed)) == "I00001"
    assert gateway.call("getCustomerShippingAddressRequest", by)["address"]["city"] == "Bergen"
    assert gateway.code(gateway.call("deleteCustomerShippingAddressRequest", by)) == "I00001"
    for method in ("get", "delete"):
        assert gateway.code(gateway.call(f"{method}CustomerShippingAddressRequest", by)) == "E00040"


def test_cards_that_expire_in_a_month_are_listed(gateway):
    number = gateway.profile()
    card_id = gateway.card(number)
    body = {"searchType": "cardsExpiringInMonth", "month": "2030-12", "paging": {"limit": 10, "offset": 1}}
    listed = gateway.call("getCustomerPaymentProfileListRequest", body)
    assert listed["totalNumInResultSet"] == 1
    assert listed["paymentProfiles"][0]["customerPaymentProfileId"] == int(card_id)
    body["month"] = "2031-01"
    assert gateway.code(gateway.call("getCustomerPaymentProfileListRequest", body)) == "I00004"


def test_profiles_that_are_not_enabled_are_e00044(gateway):
    gateway.switch(customer_profiles=False)
    assert gateway.code(gateway.call("getCustomerProfileIdsRequest")) == "E00044"
    assert gateway.code(gateway.call("deleteCustomerProfileRequest", {"customerProfileId": "1"})) == "E00044"


def test_an_inactive_account_is_e00008_everywhere(gateway):
    gateway.switch(account="inactive")
    assert gateway.code(gateway.charge()) == "E00008"
    assert gateway.code(gateway.call("getMerchantDetailsRequest")) == "E00008"
