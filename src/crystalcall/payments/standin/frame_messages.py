"""Messages of a hosted page to the store that framed it: a page of the store's own is opened with them in its fragment.

No script on our side: the fragment carries the message, and the store's page relays it to its own window. Everything
in it is browser data that proves nothing (shared/reference/authorize-net.md 1.5).
"""

from datetime import UTC
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.markup import NOTHING, Frame, Html, html
from crystalcall.payments.standin.payment import Accepted
from crystalcall.payments.standin.state import moment
from crystalcall.payments.standin.switches import Switches

_ENCODER = msgspec.json.Encoder(decimal_format="number")
WIDTH, HEIGHT = 560, 900


def origin_of(url: str) -> str:
    """The origin of an address in the words of CSP; characters that could end the directive do not survive."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".translate({ord(character): None for character in " ;,'\""})


def frame_of(communicator_url: str) -> Frame | None:
    """Whose frame a page may stand in; nobody's without a communicator."""
    return Frame(origin_of(communicator_url)) if communicator_url else None


def message(communicator_url: str, action: str, **keys: str) -> Html:
    """The inner frame that carries one message; nothing without a communicator."""
    if not communicator_url:
        return NOTHING
    fragment = urlencode({"action": action} | keys, quote_via=quote)
    return html(
        '<iframe class="messenger" title="Message to the store" src="{url}#{fragment}"></iframe>',
        url=communicator_url,
        fragment=fragment,
    )


def resize(communicator_url: str) -> Html:
    """How large the page would like to be."""
    return message(communicator_url, "resizeWindow", width=str(WIDTH), height=str(HEIGHT))


def transact_response(ask: HostedAsk, outcome: Accepted, switches: Switches) -> str:
    """What was paid, as flat JSON: the keys that code in the open reads, or all that are expected."""
    made = outcome.transaction
    when = moment(made.submitted_at).astimezone(UTC)
    told: dict[str, object] = {
        "transId": made.trans_id,
        "totalAmount": made.amount,
        "orderDescription": ask.description,
        "orderInvoiceNumber": ask.invoice_number,
        "dateTime": f"{when:%m/%d/%Y %I:%M:%S %p}",
    }
    if outcome.saved:
        told["createPaymentProfileResponse"] = {"success": "true"}
    if switches.transact_response == "full":
        told |= {
            "accountType": made.card_brand,
            "accountNumber": made.card_masked,
            "responseCode": str(made.response_code),
            "authorization": made.auth_code,
            "merchantName": ask.options.merchant_name,
            "billTo": {"firstName": made.first_name, "lastName": made.last_name, "zip": made.zip_code},
            "shipTo": made.asked.get("shipTo") or {},
            "customerId": made.customer_id,
            "refId": made.ref_id,
        }
    return _ENCODER.encode(told).decode()
