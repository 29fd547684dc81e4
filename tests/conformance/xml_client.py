"""Drives the stand-in with the vendor's Python client, in XML; runs in an environment of its own, not the project's.

Use: python xml_client.py BASE LOGIN KEY. Writes one JSON object: what each call said, and every complaint that the
client's own log made of an answer (it notices wrong element order only there).
"""

import json
import logging
import sys
import urllib.request

from authorizenet import apicontractsv1 as api
from authorizenet import apicontrollers as controllers

BASE, LOGIN, KEY = sys.argv[1:4]
complaints = []
calling = [""]


class Complaints(logging.Handler):
    """Keeps what the client logs as an error."""

    def emit(self, record):
        complaints.append([calling[-1], record.getMessage()])


logging.getLogger("authorizenet.sdk").addHandler(Complaints(level=logging.WARNING))


def call(name, **fields):
    """One request by its own controller; the answer as the client objectifies it."""
    calling.append(name)
    request = getattr(api, f"{name}Request")()
    request.merchantAuthentication = api.merchantAuthenticationType(name=LOGIN, transactionKey=KEY)
    request.refId = "conformance-1"
    for field, value in fields.items():
        setattr(request, field, value)
    controller = getattr(controllers, f"{name}Controller")(request)
    controller.setenvironment(f"{BASE}/xml/v1/request.api")
    controller.execute()
    return controller.getresponse()


def control(method, path, body=None):
    """One of the stand-in's own hands, such as its clock."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{BASE}{path}", data=data, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def said(answer):
    """The code of the first message, and whether refId came back."""
    if str(getattr(answer, "refId", "")) != "conformance-1":
        complaints.append([calling[-1], "refId is not echoed"])
    return str(answer.messages.message[0].code)


def card(number="4111111111111111", code="900"):
    return api.paymentType(creditCard=api.creditCardType(cardNumber=number, expirationDate="2035-12", cardCode=code))


def address(**changes):
    fields = {"firstName": "Zoë", "lastName": "O'Hale & Söhne", "address": "1 Main St", "zip": "98004"}
    return api.customerAddressType(**(fields | changes))


def purchase(amount, *, kind="authCaptureTransaction", **fields):
    """A charge as the vendor's samples build one."""
    asked = api.transactionRequestType(transactionType=kind, amount=amount)
    asked.payment = fields.get("payment", card())
    asked.order = api.orderType(invoiceNumber=fields.get("invoice", "INV-1"), description="Minutes & more")
    items = api.ArrayOfLineItem()
    items.lineItem.append(
        api.lineItemType(itemId="20", name="Card", description="Minutes", quantity="1", unitPrice=str(amount))
    )
    asked.lineItems = items
    asked.tax = api.extendedAmountType(amount="0.00", name="none", description="no tax")
    asked.customer = api.customerDataType(type="individual", id="C-7", email="anna@example.org")
    asked.billTo = fields.get("bill_to", address())
    asked.shipTo = api.nameAndAddressType(firstName="Anna", city="Seattle")
    settings = api.ArrayOfSetting()
    settings.setting.append(api.settingType(settingName="duplicateWindow", settingValue="300"))
    asked.transactionSettings = settings
    if fields.get("keep"):
        asked.profile = api.customerProfilePaymentType(createProfile=True)
    return call("createTransaction", transactionRequest=asked)


def on(kind, trans_id, amount=None, last_four=None):
    """A void, capture or refund of a transaction."""
    asked = api.transactionRequestType(transactionType=kind)
    if amount is not None:
        asked.amount = amount
    if last_four:
        asked.payment = api.paymentType(creditCard=api.creditCardType(cardNumber=last_four, expirationDate="XXXX"))
    asked.refTransId = str(trans_id)
    return call("createTransaction", transactionRequest=asked)


def response(answer):
    """Response code and transaction number."""
    told = answer.transactionResponse
    return [str(told.responseCode), str(told.transId)]


def error(answer):
    return str(answer.transactionResponse.errors.error[0].errorCode)


def details(trans_id):
    return call("getTransactionDetails", transId=str(trans_id)).transaction


def status(trans_id):
    return str(details(trans_id).transactionStatus)


