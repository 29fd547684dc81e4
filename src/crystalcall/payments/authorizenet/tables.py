"""The order in which Authorize.Net wants its elements, and how long each may be.

Its JSON is turned into XML on arrival, so the order of keys is part of the protocol. Source: AnetApiSchema.xsd of
2026-02-18 (reference, section 1.2); only what this client sends is here, so a slip cannot send anything else.
"""

from collections.abc import Mapping, Sequence

Tree = Mapping[str, object]

#: Every request begins with these.
_ENVELOPE = ("merchantAuthentication", "clientId", "refId")

ORDER: Mapping[str, tuple[str, ...]] = {
    "getHostedPaymentPageRequest": (*_ENVELOPE, "transactionRequest", "hostedPaymentSettings"),
    "createTransactionRequest": (*_ENVELOPE, "transactionRequest"),
    "getTransactionDetailsRequest": (*_ENVELOPE, "transId"),
    "getUnsettledTransactionListRequest": (*_ENVELOPE, "status", "sorting", "paging"),
    "getMerchantDetailsRequest": _ENVELOPE,
    "merchantAuthentication": ("name", "transactionKey"),
    "transactionRequest": (
        "transactionType",
        "amount",
        "currencyCode",
        "payment",
        "profile",
        "solution",
        "callId",
        "terminalNumber",
        "authCode",
        "refTransId",
        "splitTenderId",
        "order",
        "lineItems",
        "tax",
        "duty",
        "shipping",
        "taxExempt",
        "poNumber",
        "customer",
        "billTo",
        "shipTo",
        "customerIP",
        "cardholderAuthentication",
        "retail",
        "employeeId",
        "transactionSettings",
        "userFields",
        "surcharge",
        "merchantDescriptor",
        "subMerchant",
        "tip",
        "processingOptions",
        "subsequentAuthInformation",
        "otherTax",
        "shipFrom",
        "authorizationIndicatorType",
    ),
    "order": ("invoiceNumber", "description"),
    "customer": ("type", "id", "email"),
    "transactionSettings": ("setting",),
    "hostedPaymentSettings": ("setting",),
    "setting": ("settingName", "settingValue"),
    "sorting": ("orderBy", "orderDescending"),
    "paging": ("limit", "offset"),
}

#: Longest text, in characters, by element.
LIMITS: Mapping[str, int] = {
    "name": 25,
    "transactionKey": 16,
    "clientId": 30,
    "refId": 20,
    "invoiceNumber": 20,
    "description": 255,
    "email": 255,
}

#: Names of the settings a payment form knows (the schema's enumeration, without the retired Visa Checkout).
HOSTED_SETTINGS = frozenset(
    {
        "hostedPaymentReturnOptions",
        "hostedPaymentButtonOptions",
        "hostedPaymentStyleOptions",
        "hostedPaymentPaymentOptions",
        "hostedPaymentSecurityOptions",
        "hostedPaymentShippingAddressOptions",
        "hostedPaymentBillingAddressOptions",
        "hostedPaymentCustomerOptions",
        "hostedPaymentOrderOptions",
        "hostedPaymentIFrameCommunicatorUrl",
    }
)


class OutOfOrderError(ValueError):
    """This program built a request that Authorize.Net would refuse: a bug here, never a buyer's doing."""


def arrange(element: str, values: Tree) -> dict[str, object]:
    """The same values with keys in the order the gateway demands, all the way down.

    Errors: OutOfOrderError for an unknown element, or a text that is too long, empty, or holds a control character.
    """
    order = ORDER.get(element)
    if order is None:
        raise OutOfOrderError(f"{element} has no table of its own.")
    if unknown := set(values) - set(order):
        raise OutOfOrderError(f"{element} has no {', '.join(sorted(unknown))}.")
    return {key: _arranged(key, values[key]) for key in order if key in values}


def _arranged(key: str, value: object) -> object:
    if isinstance(value, Mapping):
        return arrange(key, value)
    if isinstance(value, str):
        return _checked(key, value)
    if isinstance(value, Sequence):
        return [_arranged(key, part) for part in value]
    return value


def _checked(key: str, text: str) -> str:
    if not text:
        raise OutOfOrderError(f"{key} is empty; leave it out instead.")
    if len(text) > LIMITS.get(key, len(text)):
        raise OutOfOrderError(f"{key} is longer than {LIMITS[key]} characters.")
    if not text.isprintable():
        raise OutOfOrderError(f"{key} holds a character that the gateway would replace.")
    return text
