"""The hosted form as HTML: the form itself, the receipt, the refusal of a token."""

from litestar import Response

from crystalcall.payments.standin import cards, transactions
from crystalcall.payments.standin.card_form import FilledForm
from crystalcall.payments.standin.form_fields import form_field
from crystalcall.payments.standin.frame_messages import frame_of, message, resize
from crystalcall.payments.standin.fraud_filters import HOLD_ZIP, UNASKED_HOLD_ZIP
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.markup import NOTHING, Html, html, joined, page
from crystalcall.payments.standin.transactions import Transaction

PAY_PATH = "/payment/pay"
CANCEL_PATH = "/payment/cancel"


def order_lines(ask: HostedAsk) -> Html:
    """What is paid, to whom, for what."""
    pairs = [("Amount", f"${transactions.dollars(ask.amount_cents):,}")]
    if ask.options.order_shown:
        pairs += [
            ("Merchant", ask.options.merchant_name),
            ("Invoice", ask.invoice_number),
            ("Description", ask.description),
        ]
    lines = [html("<div><dt>{name}</dt><dd>{text}</dd></div>", name=name, text=text) for name, text in pairs if text]
    return html('<dl class="order">{lines}</dl>', lines=joined(lines))


def form_page(ask: HostedAsk, token: str, form: FilledForm, *, refusal: str = "", form_action: str) -> Response[str]:
    """The form, perhaps with what went wrong at the last try."""
    options = ask.options
    body = html(
        """<h1>Pay by card</h1>
{order}
{trouble}
<form method="post" action="{path}" autocomplete="off" novalidate>
<input type="hidden" name="token" value="{token}">
{card}
{address}
{save}
<div class="actions"><button type="submit" class="primary">{pay}</button>{cancel}</div>
</form>
{hints}
{resize}""",
        order=order_lines(ask),
        trouble=_trouble(form, refusal),
        path=PAY_PATH,
        token=token,
        card=_card_fields(ask, form),
        address=_address_fields(ask, form),
        save=save_box(form) if ask.may_save else NOTHING,
        pay=options.button_text,
        cancel=_cancel(ask),
        hints=_hints(),
        resize=resize(options.communicator_url),
    )
    title = "Error: Pay by card" if form.errors or refusal else "Pay by card"
    return page(title, body, form_action=form_action, frame=frame_of(options.communicator_url))


def _trouble(form: FilledForm, refusal: str) -> Html:
    if refusal:
        return html(
            '<p class="trouble" role="alert"><strong>{text}</strong> '
            "Nothing was charged. You can try again, with this card or another.</p>",
            text=refusal,
        )
    if form.errors:
        return html(
            '<p class="trouble" role="alert"><strong>Nothing was charged.</strong> '
            "Please look at the marked fields. Card number and card code must be typed again.</p>"
        )
    return NOTHING


def _card_fields(ask: HostedAsk, form: FilledForm) -> Html:
    code_label = "Card code" if ask.options.card_code_required else "Card code (optional)"
    fields = joined(
        [
            form_field("cardNumber", "Card number", form.errors, extra=' inputmode="numeric" maxlength="30" required'),
            form_field(
                "expirationDate",
                "Expiration date",
                form.errors,
                value=form.expiry,
                hint="Month and year, such as 12/30",
                extra=' inputmode="text" maxlength="10" class="short" required',
            ),
            form_field(
                "cardCode",
                code_label,
                form.errors,
                hint="3 digits, 4 for American Express",
                extra=' inputmode="numeric" maxlength="4" class="short"',
            ),
        ]
    )
    stored = _stored_cards(form) if form.stored else NOTHING
    return html("<fieldset><legend>Card</legend>{stored}{fields}</fieldset>", stored=stored, fields=fields)


def _stored_cards(form: FilledForm) -> Html:
    """The shopper's stored cards to pick from, and the choice to type another."""
    choices = [
        (card.payment_profile_id, f"{card.card_brand} {card.card_masked}", card.payment_profile_id == form.picked)
        for card in form.stored
    ]
    choices.append(("", "Another card", not form.picked))
    rows = [
        html(
            '<label class="choice"><input type="radio" name="paymentProfile" value="{value}"{checked}> {text}</label>',
            value=value,
            text=text,
            checked=Html(" checked") if checked else NOTHING,
        )
        for value, text, checked in choices
    ]
    return html('<div class="field" role="radiogroup" aria-label="Card to pay with">{rows}</div>', rows=joined(rows))


def save_box(form: FilledForm) -> Html:
    """The box to keep the card for the next time; never ticked by us."""
    return html(
        '<label class="choice"><input type="checkbox" name="saveCard" value="yes"{checked}> '
        "Keep this card for my next purchase</label>",
        checked=Html(" checked") if form.save else NOTHING,
    )


def _address_fields(ask: HostedAsk, form: FilledForm) -> Html:
    if not ask.options.address_shown:
        return NOTHING
    optional = "" if ask.options.address_required else " (optional)"
    fields = joined(
        [
            form_field(
                "firstName", f"First name{optional}", form.errors, value=form.first_name, extra=' maxlength="50"'
            ),
            form_field("lastName", f"Last name{optional}", form.errors, value=form.last_name, extra=' maxlength="50"'),
            form_field(
                "zip", f"ZIP code{optional}", form.errors, value=form.zip_code, extra=' maxlength="20" class="short"'
            ),
        ]
    )
    return html("<fieldset><legend>Billing address</legend>{fields}</fieldset>", fields=fields)