def money():
    """Charges, captures, voids, declines, holds, duplicates."""
    out = {}
    bought = response(purchase("12.50"))
    out["bought"] = bought[0]
    shown = details(bought[1])
    out["details"] = [str(shown.transactionStatus), str(shown.order.invoiceNumber), f"{float(shown.authAmount):.2f}"]
    out["line"] = str(shown.lineItems.lineItem[0].itemId)
    out["duplicate"] = error(purchase("12.50"))
    out["duplicate_names_first"] = response(purchase("12.50"))[1] == bought[1]
    declined = purchase("1.00", invoice="INV-2", bill_to=address(zip="46282"))
    out["declined"] = [response(declined)[0], str(declined.messages.resultCode), error(declined)]
    held = response(purchase("2.00", invoice="INV-3", bill_to=address(zip="46299")))
    out["held"] = [held[0], status(held[1])]
    waiting = call("getUnsettledTransactionList", status="pendingApproval")
    out["pending_approval"] = str(waiting.transactions.transaction[0].transId) == held[1]
    review = api.heldTransactionRequestType(action="approve", refTransId=held[1])
    out["approved"] = response(call("updateHeldTransaction", heldTransactionRequest=review))[0]
    authorized = response(purchase("30.00", kind="authOnlyTransaction", invoice="INV-4"))[1]
    out["capture_too_much"] = error(on("priorAuthCaptureTransaction", authorized, "30.01"))
    out["captured"] = response(on("priorAuthCaptureTransaction", authorized, "25.00")) == ["1", authorized]
    out["early_refund"] = error(on("refundTransaction", bought[1], "1.00", "1111"))
    gone = response(purchase("3.00", invoice="INV-5"))[1]
    out["voided"] = [response(on("voidTransaction", gone))[1] == gone, status(gone)]
    wrong = purchase("1.00", invoice="INV-6", payment=card("4242424242424242"))
    out["unpublished_card"] = [str(wrong.messages.message[0].code), error(wrong)]
    return out, bought[1], authorized


def settled(bought, authorized):
    """A day later: batches, statistics, refunds."""
    control("PUT", "/_standin/clock", {"advance_seconds": 86_400})
    out = {"settled": [status(bought), status(authorized)]}
    batches = call("getSettledBatchList", includeStatistics=True)
    batch = batches.batchList.batch[0]
    line = next(one for one in batch.statistics.statistic if str(one.accountType) == "Visa")
    out["statistics"] = [f"{float(line.chargeAmount):.2f}", int(line.chargeCount), int(line.voidCount)]
    one = call("getBatchStatistics", batchId=str(batch.batchId))
    out["one_batch"] = str(one.batch.batchId) == str(batch.batchId)
    listed = call(
        "getTransactionList",
        batchId=str(batch.batchId),
        sorting=api.TransactionListSorting(orderBy="submitTimeUTC", orderDescending=True),
        paging=api.Paging(limit="2", offset="1"),
    )
    out["page"] = [len(listed.transactions.transaction), int(listed.totalNumInResultSet) > 2]
    out["wrong_last_four"] = error(on("refundTransaction", bought, "1.00", "0027"))
    refund = response(on("refundTransaction", bought, "12.00", "1111"))
    out["refunded"] = [refund[0], str(details(refund[1]).refTransId) == bought]
    out["too_much"] = error(on("refundTransaction", bought, "0.51", "1111"))
    out["rest"] = response(on("refundTransaction", authorized, "25.00", "1111"))[0]
    out["merchant"] = str(call("getMerchantDetails").currencies.currency[0])
    return out


