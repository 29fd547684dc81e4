"""Authorize.Net's JSON API as bytes and back: pure, no network, no clock, no settings.

Requests are built from the ordered tables. Answers are read leniently (unknown keys are ignored, numbers may come as
text) but never guessed at: an answer that lacks what decides raises `UnreadableError`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from crystalcall.payments.authorizenet import words
from crystalcall.payments.authorizenet.tables import HOSTED_SETTINGS, OutOfOrderError, arrange
from crystalcall.payments.values import (
    HostedPageRequest,
    ListedTransaction,
    MerchantDetails,
    TransactionDetails,
    Voided,
    VoidRefused,
)

#: Longest text on a button of the form (the schema is silent; a shipped plugin keeps to 31).
BUTTON_CHARACTERS = 31
DESCRIPTION_CHARACTERS = 255
#: A transaction id has 10 to 12 digits today; a code has at most three.
TRANS_ID_DIGITS = 20
CODE_DIGITS = 5
#: Largest page of a list, by the schema.
LIST_PAGE = 1000
#: No amount the gateway can mean is larger or finer than this.
LARGEST_AMOUNT = Decimal(10) ** 9
FINEST_EXPONENT = -4
#: The gateway's own net against a form sent twice: same card, amount and invoice within so many seconds.
DUPLICATE_WINDOW_SECONDS = 120


class UnreadableError(Exception):
    """The answer is not what the gateway's documentation promises, so nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class Login:
    """The merchant's name and transaction key; a secret, so it shows nothing of itself."""

    name: str
    transaction_key: str

    def __repr__(self) -> str:
        """Nothing that a log could keep."""
        return "Login(...)"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its envelope opened: whether it was Ok, the first message, and the rest."""

    ok: bool
    code: str
    text: str
    body: Mapping[str, object]


# Requests


def hosted_page_request(login: Login, request: HostedPageRequest, *, with_email: bool) -> bytes:
    """The body that asks for a payment form; the e-mail goes along only where the permit covers it."""
    if request.amount <= 0 or request.amount >= LARGEST_AMOUNT:
        raise OutOfOrderError("The amount must be positive and sane.")
    transaction: dict[str, object] = {
        "transactionType": "authCaptureTransaction",
        "amount": _two_decimals(request.amount),
        "order": {
            "invoiceNumber": request.order_number,
            "description": tidy(request.description, DESCRIPTION_CHARACTERS),
        },
        "transactionSettings": {
            "setting": [_setting_pair("duplicateWindow", str(DUPLICATE_WINDOW_SECONDS))],
        },
    }
    if with_email:
        transaction["customer"] = {"email": request.email}
    return _body(
        "getHostedPaymentPageRequest",
        login,
        {
            "refId": request.ref_id,
            "transactionRequest": transaction,
            "hostedPaymentSettings": {"setting": _hosted_settings(request)},
        },
    )


def details_request(login: Login, trans_id: str) -> bytes:
    """The body that asks what became of one transaction."""
    return _body("getTransactionDetailsRequest", login, {"transId": checked_trans_id(trans_id)})


def unsettled_request(login: Login, *, page: int) -> bytes:
    """The body that asks for one page (from 1) of the unsettled transactions, newest first."""
    return _body(
        "getUnsettledTransactionListRequest",
        login,
        {
            "status": "any",
            "sorting": {"orderBy": "submitTimeUTC", "orderDescending": True},
            "paging": {"limit": LIST_PAGE, "offset": page},
        },
    )


def merchant_request(login: Login) -> bytes:
    """The body that asks whose account this is."""
    return _body("getMerchantDetailsRequest", login, {})


def void_request(login: Login, trans_id: str, ref_id: str) -> bytes:
    """The body that cancels an unsettled transaction."""
    return _body(
        "createTransactionRequest",
        login,
        {
            "refId": ref_id,
            "transactionRequest": {
                "transactionType": "voidTransaction",
                "refTransId": checked_trans_id(trans_id),
            },
        },
    )


def checked_trans_id(text: str) -> str:
    """A transaction id as the schema allows it: digits only. Errors: OutOfOrderError."""
    if not looks_like_trans_id(text):
        raise OutOfOrderError("A transaction id consists of 1 to 20 digits.")
    return text


def looks_like_trans_id(text: object) -> bool:
    """Whether this could name a stored transaction; "0" is what test mode and failures carry."""
    return (
        isinstance(text, str)
        and text.isascii()
        and text.isdigit()
        and len(text) <= TRANS_ID_DIGITS
        and text.strip("0") != ""
    )


def tidy(text: str, longest: int) -> str:
    """One line without the characters that the gateway replaces by spaces, cut to its limit."""
    plain = "".join(character if character.isprintable() and character not in "<>" else " " for character in text)
    return " ".join(plain.split())[:longest]


def _body(element: str, login: Login, values: Mapping[str, object]) -> bytes:
    envelope: dict[str, object] = {
        "merchantAuthentication": {"name": login.name, "transactionKey": login.transaction_key},
    }
    return _json({element: arrange(element, envelope | dict(values))}).encode()


def _hosted_settings(request: HostedPageRequest) -> list[object]:
    """The form's options; each value is JSON inside a string, with real booleans (sdk-python#69)."""
    options: dict[str, Mapping[str, object]] = {
        "hostedPaymentReturnOptions": {
            "showReceipt": False,
            "url": _path_only(request.return_url),
            "urlText": tidy(request.return_text, BUTTON_CHARACTERS),
            "cancelUrl": _path_only(request.cancel_url),
            "cancelUrlText": tidy(request.cancel_text, BUTTON_CHARACTERS),
        },
        "hostedPaymentButtonOptions": {"text": tidy(request.pay_text, BUTTON_CHARACTERS)},
        "hostedPaymentPaymentOptions": {"cardCodeRequired": True, "showCreditCard": True, "showBankAccount": False},
        "hostedPaymentSecurityOptions": {"captcha": False},
        "hostedPaymentShippingAddressOptions": {"show": False, "required": False},
        "hostedPaymentBillingAddressOptions": {"show": True, "required": True},
        "hostedPaymentCustomerOptions": {"showEmail": False, "requiredEmail": False, "addPaymentProfile": False},
        "hostedPaymentOrderOptions": {"show": True, "merchantName": "Crystal Call"},
    }
    if unknown := set(options) - HOSTED_SETTINGS:
        raise OutOfOrderError(f"The form knows no {', '.join(sorted(unknown))}.")
    return [_setting_pair(name, _json(value)) for name, value in options.items()]


