"""The page for people: what this is, what to type, what happened lately."""

from datetime import UTC

from litestar import Response, get

from crystalcall.payments.standin import notifications, settlement, subscriptions, transactions
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.hosted_pages import card_table, trigger_table
from crystalcall.payments.standin.markup import NOTHING, Html, html, joined, page
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.subscriptions import Webhook
from crystalcall.payments.standin.transactions import Transaction

SHOWN = 20


@get("/")
async def home_page(desk: Desk) -> Response[str]:
    """What a person who opens the port should know."""
    desk.catch_up()
    body = html(
        """<h1>Authorize.Net, played by this computer</h1>
<p>The store talks to this program as it would talk to the card gateway: the same paths, the same messages, the same
oddities. It listens on this machine only and sends nothing to any other. A restart keeps the transactions.</p>
<p>Here it is {now} UTC. {batch}</p>
<h2>Recent transactions</h2>
{transactions}
<h2>Webhooks</h2>
{webhooks}
<h2>What to type</h2>
<div class="columns">{cards}{triggers}</div>
<h2>For machines</h2>
<ul>
<li><code>POST /xml/v1/request.api</code>: the API, in JSON or XML by content type</li>
<li><code>POST /payment/payment</code>: the hosted form, with the field <code>token</code></li>
<li><code>POST /customer/manage</code> and its kin: the hosted pages of a customer profile</li>
<li><code>/rest/v1/…</code>: webhooks and notifications, by Basic sign-in</li>
<li><a href="/_standin/faults">/_standin/faults</a>:
what goes wrong on purpose (<code>PUT</code> JSON to change it)</li>
<li><a href="/_standin/switches">/_standin/switches</a>: what nobody outside knows for certain, and the account's own
settings</li>
<li><a href="/_standin/clock">/_standin/clock</a>: the time here; <code>PUT {{"advance_seconds": 3600}}</code> moves it
on</li>
</ul>""",
        now=f"{desk.now():%Y-%m-%d %H:%M:%S}",
        batch=_batch_said(desk),
        transactions=_transactions(transactions.recent(desk.state, SHOWN)),
        webhooks=_webhooks(desk.state),
        cards=card_table(),
        triggers=trigger_table(),
    )
    return page("Local stand-in for Authorize.Net", body, kind="wide", form_action="'self'")


def _batch_said(desk: StandinDesk) -> str:
    if not desk.switches.settles_by_itself:
        return "The batch is closed by hand only."
    cutoff = settlement.next_cutoff(desk.now(), desk.switches.cutoff).astimezone(UTC)
    return f"The day's batch is closed at {cutoff:%H:%M} UTC ({desk.switches.cutoff} Pacific)."


def _transactions(recent: list[Transaction]) -> Html:
    if not recent:
        return html('<p class="empty">None yet. Pay for an order in the store, and it appears here.</p>')
    heads = ("Time (UTC)", "Transaction", "Invoice", "Amount", "Card", "State")
    rows = [_transaction(item) for item in recent]
    settle = html(
        '<form method="post" action="/_standin/settlements"><button class="secondary">Settle the batch now</button>'
        "</form>"
    )
    return html(
        '<table class="cards"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{settle}',
        heads=joined([html('<th scope="col">{name}</th>', name=name) for name in heads]),
        rows=joined(rows),
        settle=settle if any(item.status in _SETTLING for item in recent) else NOTHING,
    )


_SETTLING = (transactions.CAPTURED, transactions.REFUND_PENDING)


def _transaction(item: Transaction) -> Html:
    sign = "-" if item.transaction_type == transactions.REFUND else ""
    return html(
        """<tr><td data-name="Time (UTC)">{time}</td><td data-name="Transaction"><code>{trans_id}</code></td>
<td data-name="Invoice">{invoice}</td><td data-name="Amount" class="figure">{sign}${amount}</td>
<td data-name="Card">{brand} {card}</td><td data-name="State"><div>{status}{review}</div></td></tr>""",
        time=item.submitted_at[:19].replace("T", " "),
        trans_id=item.trans_id,
        invoice=item.invoice_number or "none",
        sign=sign,
        amount=f"{item.amount:,}",
        brand=item.card_brand,
        card=item.card_masked,
        status=item.status,
        review=_acts(item),
    )


def _acts(item: Transaction) -> Html:
    """What the merchant, or the card holder's bank, may do with it now."""
    if item.status in transactions.HELD:
        return _review(item)
    if item.status == transactions.CHARGEBACK:
        return _chargeback(item, "reversal", "Reverse the chargeback")
    settled = item.status in transactions.REFUNDABLE
    return _chargeback(item, "chargeback", "Charge back") if settled else NOTHING


def _chargeback(item: Transaction, action: str, text: str) -> Html:
    return html(
        '<form method="post" action="/_standin/chargebacks" class="inline">'
        '<input type="hidden" name="transId" value="{trans_id}">'
        '<button name="action" value="{action}" class="secondary">{text}</button></form>',
        trans_id=item.trans_id,
        action=action,
        text=text,
    )


def _review(item: Transaction) -> Html:
    return html(
        '<form method="post" action="/_standin/reviews" class="inline">'
        '<input type="hidden" name="transId" value="{trans_id}">'
        '<button name="action" value="approve" class="secondary">Approve</button>'
        '<button name="action" value="decline" class="secondary">Decline</button></form>',
        trans_id=item.trans_id,
    )


def _webhooks(state: State) -> Html:
    hooks = subscriptions.every(state)
    if not hooks:
        return html('<p class="empty">None. The store hears of payments only by asking.</p>')
    waiting = [item for item in notifications.every(state) if item.next_try_at]
    return html("<ul>{hooks}</ul>", hooks=joined([_webhook(hook, waiting) for hook in hooks]))


def _webhook(hook: Webhook, waiting: list[notifications.Notification]) -> Html:
    count = sum(1 for item in waiting if item.webhook_id == hook.webhook_id)
    return html(
        "<li><code>{url}</code>: {status}, {count} on the way</li>", url=hook.url, status=hook.status, count=count
    )
