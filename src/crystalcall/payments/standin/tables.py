"""The order of elements in every request the stand-in takes, written by hand.

Source: shared/reference/authorize-net.md, 1.2 and 3.3 (read from AnetApiSchema.xsd). XML elements and JSON keys must
come in exactly this order; absent optional elements are skipped.
"""

from crystalcall.payments.standin.schema import Element, Group, Text
from crystalcall.payments.standin.shapes import (
    CARD_CODE,
    CUSTOMER_ADDRESS,
    CUSTOMER_TYPE,
    DATE_TIME,
    ENVELOPE,
    EXTENDED_AMOUNT,
    FREE,
    LATER_CHARGE,
    NAME_AND_ADDRESS,
    PAGING,
    PAYMENT,
    SETTINGS,
    TRANSACTION_SORTING,
    amount,
    boolean,
    number,
    one_of,
    text,
    unread,
)
from crystalcall.payments.standin.tables_people import PEOPLE_REQUESTS

# What schools, fleets and hotels add to an order or a line; known to the schema, of no effect here.
ORDER_LEVEL_3 = (
    "discountAmount",
    "taxIsAfterDiscount",
    "totalTaxTypeCode",
    "purchaserVATRegistrationNumber",
    "merchantVATRegistrationNumber",
    "vatInvoiceReferenceNumber",
    "purchaserCode",
    "summaryCommodityCode",
    "purchaseOrderDateUTC",
    "supplierOrderReference",
    "authorizedContactName",
    "cardAcceptorRefNumber",
    "amexDataTAA1",
    "amexDataTAA2",
    "amexDataTAA3",
    "amexDataTAA4",
)
LINE_LEVEL_3 = (
    "unitOfMeasure",
    "typeOfSupply",
    "taxRate",
    "taxAmount",
    "nationalTax",
    "localTax",
    "vatRate",
    "alternateTaxId",
    "alternateTaxType",
    "alternateTaxTypeApplied",
    "alternateTaxRate",
    "alternateTaxAmount",
    "totalAmount",
    "commodityCode",
    "productCode",
    "productSKU",
    "discountRate",
    "discountAmount",
    "taxIncludedInTotal",
    "taxIsAfterDiscount",
)
LINE_ITEM = Group(
    (
        Element("itemId", Text(longest=31, shortest=1), required=True),
        Element("name", Text(longest=31, shortest=1), required=True),
        text("description", 255),
        amount("quantity", required=True),
        amount("unitPrice", required=True),
        boolean("taxable"),
        *unread(*LINE_LEVEL_3),
    )
)
ORDER = Group((text("invoiceNumber", 20), text("description", 255), *unread(*ORDER_LEVEL_3)))
PROFILE = Group(
    (
        boolean("createProfile"),
        number("customerProfileId"),
        Element(
            "paymentProfile",
            Group((number("paymentProfileId", required=True), Element("cardCode", CARD_CODE))),
        ),
        number("shippingProfileId"),
    )
)
CUSTOMER = Group(
    (
        one_of("type", *CUSTOMER_TYPE, type_name="customerTypeEnum"),
        text("id", 20),
        text("email", 255),
        *unread("driversLicense", "taxId"),
    )
)
USER_FIELD = Element("userField", Group((text("name"), text("value"))), repeated=True)
PROCESSING = Group(
    (
        boolean("isFirstRecurringPayment"),
        boolean("isFirstSubsequentAuth"),
        boolean("isSubsequentAuth"),
        boolean("isStoredCredentials"),
    )
)

TRANSACTION_REQUEST = Group(
    (
        Element("transactionType", FREE, required=True),
        amount("amount"),
        text("currencyCode"),
        Element("payment", PAYMENT),
        Element("profile", PROFILE),
        *unread("solution", "callId", "terminalNumber"),
        text("authCode"),
        # The schema calls it a string; the gateway takes digits only, and a wrong one is a schema error.
        number("refTransId"),
        text("splitTenderId"),
        Element("order", ORDER),
        Element("lineItems", Group((Element("lineItem", LINE_ITEM, repeated=True),))),
        Element("tax", EXTENDED_AMOUNT),
        Element("duty", EXTENDED_AMOUNT),
        Element("shipping", EXTENDED_AMOUNT),
        boolean("taxExempt"),
        text("poNumber"),
        Element("customer", CUSTOMER),
        Element("billTo", Group(CUSTOMER_ADDRESS)),
        Element("shipTo", Group(NAME_AND_ADDRESS)),
        text("customerIP"),
        *unread("cardholderAuthentication", "retail", "employeeId"),
        Element("transactionSettings", SETTINGS),
        Element("userFields", Group((USER_FIELD,))),
        *unread("surcharge", "merchantDescriptor", "subMerchant", "tip"),
        Element("processingOptions", PROCESSING),
        LATER_CHARGE,
        *unread("otherTax", "shipFrom", "authorizationIndicatorType"),
    )
)
HELD_TRANSACTION = Group(
    (
        one_of("action", "approve", "decline", type_name="afdsTransactionEnum", required=True),
        number("refTransId", required=True),
    )
)
STATUS = one_of("status", "any", "pendingApproval", type_name="TransactionGroupStatusEnum")

MONEY: dict[str, tuple[Element, ...]] = {
    "authenticateTestRequest": (),
    "createTransactionRequest": (Element("transactionRequest", TRANSACTION_REQUEST, required=True),),
    "getHostedPaymentPageRequest": (
        Element("transactionRequest", TRANSACTION_REQUEST, required=True),
        Element("hostedPaymentSettings", SETTINGS),
    ),
    "getTransactionDetailsRequest": (number("transId", required=True),),
    "getUnsettledTransactionListRequest": (STATUS, TRANSACTION_SORTING, PAGING),
    "getSettledBatchListRequest": (
        boolean("includeStatistics"),
        Element("firstSettlementDate", DATE_TIME),
        Element("lastSettlementDate", DATE_TIME),
    ),
    "getBatchStatisticsRequest": (number("batchId", required=True),),
    "getTransactionListRequest": (number("batchId", required=True), TRANSACTION_SORTING, PAGING),
    "getTransactionListForCustomerRequest": (
        number("customerProfileId", required=True),
        number("customerPaymentProfileId"),
        TRANSACTION_SORTING,
        PAGING,
    ),
    "getMerchantDetailsRequest": (),
    "updateHeldTransactionRequest": (Element("heldTransactionRequest", HELD_TRANSACTION, required=True),),
}
REQUESTS: dict[str, Group] = {name: Group((*ENVELOPE, *body)) for name, body in MONEY.items()} | PEOPLE_REQUESTS

# Methods that exist at Authorize.Net and not here: a caller deserves to know the difference from a typo.
ELSEWHERE = frozenset(
    {
        "ARBCancelSubscriptionRequest",
        "ARBCreateSubscriptionRequest",
        "ARBGetSubscriptionListRequest",
        "ARBGetSubscriptionRequest",
        "ARBGetSubscriptionStatusRequest",
        "ARBUpdateSubscriptionRequest",
        "createCustomerProfileTransactionRequest",
        "decryptPaymentDataRequest",
        "getAUJobDetailsRequest",
        "getAUJobSummaryRequest",
        "getCustomerPaymentProfileNonceRequest",
        "logoutRequest",
        "mobileDeviceLoginRequest",
        "mobileDeviceRegistrationRequest",
        "securePaymentContainerRequest",
        "sendCustomerTransactionReceiptRequest",
        "updateMerchantDetailsRequest",
        "updateSplitTenderGroupRequest",
    }
)
