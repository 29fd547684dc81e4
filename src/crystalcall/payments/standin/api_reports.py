"""The reading methods: details of a transaction, lists, the merchant."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from crystalcall.payments.standin import cards, codes, settlement, transactions
from crystalcall.payments.standin.desk import StandinDesk
from crystalcall.payments.standin.reply import Reply, is_true, text_at
from crystalcall.payments.standin.state import moment
from crystalcall.payments.standin.transaction_answers import profile_ids
from crystalcall.payments.standin.transactions import Transaction

PAGE_LENGTH = 1000
PRODUCT = "Card Not Present"
MARKET = "eCommerce"
PAYMENT_METHOD = "creditCard"


def transaction_details(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Everything about one transaction, in the order of the schema; E00040 when there is none."""
    found = transactions.find(desk.state, text_at(body, "transId"))
    if found is None:
        return Reply(message=codes.NOT_FOUND)
    fields: dict[str, Any] = {"transaction": _details(desk, found)}
    if text_at(body, "clientId"):
        fields["clientId"] = text_at(body, "clientId")
    if found.ref_id:
        fields["transrefId"] = found.ref_id
    return Reply(fields)


def times(then: datetime, name: str) -> dict[str, str]:
    """A moment in UTC and in the account's own time."""
    # Three digits at most, none when they are zero: the reports' fractions vary in length.
    fraction = f"{then.microsecond // 1000:03d}".rstrip("0")
    tail = f".{fraction}" if fraction else ""
    return {
        f"{name}UTC": f"{then:%Y-%m-%dT%H:%M:%S}{tail}Z",
        f"{name}Local": f"{then.astimezone(settlement.ZONE):%Y-%m-%dT%H:%M:%S}{tail}",
    }


