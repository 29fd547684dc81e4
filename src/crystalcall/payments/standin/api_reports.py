"""The reading methods: details of a transaction, the unsettled list, the merchant."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from crystalcall.payments.standin import codes, transactions
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply, text_at
from crystalcall.payments.standin.state import moment
from crystalcall.payments.standin.transactions import Transaction

# The account's own time; standard time all year, so that no table of zones is needed. Nobody may reckon with it.
PACIFIC = timezone(timedelta(hours=-8))
PAGE_LENGTH = 1000
PRODUCT = "Card Not Present"
MARKET = "eCommerce"


def transaction_details(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Everything about one transaction, in the order of the schema; E00040 when there is none."""
    found = transactions.find(desk.state, text_at(body, "transId"))
    if found is None:
        return Reply(message=codes.NOT_FOUND)
    fields: dict[str, Any] = {"transaction": _details(found)}
    if text_at(body, "clientId"):
        fields["clientId"] = text_at(body, "clientId")
    if found.ref_id:
        fields["transrefId"] = found.ref_id
    return Reply(fields)


def _times(stamped: str, name: str) -> dict[str, str]:
    then = moment(stamped)
    # Three digits at most, none when they are zero: the reports' fractions vary in length.
    fraction = f"{then.microsecond // 1000:03d}".rstrip("0")
    tail = f".{fraction}" if fraction else ""
    return {
        f"{name}UTC": f"{then:%Y-%m-%dT%H:%M:%S}{tail}Z",
        f"{name}Local": f"{then.astimezone(PACIFIC):%Y-%m-%dT%H:%M:%S}{tail}",
    }


def _present(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _details(found: Transaction) -> dict[str, Any]:
    details: dict[str, Any] = {"transId": found.trans_id}
    details |= _present(refTransId=found.ref_trans_id)
    details |= _times(found.submitted_at, "submitTime")
    details |= {
        "transactionType": _reported_type(found),
        "transactionStatus": found.status,
        "responseCode": found.response_code,
        "responseReasonCode": found.reason_code,
        "responseReasonDescription": found.reason,
    }
    details |= _present(authCode=found.auth_code, AVSResponse=found.avs, cardCodeResponse=found.cvv)
    if found.status == transactions.HELD_AUTHORIZED:
        details["FDSFilterAction"] = "authAndHold"
        details["FDSFilters"] = [{"name": "Stand-in trigger ZIP 46299", "action": "authAndHold"}]
    details |= _batch(found)
    order = _present(invoiceNumber=found.invoice_number, description=found.description)
    if order:
        details["order"] = order
    details |= {
        "requestedAmount": found.amount,
        "authAmount": found.amount,
        "settleAmount": _settle_amount(found),
        "taxExempt": False,
        # The real answers leak such flags of their .NET origin; readers must bear them.
        "taxExemptSpecified": True,
        "payment": {
            "creditCard": {
                "cardNumber": found.card_masked,
                "expirationDate": "XXXX",
                "cardType": found.card_brand,
            }
        },
    }
    details |= _people(found)
    return details | {"recurringBilling": False, "product": PRODUCT, "marketType": MARKET}


def _reported_type(found: Transaction) -> str:
    # Reports say authOnlyTransaction and authCaptureTransaction as requests do; a held one keeps its type.
    return found.transaction_type


def _settle_amount(found: Transaction) -> Decimal:
    nothing = found.status in {transactions.DECLINED, transactions.VOIDED}
    return Decimal("0.00") if nothing else found.amount


def _batch(found: Transaction) -> dict[str, Any]:
    if not found.settled_at:
        return {}
    batch: dict[str, Any] = {"batchId": found.batch_id}
    batch |= _times(found.settled_at, "settlementTime")
    batch |= {"settlementState": "settledSuccessfully", "paymentMethod": "creditCard"}
    return {"batch": batch | {"marketType": MARKET, "product": PRODUCT}}


def _people(found: Transaction) -> dict[str, Any]:
    people: dict[str, Any] = {}
    customer = _present(id=found.customer_id, email=found.email)
    if customer:
        people["customer"] = {"type": "individual"} | customer
    bill_to = _present(firstName=found.first_name, lastName=found.last_name, zip=found.zip_code)
    if bill_to:
        people["billTo"] = bill_to
    return people


def unsettled_transactions(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A page of what is in no batch yet; I00004 when the page is empty."""
    found = transactions.unsettled(desk.state, pending_approval=text_at(body, "status") == "pendingApproval")
    if text_at(body, "sorting", "orderBy") == "id":
        found.sort(key=lambda transaction: int(transaction.trans_id))
    if text_at(body, "sorting", "orderDescending") in {"true", "1"}:
        found.reverse()
    limit = int(text_at(body, "paging", "limit") or PAGE_LENGTH)
    # A page number that starts at 1, whatever its name says.
    start = (int(text_at(body, "paging", "offset") or 1) - 1) * limit
    page = found[start : start + limit]
    if not page:
        return Reply({"totalNumInResultSet": 0}, codes.NO_RECORDS)
    return Reply({"transactions": [_summary(item) for item in page], "totalNumInResultSet": len(found)})


def _summary(found: Transaction) -> dict[str, Any]:
    summary: dict[str, Any] = {"transId": found.trans_id}
    summary |= _times(found.submitted_at, "submitTime")
    summary["transactionStatus"] = found.status
    summary |= _present(invoiceNumber=found.invoice_number, firstName=found.first_name, lastName=found.last_name)
    summary |= {
        "accountType": found.card_brand,
        "accountNumber": found.card_masked,
        "settleAmount": _settle_amount(found),
        "marketType": MARKET,
        "product": PRODUCT,
        "hasReturnedItemsSpecified": False,
    }
    if found.status == transactions.HELD_AUTHORIZED:
        summary["fraudInformation"] = {
            "fraudFilterList": ["Stand-in trigger ZIP 46299"],
            "fraudAction": "authAndHold",
        }
    return summary


def merchant_details(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Who the credentials belong to: the check of a connection."""
    _ = desk, body
    return Reply(
        {
            "isTestMode": False,
            "processors": [{"name": "Local stand-in", "id": 2, "cardTypes": ["V", "M", "A", "D", "J", "C"]}],
            "merchantName": "Local stand-in merchant",
            "gatewayId": "000000",
            "marketTypes": [MARKET],
            "productCodes": ["CNP"],
            "paymentMethods": ["Visa", "MasterCard", "AmericanExpress", "Discover", "JCB", "DinersClub"],
            "currencies": ["USD"],
            "publicClientKey": "LOCALSTANDINLOCALSTANDIN",
            "businessInformation": {"company": "Local stand-in merchant"},
            "merchantTimeZone": "America/Los_Angeles",
        }
    )