def people():
    """Customer profiles from the first to the last call."""
    out = {}
    bought = purchase("5.00", invoice="INV-7", keep=True)
    profile_id = str(bought.profileResponse.customerProfileId)
    out["kept"] = str(bought.profileResponse.messages.resultCode)
    profile = api.customerProfileType(merchantCustomerId="C-9", description="regular", email="olga@example.org")
    paid = api.customerPaymentProfileType(customerType="individual", billTo=address(), payment=card())
    profile.paymentProfiles.append(paid)
    made = call("createCustomerProfile", profile=profile, validationMode="liveMode")
    second = str(made.customerProfileId)
    out["created"] = [said(made), len(made.customerPaymentProfileIdList.numericString)]
    out["again"] = said(
        call(
            "createCustomerProfile",
            profile=api.customerProfileType(merchantCustomerId="C-9", description="regular", email="olga@example.org"),
        )
    )
    more = api.customerPaymentProfileType(payment=card("5424000000000015"), billTo=address())
    added = call("createCustomerPaymentProfile", customerProfileId=second, paymentProfile=more)
    out["added"] = said(added)
    shown = call("getCustomerProfile", customerProfileId=second).profile
    out["masked"] = [str(one.payment.creditCard.cardNumber) for one in shown.paymentProfiles]
    card_id = str(shown.paymentProfiles[0].customerPaymentProfileId)
    asked = api.transactionRequestType(transactionType="authCaptureTransaction", amount="7.00")
    asked.profile = api.customerProfilePaymentType(customerProfileId=second)
    asked.profile.paymentProfile = api.paymentProfile(paymentProfileId=card_id)
    charged = call("createTransaction", transactionRequest=asked)
    out["by_profile"] = [response(charged)[0], str(charged.transactionResponse.profile.customerProfileId) == second]
    listed = call("getTransactionListForCustomer", customerProfileId=second)
    out["for_customer"] = int(listed.totalNumInResultSet)
    one = call("getCustomerPaymentProfile", customerProfileId=second, customerPaymentProfileId=card_id)
    out["unmasked"] = str(one.paymentProfile.payment.creditCard.expirationDate)
    tried = call(
        "validateCustomerPaymentProfile",
        customerProfileId=second,
        customerPaymentProfileId=card_id,
        validationMode="testMode",
    )
    out["validated"] = said(tried)
    changed = api.customerPaymentProfileExType(
        billTo=address(zip="10001"),
        payment=api.paymentType(creditCard=api.creditCardType(cardNumber="XXXX1111", expirationDate="XXXX")),
        customerPaymentProfileId=card_id,
    )
    out["changed"] = said(call("updateCustomerPaymentProfile", customerProfileId=second, paymentProfile=changed))
    ship = call("createCustomerShippingAddress", customerProfileId=second, address=address(city="Oslo"))
    got = call("getCustomerShippingAddress", customerProfileId=second, customerAddressId=str(ship.customerAddressId))
    out["shipping"] = str(got.address.city)
    out["unshipped"] = said(
        call("deleteCustomerShippingAddress", customerProfileId=second, customerAddressId=str(ship.customerAddressId))
    )
    named = api.customerProfileExType(merchantCustomerId="C-9", email="olga2@example.org", customerProfileId=second)
    out["renamed"] = said(call("updateCustomerProfile", profile=named))
    out["ids"] = len(call("getCustomerProfileIds").ids.numericString)
    out["uncarded"] = said(
        call("deleteCustomerPaymentProfile", customerProfileId=second, customerPaymentProfileId=card_id)
    )
    setting = api.settingType(settingName="hostedProfileReturnUrl", settingValue="http://127.0.0.1:8000/back/")
    hosted = api.ArrayOfSetting()
    hosted.setting.append(setting)
    page = call("getHostedProfilePage", customerProfileId=second, hostedProfileSettings=hosted)
    out["profile_page"] = len(str(page.token)) > 200
    out["deleted"] = [said(call("deleteCustomerProfile", customerProfileId=one)) for one in (profile_id, second)]
    out["gone"] = said(call("getCustomerProfile", customerProfileId=second))
    return out


def hosted_and_errors():
    """A token of the payment form, and what errors look like."""
    settings = api.ArrayOfSetting()
    back = {"showReceipt": False, "url": "http://127.0.0.1:8000/back/", "cancelUrl": "http://127.0.0.1:8000/cancel/"}
    settings.setting.append(api.settingType(settingName="hostedPaymentReturnOptions", settingValue=json.dumps(back)))
    asked = api.transactionRequestType(transactionType="authCaptureTransaction", amount="20.00")
    page = call("getHostedPaymentPage", transactionRequest=asked, hostedPaymentSettings=settings)
    out = {"payment_page": [said(page), len(str(page.token)) > 200]}
    out["not_found"] = said(call("getTransactionDetails", transId="120000000000"))
    global KEY  # noqa: PLW0603 - one call with a wrong key
    right, KEY = KEY, "test-wrong"
    out["wrong_key"] = said(call("authenticateTest"))
    KEY = right
    out["right_key"] = said(call("authenticateTest"))
    return out


def main():
    first, bought, authorized = money()
    told = {"money": first, "settled": settled(bought, authorized), "people": people(), "rest": hosted_and_errors()}
    sys.stdout.write(json.dumps(told | {"complaints": complaints}))


main()
