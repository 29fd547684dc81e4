"""The order of elements in every request the stand-in takes, written by hand.

Source: shared/reference/authorize-net.md, 1.2 and 3.3 (read from AnetApiSchema.xsd). JSON keys must come in
exactly this order; absent optional elements are skipped.
"""

from crystalcall.payments.standin.schema import Anything, Element, Group, Text

AMOUNT = Text(shape=r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+", type_name="Decimal")
BOOLEAN = Text(shape="true|false|0|1", type_name="Boolean")
NUMERIC = Text(shape="[0-9]+", type_name="numericString")
ANYTHING = Anything()
FREE = Text()


def _text(name: str, longest: int | None = None) -> Element:
    return Element(name, Text(longest=longest))


def _amount(name: str, *, required: bool = False) -> Element:
    return Element(name, AMOUNT, required=required)


def _unread(*names: str) -> tuple[Element, ...]:
    return tuple(Element(name, ANYTHING) for name in names)


ADDRESS = (
    _text("firstName", 50),
    _text("lastName", 50),
    _text("company", 50),
    _text("address", 60),
    _text("city", 40),
    _text("state", 40),
    _text("zip", 20),
    _text("country", 60),
)
SETTING = Element("setting", Group((_text("settingName"), _text("settingValue"))), repeated=True)
EXTENDED_AMOUNT = Group((_amount("amount", required=True), _text("name", 31), _text("description", 255)))

CREDIT_CARD = Group(
    (
        Element("cardNumber", Text(longest=16, shortest=4), required=True),
        Element("expirationDate", Text(longest=7, shortest=4), required=True),
        Element("cardCode", Text(shape="[0-9]{3,4}", type_name="cardCode")),
        *_unread("isPaymentToken", "cryptogram", "tokenRequestorName", "tokenRequestorId", "tokenRequestorEci"),
    )
)
LINE_ITEM = Group(
    (
        Element("itemId", Text(longest=31, shortest=1), required=True),
        Element("name", Text(longest=31, shortest=1), required=True),
        _text("description", 255),
        _amount("quantity", required=True),
        _amount("unitPrice", required=True),
        Element("taxable", BOOLEAN),
    )
)
PAYMENT = Element(
    "payment",
    Group(
        (Element("creditCard", CREDIT_CARD), *_unread("bankAccount", "trackData", "encryptedTrackData", "payPal")),
    ),
)
PROFILE = Element(
    "profile",
    Group(
        (
            Element("createProfile", BOOLEAN),
            Element("customerProfileId", NUMERIC),
            Element(
                "paymentProfile",
                Group((Element("paymentProfileId", NUMERIC, required=True), _text("cardCode", 4))),
            ),
            Element("shippingProfileId", NUMERIC),
        )
    ),
)
USER_FIELD = Element("userField", Group((_text("name"), _text("value"))), repeated=True)

TRANSACTION_REQUEST = Group(
    (
        Element("transactionType", FREE, required=True),
        _amount("amount"),
        _text("currencyCode"),
        PAYMENT,
        PROFILE,
        *_unread("solution", "callId", "terminalNumber"),
        _text("authCode"),
        Element("refTransId", NUMERIC),
        _text("splitTenderId"),
        Element("order", Group((_text("invoiceNumber", 20), _text("description", 255)))),
        Element("lineItems", Group((Element("lineItem", LINE_ITEM, repeated=True),))),
        Element("tax", EXTENDED_AMOUNT),
        Element("duty", EXTENDED_AMOUNT),
        Element("shipping", EXTENDED_AMOUNT),
        Element("taxExempt", BOOLEAN),
        _text("poNumber"),
        Element(
            "customer",
            Group(
                (
                    Element("type", Text(shape="individual|business", type_name="customerTypeEnum")),
                    _text("id", 20),
                    _text("email", 255),
                    *_unread("driversLicense", "taxId"),
                )
            ),
        ),
        Element("billTo", Group((*ADDRESS, _text("phoneNumber", 25), _text("faxNumber", 25), _text("email", 255)))),
        Element("shipTo", Group(ADDRESS)),
        _text("customerIP"),
        *_unread("cardholderAuthentication", "retail", "employeeId"),
        Element("transactionSettings", Group((SETTING,))),
        Element("userFields", Group((USER_FIELD,))),
        *_unread("surcharge", "merchantDescriptor", "subMerchant", "tip", "processingOptions"),
        *_unread("subsequentAuthInformation", "otherTax", "shipFrom", "authorizationIndicatorType"),
    )
)

# Every request starts with these three, then its own body.
ENVELOPE = (
    Element("merchantAuthentication", Group((_text("name", 25), _text("transactionKey", 16))), required=True),
    _text("clientId", 30),
    _text("refId", 20),
)
PAGING = Group(
    (
        Element("limit", Text(shape="[1-9][0-9]{0,2}|1000", type_name="limit"), required=True),
        Element("offset", Text(shape="[1-9][0-9]{0,4}|100000", type_name="offset"), required=True),
    )
)
SORTING = Group(
    (
        Element("orderBy", Text(shape="id|submitTimeUTC", type_name="orderFieldEnum"), required=True),
        Element("orderDescending", BOOLEAN, required=True),
    )
)
HELD_TRANSACTION = Group(
    (
        Element("action", Text(shape="approve|decline", type_name="afdsTransactionEnum"), required=True),
        Element("refTransId", NUMERIC, required=True),
    )
)
REQUESTS: dict[str, Group] = {
    "getHostedPaymentPageRequest": Group(
        (
            *ENVELOPE,
            Element("transactionRequest", TRANSACTION_REQUEST, required=True),
            Element("hostedPaymentSettings", Group((SETTING,))),
        )
    ),
    "createTransactionRequest": Group(
        (*ENVELOPE, Element("transactionRequest", TRANSACTION_REQUEST, required=True)),
    ),
    "getTransactionDetailsRequest": Group((*ENVELOPE, Element("transId", NUMERIC, required=True))),
    "getUnsettledTransactionListRequest": Group(
        (
            *ENVELOPE,
            Element("status", Text(shape="any|pendingApproval", type_name="TransactionGroupStatusEnum")),
            Element("sorting", SORTING),
            Element("paging", PAGING),
        )
    ),
    "getMerchantDetailsRequest": Group(ENVELOPE),
    "updateHeldTransactionRequest": Group(
        (*ENVELOPE, Element("heldTransactionRequest", HELD_TRANSACTION, required=True)),
    ),
}

# Methods that exist at Authorize.Net and not (yet) here: a caller deserves to know the difference from a typo.
ELSEWHERE = frozenset(
    {
        "authenticateTestRequest",
        "createCustomerProfileFromTransactionRequest",
        "createCustomerProfileRequest",
        "deleteCustomerPaymentProfileRequest",
        "deleteCustomerProfileRequest",
        "getCustomerPaymentProfileRequest",
        "getCustomerProfileRequest",
        "getHostedProfilePageRequest",
        "getSettledBatchListRequest",
        "getTransactionListRequest",
    }
)