def _present(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _details(desk: StandinDesk, found: Transaction) -> dict[str, Any]:
    details: dict[str, Any] = {"transId": found.trans_id}
    details |= _present(refTransId=found.ref_trans_id)
    details |= times(moment(found.submitted_at), "submitTime")
    details |= {
        "transactionType": found.transaction_type,
        "transactionStatus": found.status,
        "responseCode": found.response_code,
        "responseReasonCode": found.reason_code,
        "responseReasonDescription": found.reason,
    }
    details |= _present(authCode=found.auth_code, AVSResponse=found.avs, cardCodeResponse=found.cvv)
    if filters := found.triggered:
        details["FDSFilterAction"] = filters[0][1]
        details["FDSFilters"] = [{"name": name, "action": action} for name, action in filters]
    details |= _batch(desk, found) | _order(found)
    details |= {
        "requestedAmount": found.amount,
        "authAmount": found.amount,
        "settleAmount": transactions.dollars(found.takes_cents),
    }
    details |= _asked(found.asked)
    details["payment"] = {
        "creditCard": {"cardNumber": found.card_masked, "expirationDate": "XXXX", "cardType": found.card_brand}
    }
    details |= _people(found)
    details |= {"recurringBilling": False, "product": PRODUCT, "marketType": MARKET}
    if ids := profile_ids(found):
        details["profile"] = ids
    return details | _network(found)


def _network(found: Transaction) -> dict[str, Any]:
    network: dict[str, Any] = dict(_present(networkTransId=found.network_trans_id))
    asked = found.asked
    if first := asked.get("originalNetworkTransId"):
        network["originalNetworkTransId"] = first
    if amount := asked.get("originalAuthAmount"):
        network["originalAuthAmount"] = Decimal(amount)
    return network


def _order(found: Transaction) -> dict[str, Any]:
    number = str(found.asked.get("poNumber", ""))[:25]
    order = _present(invoiceNumber=found.invoice_number, description=found.description, purchaseOrderNumber=number)
    return {"order": order} if order else {}


def _asked(asked: dict[str, Any]) -> dict[str, Any]:
    """Amounts, lines and addresses as they were asked; figures as figures."""
    shown: dict[str, Any] = {}
    for name in ("tax", "shipping", "duty"):
        if name in asked:
            shown[name] = asked[name] | {"amount": Decimal(asked[name]["amount"])}
    if lines := asked.get("lineItems"):
        shown["lineItems"] = [_line(line) for line in lines]
    shown["taxExempt"] = asked.get("taxExempt", "") in {"true", "1"}
    # The real answers leak such flags of their .NET origin; readers must bear them.
    shown["taxExemptSpecified"] = True
    return shown | {name: asked[name] for name in ("shipTo", "customerIP") if name in asked}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {name: Decimal(line[name]) for name in ("quantity", "unitPrice")}
    taxable = {"taxable": line["taxable"] in {"true", "1"}} if "taxable" in line else {}
    texts = {name: line[name] for name in ("itemId", "name", "description") if name in line}
    return texts | figures | taxable


def _batch(desk: StandinDesk, found: Transaction) -> dict[str, Any]:
    batch = settlement.find(desk.state, found.batch_id) if found.batch_id else None
    if batch is None or not found.settled_at:
        return {}
    return {"batch": batch_head(batch)}


def batch_head(batch: settlement.Batch) -> dict[str, Any]:
    """What a batch says of itself, without its statistics."""
    head: dict[str, Any] = {"batchId": batch.batch_id} | times(batch.settled_at, "settlementTime")
    head |= {"settlementTimeUTCSpecified": True, "settlementTimeLocalSpecified": True}
    head |= {"settlementState": batch.state, "paymentMethod": PAYMENT_METHOD}
    return head | {"marketType": MARKET, "product": PRODUCT}


def _people(found: Transaction) -> dict[str, Any]:
    people: dict[str, Any] = {}
    customer = _present(id=found.customer_id, email=found.email)
    if customer:
        people["customer"] = {"type": str(found.asked.get("customerType", "individual"))} | customer
    named = _present(firstName=found.first_name, lastName=found.last_name, zip=found.zip_code)
    bill_to = dict(found.asked.get("billTo") or {}) | named
    return people | ({"billTo": bill_to} if bill_to else {})


def unsettled_transactions(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A page of what is in no batch yet; I00004 when the page is empty."""
    found = transactions.unsettled(desk.state, pending_approval=text_at(body, "status") == "pendingApproval")
    return listed(found, body)


def batch_transactions(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A page of a batch."""
    batch_id = text_at(body, "batchId")
    if settlement.find(desk.state, batch_id) is None:
        return Reply(message=codes.NOT_FOUND)
    return listed(transactions.of_batch(desk.state, batch_id), body)


def customer_transactions(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """A page of what a customer's stored cards paid; also after the profile is gone."""
    found = transactions.of_customer(
        desk.state, text_at(body, "customerProfileId"), text_at(body, "customerPaymentProfileId")
    )
    return listed(found, body)


def listed(found: list[Transaction], body: dict[str, Any]) -> Reply:
    """One page of a list, sorted as it was asked."""
    if text_at(body, "sorting", "orderBy") == "id":
        found.sort(key=lambda transaction: int(transaction.trans_id))
    if is_true(body, "sorting", "orderDescending"):
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
    summary |= times(moment(found.submitted_at), "submitTime")
    summary["transactionStatus"] = found.status
    summary |= _present(invoiceNumber=found.invoice_number, firstName=found.first_name, lastName=found.last_name)
    summary |= {
        "accountType": found.card_brand,
        "accountNumber": found.card_masked,
        "settleAmount": transactions.dollars(found.takes_cents),
        "marketType": MARKET,
        "product": PRODUCT,
        "hasReturnedItemsSpecified": False,
    }
    if found.status in transactions.HELD:
        names = [name for name, _ in found.triggered]
        summary["fraudInformation"] = {"fraudFilterList": names, "fraudAction": found.triggered[0][1]}
    if ids := profile_ids(found):
        summary["profile"] = ids
    return summary


def merchant_details(desk: StandinDesk, body: dict[str, Any]) -> Reply:
    """Who the credentials belong to: the check of a connection."""
    _ = body
    brands = sorted({card.brand for card in cards.TEST_CARDS} - {"UnionPay"})
    return Reply(
        {
            "isTestMode": desk.switches.account == "test_mode",
            "processors": [{"name": "Local stand-in", "id": 2, "cardTypes": ["A", "C", "D", "J", "M", "V"]}],
            "merchantName": "Local stand-in merchant",
            "gatewayId": "100000",
            "marketTypes": [MARKET],
            "productCodes": ["CNP"],
            "paymentMethods": brands,
            "currencies": [desk.switches.currency],
            "publicClientKey": "LOCALSTANDINLOCALSTANDIN",
            "merchantTimeZone": settlement.ZONE.key,
        }
    )