def _setting_pair(name: str, value: str) -> dict[str, object]:
    return {"settingName": name, "settingValue": value}


def _path_only(url: str) -> str:
    if any(character in url for character in "?&#<> "):
        raise OutOfOrderError("A return address holds a path only: an ampersand breaks the form (sdk-java#162).")
    return url


def _two_decimals(amount: Decimal) -> str:
    text = f"{amount:.2f}"
    if Decimal(text) != amount:
        raise OutOfOrderError("The amount is finer than a cent.")
    return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


# Answers


def read_answer(raw: bytes) -> Answer:
    """Open an answer of the JSON API, byte order mark and all. Errors: UnreadableError (HTML, empty, no envelope)."""
    try:
        body = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise UnreadableError("not JSON") from problem
    messages = _mapping(_mapping(body, "the answer").get("messages"), "messages")
    code, text = _first_message(messages.get("message"))
    result = messages.get("resultCode")
    if result not in {"Ok", "Error"}:
        raise UnreadableError("no resultCode")
    return Answer(ok=result == "Ok", code=code, text=text, body=body)


def read_token(answer: Answer) -> str:
    """The form's token. Errors: UnreadableError."""
    token = answer.body.get("token")
    if not isinstance(token, str) or not token.strip():
        raise UnreadableError("no token")
    return token


