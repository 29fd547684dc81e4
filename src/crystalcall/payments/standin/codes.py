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
INVALID_FIELD = Message("E00013", "The field is invalid.")
UNSUCCESSFUL = Message("E00027", "The transaction was unsuccessful.")
NOT_FOUND = Message("E00040", "The record cannot be found.")
TOO_BUSY = Message("E00053", "The server is currently too busy, please try again later.")
BAD_TRANSACTION_TYPE = Message("E00060", "The transaction type is not valid for this request.")

# Reason codes inside transactionResponse.
TRANSACTION_NOT_FOUND = ("16", "The transaction cannot be found.")
NO_CREDIT_ALLOWED = ("54", "The referenced transaction does not meet the criteria for issuing a credit.")
CREDIT_TOO_LARGE = (
    "55",
    "The sum of credits against the referenced transaction would exceed the original debit amount.",
)
BAD_AMOUNT = ("5", "A valid amount is required.")
DUPLICATE = ("11", "A duplicate transaction has been submitted.")
