"""The order of elements in every answer, written by hand, with the names that wrap lists in XML.

In JSON a list stands flat under its own name (``transactions: […]``); in XML each item is wrapped
(``<transactions><transaction>…``). Source: shared/reference/authorize-net.md 3.2, 3.3 and 4; the orders are proved from
outside by the vendor's own reader (``make test-conformance``).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One place in an answer.

    Attributes:
        name: of the element or key.
        holds: the parts inside; empty for a plain value.
        item: what each item of a list is called in XML; empty where there is no wrapper.
        several: a list without a wrapper: in XML the element itself is repeated.
    """

    name: str
    holds: "tuple[Part, ...]" = ()
    item: str = ""
    several: bool = False


def parts(*names: str) -> tuple[Part, ...]:
    """Plain values."""
    return tuple(Part(name) for name in names)


MESSAGES = (Part("resultCode"), Part("message", parts("code", "text"), several=True))
#: Keys that JSON leaks of the gateway's .NET origin; XML has no place for them.
JSON_ONLY = frozenset(
    {
        "SupplementalDataQualificationIndicator",
        "hasReturnedItemsSpecified",
        "settlementTimeLocalSpecified",
        "settlementTimeUTCSpecified",
        "taxExemptSpecified",
    }
)

_NAME_AND_ADDRESS = parts("firstName", "lastName", "company", "address", "city", "state", "zip", "country")
_ADDRESS = (*_NAME_AND_ADDRESS, *parts("phoneNumber", "faxNumber", "email"))
_ADDRESS_WITH_ID = (*_ADDRESS, Part("customerAddressId"))
_PROFILE_IDS = parts("customerProfileId", "customerPaymentProfileId", "customerAddressId")
_AMOUNT = parts("amount", "name", "description")
_MASKED_CARD = parts("cardNumber", "expirationDate", "cardType", "cardArt", "issuerNumber", "isPaymentToken")
_MASKED_BANK = parts("accountType", "routingNumber", "accountNumber", "nameOnAccount", "echeckType", "bankName")
_MASKED_PAYMENT = (Part("creditCard", _MASKED_CARD), Part("bankAccount", _MASKED_BANK))
_USER_FIELDS = Part("userFields", parts("name", "value"), item="userField")

TRANSACTION_RESPONSE = (
    *parts("responseCode", "rawResponseCode", "authCode", "avsResultCode", "cvvResultCode", "cavvResultCode"),
    *parts("transId", "refTransID", "transHash", "testRequest", "accountNumber", "entryMode", "accountType"),
    Part("splitTenderId"),
    Part("prePaidCard", parts("requestedAmount", "approvedAmount", "balanceOnCard")),
    Part("messages", parts("code", "description"), item="message"),
    Part("errors", parts("errorCode", "errorText"), item="error"),
    _USER_FIELDS,
    Part("shipTo", _NAME_AND_ADDRESS),
    Part("transHashSha2"),
    Part("profile", _PROFILE_IDS),
    Part("networkTransId"),
    Part("SupplementalDataQualificationIndicator"),
)
_STATISTIC = parts(
    "accountType",
    "chargeAmount",
    "chargeCount",
    "refundAmount",
    "refundCount",
    "voidCount",
    "declineCount",
    "errorCount",
    "returnedItemAmount",
    "returnedItemCount",
    "chargebackAmount",
    "chargebackCount",
    "correctionNoticeCount",
)
BATCH = (
    *parts("batchId", "settlementTimeUTC", "settlementTimeUTCSpecified", "settlementTimeLocal"),
    *parts("settlementTimeLocalSpecified", "settlementState", "paymentMethod", "marketType", "product"),
    Part("statistics", _STATISTIC, item="statistic"),
)
_LINE_ITEM = parts("itemId", "name", "description", "quantity", "unitPrice", "taxable")
DETAILS = (
    *parts("transId", "refTransId", "splitTenderId", "submitTimeUTC", "submitTimeLocal", "transactionType"),
    *parts("transactionStatus", "responseCode", "responseReasonCode", "subscription", "responseReasonDescription"),
    *parts("authCode", "AVSResponse", "cardCodeResponse", "CAVVResponse", "FDSFilterAction"),
    Part("FDSFilters", parts("name", "action"), item="FDSFilter"),
    Part("batch", BATCH),
    Part("order", parts("invoiceNumber", "description", "purchaseOrderNumber")),
    *parts("requestedAmount", "authAmount", "settleAmount"),
    Part("tax", _AMOUNT),
    Part("shipping", _AMOUNT),
    Part("duty", _AMOUNT),
    Part("lineItems", _LINE_ITEM, item="lineItem"),
    *parts("prepaidBalanceRemaining", "taxExempt", "taxExemptSpecified"),
    Part("payment", _MASKED_PAYMENT),
    Part("customer", parts("type", "id", "email")),
    Part("billTo", _ADDRESS),
    Part("shipTo", _NAME_AND_ADDRESS),
    *parts("recurringBilling", "customerIP", "product", "entryMode", "marketType"),
    Part("profile", _PROFILE_IDS),
    *parts("networkTransId", "originalNetworkTransId", "originalAuthAmount"),
)
SUMMARY = (
    *parts("transId", "submitTimeUTC", "submitTimeLocal", "transactionStatus", "invoiceNumber", "firstName"),
    *parts("lastName", "accountType", "accountNumber", "settleAmount", "marketType", "product"),
    *parts("hasReturnedItems", "hasReturnedItemsSpecified"),
    Part("fraudInformation", (Part("fraudFilterList", item="fraudFilter"), Part("fraudAction"))),
    Part("profile", _PROFILE_IDS),
)
_LIST = (Part("transactions", SUMMARY, item="transaction"), Part("totalNumInResultSet"))
_ID_LISTS = (
    Part("customerPaymentProfileIdList", item="numericString"),
    Part("customerShippingAddressIdList", item="numericString"),
)
_MASKED_PAYMENT_PROFILE = (
    Part("customerType"),
    Part("billTo", _ADDRESS),
    *parts("customerProfileId", "customerPaymentProfileId", "defaultPaymentProfile"),
    Part("payment", _MASKED_PAYMENT),
    *parts("originalNetworkTransId", "originalAuthAmount", "excludeFromAccountUpdater"),
)
_MASKED_PROFILE = (
    *parts("merchantCustomerId", "description", "email", "customerProfileId"),
    Part("paymentProfiles", _MASKED_PAYMENT_PROFILE, several=True),
    Part("shipToList", _ADDRESS_WITH_ID, several=True),
    Part("profileType"),
)
_LISTED_PAYMENT_PROFILE = (
    *parts("defaultPaymentProfile", "customerPaymentProfileId", "customerProfileId"),
    Part("billTo", _ADDRESS),
    Part("payment", _MASKED_PAYMENT),
)
_CREATED_PROFILE = (
    Part("customerProfileId"),
    *_ID_LISTS,
    Part("validationDirectResponseList", item="string"),
)
_MERCHANT = (
    Part("isTestMode"),
    Part("processors", (*parts("name", "id"), Part("cardTypes", item="cardType")), item="processor"),
    *parts("merchantName", "gatewayId"),
    Part("marketTypes", item="marketType"),
    Part("productCodes", item="productCode"),
    Part("paymentMethods", item="paymentMethod"),
    Part("currencies", item="currency"),
    Part("publicClientKey"),
    Part("businessInformation", _ADDRESS),
    Part("merchantTimeZone"),
    Part("contactDetails", parts("email", "firstName", "lastName"), item="contactDetail"),
)
_CHARGED = (
    Part("transactionResponse", TRANSACTION_RESPONSE),
    Part("profileResponse", (Part("messages", MESSAGES), Part("customerProfileId"), *_ID_LISTS)),
)