def read_details(answer: Answer) -> TransactionDetails:
    """The truth about a transaction. Errors: UnreadableError when something that decides is missing."""
    transaction = _mapping(answer.body.get("transaction"), "transaction")
    order = transaction.get("order")
    verdict = words.verdict(_whole(transaction.get("responseCode")))
    return TransactionDetails(
        trans_id=_trans_id(transaction.get("transId")),
        verdict=verdict,
        standing=words.standing(_text(transaction.get("transactionStatus"))),
        amount=_amount(transaction.get("authAmount")),
        submitted_at=_moment(transaction.get("submitTimeUTC")),
        order_number=_optional_text(order.get("invoiceNumber")) if isinstance(order, Mapping) else None,
        ref_id=_optional_text(answer.body.get("transrefId")),
        decline_reason=words.decline_reason(verdict, transaction.get("responseReasonCode")),
        is_purchase=words.is_purchase(transaction.get("transactionType")),
    )


def read_list(answer: Answer) -> tuple[ListedTransaction, ...]:
    """The lines of one page; a line nobody can read is left out, since each line is only a hint."""
    rows = answer.body.get("transactions", [])
    if not isinstance(rows, list):
        raise UnreadableError("transactions is no list")
    lines = []
    for row in rows:
        if isinstance(row, Mapping) and looks_like_trans_id(_numeral(row.get("transId"))):
            number = _optional_text(row.get("invoiceNumber"))
            lines.append(
                ListedTransaction(_numeral(row.get("transId")), number, _optional_moment(row.get("submitTimeUTC")))
            )
    return tuple(lines)


def read_merchant(answer: Answer) -> MerchantDetails:
    """Whose account this is. Errors: UnreadableError when the mode or the currencies are not said."""
    currencies = answer.body.get("currencies")
    mode = answer.body.get("isTestMode")
    if not isinstance(currencies, list) or str(mode).lower() not in {"true", "false"}:
        raise UnreadableError("no currencies or no mode")
    name = answer.body.get("merchantName")
    return MerchantDetails(
        name=name if isinstance(name, str) else "",
        currencies=tuple(str(currency) for currency in currencies),
        is_test_mode=str(mode).lower() == "true",
    )


def read_void(answer: Answer, trans_id: str) -> Voided | VoidRefused | None:
    """What became of a void, by its own response code alone; None where the request was not processed at all."""
    response = answer.body.get("transactionResponse")
    if not isinstance(response, Mapping) or not response.get("responseCode"):
        return None
    if _numeral(response.get("responseCode")) == "1":
        return Voided(trans_id)
    errors = response.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    detail = f"{first.get('errorCode', answer.code)} {first.get('errorText', answer.text)}"
    return VoidRefused(trans_id, tidy(detail, DESCRIPTION_CHARACTERS))


def _first_message(messages: object) -> tuple[str, str]:
    if not isinstance(messages, list) or not messages or not isinstance(messages[0], Mapping):
        return "", ""
    return _numeral(messages[0].get("code")), tidy(str(messages[0].get("text", "")), DESCRIPTION_CHARACTERS)


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UnreadableError(f"{name} is missing")
    return value


def _numeral(value: object) -> str:
    """A number that may come as text."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _trans_id(value: object) -> str:
    text = _numeral(value)
    if not looks_like_trans_id(text):
        raise UnreadableError("no transaction id")
    return text


def _whole(value: object) -> int:
    text = _numeral(value)
    if not (text.isascii() and text.isdigit() and len(text) <= CODE_DIGITS):
        raise UnreadableError("no response code")
    return int(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise UnreadableError("a text is missing")
    return value


def _optional_text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _amount(value: object) -> Decimal:
    """An exact amount; a JSON number, or the same as text."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise UnreadableError("no amount")
    try:
        amount = Decimal(value)
    except InvalidOperation as problem:
        raise UnreadableError("no amount") from problem
    if not amount.is_finite() or not 0 <= amount < LARGEST_AMOUNT:
        raise UnreadableError("an impossible amount")
    if amount != round(amount, -FINEST_EXPONENT):
        raise UnreadableError("an amount finer than the gateway's own")
    return amount


def _moment(value: object) -> datetime:
    moment = _optional_moment(value)
    if moment is None:
        raise UnreadableError("no submit time")
    return moment


def _optional_moment(value: object) -> datetime | None:
    """A moment in UTC; the fraction has none to seven digits, and Python keeps six."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
