"""The pieces that the order tables of requests share: texts, amounts, addresses, cards, settings.

Source: shared/reference/authorize-net.md, 1.2 (read from AnetApiSchema.xsd). Elements come in exactly the order in
which they stand here; absent optional ones are skipped.
"""

from crystalcall.payments.standin.schema import Anything, Element, Group, Text

AMOUNT = Text(shape=r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+", type_name="Decimal")
BOOLEAN = Text(shape="true|false|0|1", type_name="Boolean")
NUMERIC = Text(shape="[0-9]+", type_name="numericString")
CARD_CODE = Text(shape="[0-9]{3,4}", type_name="cardCode")
DATE_TIME = Text(
    shape=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?",
    type_name="DateTime",
)
ANYTHING = Anything()
FREE = Text()


def text(name: str, longest: int | None = None) -> Element:
    """An optional text of at most so many characters."""
    return Element(name, Text(longest=longest))


def amount(name: str, *, required: bool = False) -> Element:
    """A decimal amount."""
    return Element(name, AMOUNT, required=required)


def number(name: str, *, required: bool = False) -> Element:
    """An id: digits only."""
    return Element(name, NUMERIC, required=required)


def boolean(name: str, *, required: bool = False) -> Element:
    """True or false."""
    return Element(name, BOOLEAN, required=required)


def one_of(name: str, *values: str, type_name: str, required: bool = False) -> Element:
    """One of a closed list of words."""
    return Element(name, Text(shape="|".join(values), type_name=type_name), required=required)


def unread(*names: str) -> tuple[Element, ...]:
    """Elements that the schema knows and the stand-in does not look into."""
    return tuple(Element(name, ANYTHING) for name in names)


NAME_AND_ADDRESS = (
    text("firstName", 50),
    text("lastName", 50),
    text("company", 50),
    text("address", 60),
    text("city", 40),
    text("state", 40),
    text("zip", 20),
    text("country", 60),
)
CUSTOMER_ADDRESS = (*NAME_AND_ADDRESS, text("phoneNumber", 25), text("faxNumber", 25), text("email"))
SETTING = Element("setting", Group((text("settingName"), text("settingValue"))), repeated=True)
SETTINGS = Group((SETTING,))
EXTENDED_AMOUNT = Group((amount("amount", required=True), text("name", 31), text("description", 255)))
CUSTOMER_TYPE = ("individual", "business")

CREDIT_CARD = Group(
    (
        Element("cardNumber", Text(longest=16, shortest=4), required=True),
        Element("expirationDate", Text(longest=7, shortest=4), required=True),
        Element("cardCode", CARD_CODE),
        boolean("isPaymentToken"),
        *unread("cryptogram", "tokenRequestorName", "tokenRequestorId", "tokenRequestorEci"),
    )
)
BANK_ACCOUNT = Group(
    (
        one_of("accountType", "checking", "savings", "businessChecking", type_name="bankAccountTypeEnum"),
        Element("routingNumber", Text(longest=9), required=True),
        Element("accountNumber", Text(longest=17), required=True),
        Element("nameOnAccount", Text(longest=22), required=True),
        one_of("echeckType", "PPD", "WEB", "CCD", "TEL", "ARC", "BOC", type_name="echeckTypeEnum"),
        text("bankName", 50),
        text("checkNumber", 15),
    )
)
PAYMENT = Group(
    (
        Element("creditCard", CREDIT_CARD),
        Element("bankAccount", BANK_ACCOUNT),
        *unread("trackData", "encryptedTrackData", "payPal", "opaqueData", "emv", "dataSource"),
    )
)
LATER_CHARGE = Element(
    "subsequentAuthInformation",
    Group(
        (
            text("originalNetworkTransId", 255),
            amount("originalAuthAmount"),
            one_of(
                "reason",
                "resubmission",
                "delayedCharge",
                "reauthorization",
                "noShow",
                type_name="merchantInitTransReasonEnum",
            ),
        )
    ),
)

# Every request starts with these three, then its own body.
ENVELOPE = (
    Element(
        "merchantAuthentication",
        Group(
            (
                text("name", 25),
                text("transactionKey", 16),
                *unread("sessionToken", "password", "impersonationAuthentication", "fingerPrint", "clientKey"),
                *unread("accessToken", "mobileDeviceId"),
            )
        ),
        required=True,
    ),
    text("clientId", 30),
    text("refId", 20),
)
PAGING = Element(
    "paging",
    Group(
        (
            Element("limit", Text(shape="[1-9][0-9]{0,2}|1000", type_name="limit"), required=True),
            Element("offset", Text(shape="[1-9][0-9]{0,4}|100000", type_name="offset"), required=True),
        )
    ),
)


def sorting(*fields: str, type_name: str) -> Element:
    """How a list is to be sorted: by which field, which way."""
    group = Group(
        (
            one_of("orderBy", *fields, type_name=type_name, required=True),
            boolean("orderDescending", required=True),
        )
    )
    return Element("sorting", group)


TRANSACTION_SORTING = sorting("id", "submitTimeUTC", type_name="TransactionListOrderFieldEnum")