ANSWERS: dict[str, tuple[Part, ...]] = {
    "ErrorResponse": (),
    "authenticateTestResponse": (),
    "createTransactionResponse": _CHARGED,
    "updateHeldTransactionResponse": _CHARGED[:1],
    "getHostedPaymentPageResponse": parts("token"),
    "getTransactionDetailsResponse": (Part("transaction", DETAILS), *parts("clientId", "transrefId")),
    "getUnsettledTransactionListResponse": _LIST,
    "getTransactionListResponse": _LIST,
    "getSettledBatchListResponse": (Part("batchList", BATCH, item="batch"),),
    "getBatchStatisticsResponse": (Part("batch", BATCH),),
    "getMerchantDetailsResponse": _MERCHANT,
    "createCustomerProfileResponse": _CREATED_PROFILE,
    "getCustomerProfileResponse": (
        Part("profile", _MASKED_PROFILE),
        Part("subscriptionIds", item="subscriptionId"),
    ),
    "getCustomerProfileIdsResponse": (Part("ids", item="numericString"),),
    "updateCustomerProfileResponse": (),
    "deleteCustomerProfileResponse": (),
    "createCustomerPaymentProfileResponse": parts(
        "customerProfileId", "customerPaymentProfileId", "validationDirectResponse"
    ),
    "getCustomerPaymentProfileResponse": (Part("paymentProfile", _MASKED_PAYMENT_PROFILE),),
    "getCustomerPaymentProfileListResponse": (
        Part("totalNumInResultSet"),
        Part("paymentProfiles", _LISTED_PAYMENT_PROFILE, item="paymentProfile"),
    ),
    "updateCustomerPaymentProfileResponse": parts("validationDirectResponse"),
    "deleteCustomerPaymentProfileResponse": (),
    "validateCustomerPaymentProfileResponse": parts("directResponse"),
    "createCustomerShippingAddressResponse": parts("customerProfileId", "customerAddressId"),
    "getCustomerShippingAddressResponse": (Part("defaultShippingAddress"), Part("address", _ADDRESS_WITH_ID)),
    "updateCustomerShippingAddressResponse": (),
    "deleteCustomerShippingAddressResponse": (),
    "getHostedProfilePageResponse": parts("token"),
}
# Two requests share the answer of another.
ANSWER_OF = {
    "createCustomerProfileFromTransactionRequest": "createCustomerProfileResponse",
    "getTransactionListForCustomerRequest": "getTransactionListResponse",
}


def answer_of(request: str) -> str:
    """The name of the answer to a request."""
    return ANSWER_OF.get(request, request.removesuffix("Request") + "Response")