def _cancel(ask: HostedAsk) -> Html:
    if ask.options.framed:
        return html(
            '<button class="secondary" formaction="{path}" formnovalidate>{text}</button>',
            path=CANCEL_PATH,
            text=ask.options.cancel_url_text,
        )
    if not ask.options.cancel_url:
        return NOTHING
    return html(
        '<a class="secondary" href="{url}">{text}</a>',
        url=ask.options.cancel_url,
        text=ask.options.cancel_url_text,
    )


def card_table() -> Html:
    """The published test cards."""
    rows = [
        html(
            '<tr><th scope="row">{brand}</th><td><code>{number}</code></td></tr>', brand=card.brand, number=card.number
        )
        for card in cards.TEST_CARDS
    ]
    return html(
        '<table><caption>Test cards, with any future date</caption><thead><tr><th scope="col">Brand</th>'
        '<th scope="col">Number</th></tr></thead><tbody>{rows}</tbody></table>',
        rows=joined(rows),
    )


def trigger_table() -> Html:
    """What makes the stand-in say no, or something else."""
    avs = ", ".join(f"{zip_code} {result}" for zip_code, result in cards.AVS_BY_ZIP.items())
    cvv = ", ".join(f"{code} {result}" for code, result in cards.CVV_RESULT_BY_CODE.items())
    triggers = (
        (f"ZIP {cards.DECLINE_ZIP}", "declined"),
        (f"ZIP {HOLD_ZIP}", "authorized and held for review (our own trigger, unknown to Authorize.Net)"),
        (f"ZIP {UNASKED_HOLD_ZIP}", "held before the bank is asked (our own trigger as well)"),
        ("ZIP for an address result", f"{avs}, any other Y"),
        ("Card code for a code result", f"{cvv}, any other M"),
    )
    rows = [html('<tr><th scope="row">{a}</th><td>{b}</td></tr>', a=first, b=second) for first, second in triggers]
    return html(
        '<table><caption>Triggers</caption><thead><tr><th scope="col">What you type</th><th scope="col">What happens'
        "</th></tr></thead><tbody>{rows}</tbody></table>",
        rows=joined(rows),
    )


def _hints() -> Html:
    return html(
        '<details class="hints"><summary>Test cards and triggers</summary>{cards}{triggers}</details>',
        cards=card_table(),
        triggers=trigger_table(),
    )


def receipt_page(ask: HostedAsk, transaction: Transaction, told: str = "") -> Response[str]:
    """The gateway's own receipt; the way back is a link, and in a frame the store's page is told ``told``."""
    held = transaction.response_code == cards.HELD
    back = NOTHING
    if ask.options.url and not told:
        back = html(
            '<div class="actions"><a class="primary" href="{url}">{text}</a></div>',
            url=ask.options.url,
            text=ask.options.url_text,
        )
    body = html(
        """<h1>{title}</h1>
<p>{text}</p>
{order}
<dl class="order"><div><dt>Card</dt><dd>{brand} {card}</dd></div>
<div><dt>Transaction</dt><dd>{trans_id}</dd></div></dl>
{back}
{message}""",
        title="Payment under review" if held else "Payment received",
        text=transaction.reason,
        order=order_lines(ask),
        brand=transaction.card_brand,
        card=transaction.card_masked,
        trans_id=transaction.trans_id,
        back=back,
        message=message(ask.options.communicator_url, "transactResponse", response=told) if told else NOTHING,
    )
    return page("Receipt", body, frame=frame_of(ask.options.communicator_url))


def declined_page(ask: HostedAsk, text: str) -> Response[str]:
    """The end of a token whose one try was declined."""
    back = NOTHING
    if ask.options.cancel_url and not ask.options.framed:
        back = html(
            '<div class="actions"><a class="primary" href="{url}">{text}</a></div>',
            url=ask.options.cancel_url,
            text=ask.options.cancel_url_text,
        )
    body = html("<h1>Payment declined</h1><p>{text} Nothing was charged.</p>{back}", text=text, back=back)
    return page("Payment declined", body, frame=frame_of(ask.options.communicator_url))


def cancelled_page(ask: HostedAsk) -> Response[str]:
    """The frame's last page after the shopper gave up."""
    url = ask.options.communicator_url
    body = html("<h1>Cancelled</h1><p>Nothing was charged.</p>{message}", message=message(url, "cancel"))
    return page("Cancelled", body, frame=frame_of(url))


def bad_token_page() -> Response[str]:
    """The end of a token that is unknown, spent or too old."""
    body = html(
        """<h1>Missing or invalid token</h1>
<p>This payment form cannot be shown. Its token is missing or invalid: it was never issued, it has been used,
or more than 15 minutes have passed.</p>
<p>Nothing was charged by opening this page. Go back to the store and start the payment again.</p>"""
    )
    return page("Missing or invalid token", body, status=400)
