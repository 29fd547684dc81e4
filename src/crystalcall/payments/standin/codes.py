"""The gateway's message codes and the texts that go with them (shared/reference/authorize-net.md 3.5)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A code of the top-level ``messages`` and its text; codes that start with I are good news."""

    code: str
    text: str

    @property
    def result_code(self) -> str:
        """``Ok`` or ``Error``, as the top level says it."""
        return "Ok" if self.code.startswith("I") else "Error"

    def saying(self, text: str) -> "Message":
        """The same code with another text."""
        return Message(self.code, text)


SUCCESSFUL = Message("I00001", "Successful.")
NO_RECORDS = Message("I00004", "No records found.")
BAD_CONTENT_TYPE = Message("E00002", "The content-type specified is not supported.")
BAD_SCHEMA = Message("E00003", "The request failed schema validation.")
BAD_METHOD = Message("E00004", "The name of the requested API method is invalid.")
NO_TRANSACTION_KEY = Message("E00005", "The merchantAuthentication.transactionKey is invalid or not present.")
NO_LOGIN = Message("E00006", "The merchantAuthentication.name is invalid or not present.")
BAD_LOGIN = Message("E00007", "User authentication failed due to invalid authentication values.")
INACTIVE = Message("E00008", "User authentication failed. The account or API user is inactive.")
TEST_MODE = Message("E00009", "The payment gateway account is in Test Mode. The request cannot be processed.")
NO_REPORTS = Message("E00011", "Access denied. You do not have permissions to call the Transaction Details API.")
INVALID_FIELD = Message("E00013", "The field is invalid.")
REQUIRED = Message("E00014", "A required field is not present.")
UNSUCCESSFUL = Message("E00027", "The transaction was unsuccessful.")
DUPLICATE_RECORD = Message("E00039", "A duplicate record already exists.")
NOT_FOUND = Message("E00040", "The record cannot be found.")
EMPTY_PROFILE = Message("E00041", "One or more fields in the profile must contain a value.")
TOO_MANY_CARDS = Message("E00042", "You cannot add more than 10 payment profiles.")
TOO_MANY_ADDRESSES = Message("E00043", "You cannot add more than 100 shipping addresses.")
NO_PROFILES = Message("E00044", "Customer Information Manager is not enabled.")
WRONG_NAMESPACE = Message("E00045", "The root node does not reference a valid XML namespace.")
TOO_BUSY = Message("E00053", "The server is currently too busy, please try again later.")
MAINTENANCE = Message(
    "E00104", "The server is in maintenance, so the requested method is unavailable, please try again later."
)
BAD_TRANSACTION_TYPE = Message("E00060", "The transaction type is not valid for this request.")
IDS_WITH_CREATE = Message("E00088", "ProfileIds cannot be sent when requesting CreateProfile.")
NO_PAYMENT_TO_KEEP = Message("E00089", "Payment data is required when requesting CreateProfile.")
PROFILE_AND_PAYMENT = Message("E00090", "PaymentProfile cannot be sent with payment data.")
PROFILE_AND_SHIP_TO = Message("E00092", "ShippingProfileId cannot be sent with shipTo data.")
PROFILE_AND_BILL_TO = Message("E00093", "PaymentProfile cannot be sent with billing data.")
NO_SUCH_TRANSACTION = Message("E00099", "Customer profile creation failed. This transaction ID is invalid.")
WRONG_TRANSACTION = Message(
    "E00100", "Customer profile creation failed. This transaction type does not support profile creation."
)
NO_CUSTOMER = Message("E00102", "Customer Info is missing.")

# Reason codes inside transactionResponse.
TRANSACTION_NOT_FOUND = ("16", "The transaction cannot be found.")
NO_CREDIT_ALLOWED = ("54", "The referenced transaction does not meet the criteria for issuing a credit.")
CREDIT_TOO_LARGE = (
    "55",
    "The sum of credits against the referenced transaction would exceed the original debit amount.",
)
BAD_AMOUNT = ("5", "A valid amount is required.")
DUPLICATE = ("11", "A duplicate transaction has been submitted.")
NOT_CREDITABLE_YET = (
    "50",
    "This transaction is awaiting settlement and cannot be refunded.",
)
BAD_CARD = ("6", "The credit card number is invalid.")
BAD_EXPIRY = ("7", "Credit card expiration date is invalid.")
EXPIRED_CARD = ("8", "The credit card has expired.")
NO_TRANS_ID = ("15", "The transaction ID is invalid.")
FIELD_MISSING = ("33", "{name} cannot be left blank.")
CURRENCY = ("39", "The supplied currency code is either invalid, not supported, not allowed for this merchant.")
CAPTURE_TOO_LARGE = (
    "47",
    "The amount requested for settlement cannot be greater than the original amount authorized.",
)
AMOUNT_TOO_LARGE = ("49", "The transaction amount submitted was greater than the maximum amount allowed.")
TOO_MANY_LINES = ("271", "The number of line items submitted exceeds the allowed maximum of 30.")
NO_BANK_ACCOUNTS = ("18", "ACH transactions are not accepted by this merchant.")
UNSUPPORTED_PAYMENT = ("17", "The merchant does not accept this type of credit card.")
DECLINED_TEXT = "This transaction has been declined."
HELD_TEXT = "Your order has been received. Thank you for your business!"
FILTER_DECLINES = {
    27: "The transaction has been declined because of an AVS mismatch. "
    "The address provided does not match billing address of cardholder.",
}
