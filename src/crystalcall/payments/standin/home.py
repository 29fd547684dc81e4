"""The page for people: what this is, what to type, what happened lately."""

from litestar import Response, get

from crystalcall.payments.standin import notifications, subscriptions, transactions
from crystalcall.payments.standin.desk import Desk
from crystalcall.payments.standin.hosted_pages import card_table, trigger_table
from crystalcall.payments.standin.markup import NOTHING, Html, html, joined, page
from crystalcall.payments.standin.state import State
from crystalcall.payments.standin.subscriptions import Webhook
from crystalcall.payments.standin.transactions import Transaction

SHOWN = 20


@get("/")
async def home_page(desk: Desk) -> Response[str]:
    """What a person who opens the port should know."""
    body = html(
        """<h1>Authorize.Net, played by this computer</h1>
<p>The store talks to this program as it would talk to the card gateway: the same paths, the same messages, the same
oddities. It listens on this machine only and sends nothing to any other. A restart keeps the transactions.</p>
<h2>Recent transactions</h2>
{transactions}
<h2>Webhooks</h2>
{webhooks}
<h2>What to type</h2>
<div class="columns">{cards}{triggers}</div>
<h2>For machines</h2>
<ul>
<li><code>POST /xml/v1/request.api</code>: the API, in JSON</li>
<li><code>POST /payment/payment</code>: the hosted form, with the field <code>token</code></li>
<li><code>/rest/v1/…</code>: webhooks and notifications, by Basic sign-in</li>
<li><a href="/_standin/faults">/_standin/faults</a>:
what goes wrong on purpose (<code>PUT</code> JSON to change it)</li>
</ul>""",
        transactions=_transactions(transactions.recent(desk.state, SHOWN)),
        webhooks=_webhooks(desk.state),
        cards=card_table(),
        triggers=trigger_table(),
    )
    return page("Local stand-in for Authorize.Net", body, kind="wide", form_action="'self'")


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
        review=_review(item) if item.status == transactions.HELD_AUTHORIZED else NOTHING,
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
