"""The hosted pages of a customer profile as HTML: the overview, a card, a shipping address."""

from dataclasses import dataclass, field

from litestar import Response

from crystalcall.payments.standin.form_fields import form_field
from crystalcall.payments.standin.frame_messages import frame_of, message, resize
from crystalcall.payments.standin.hosted_pages import card_table
from crystalcall.payments.standin.markup import NOTHING, Html, html, joined, page
from crystalcall.payments.standin.profile_settings import ProfileOptions
from crystalcall.payments.standin.profiles import Address, StoredCard

MANAGE, ADD_CARD, EDIT_CARD = "/customer/manage", "/customer/addPayment", "/customer/editPayment"
ADD_ADDRESS, EDIT_ADDRESS = "/customer/addShipping", "/customer/editShipping"
SAVE_CARD, DELETE_CARD = "/customer/savePayment", "/customer/deletePayment"
SAVE_ADDRESS, DELETE_ADDRESS = "/customer/saveShipping", "/customer/deleteShipping"

NAMES = (
    ("firstName", "First name", 50),
    ("lastName", "Last name", 50),
    ("company", "Company", 50),
    ("address", "Address", 60),
    ("city", "City", 40),
    ("state", "State", 40),
    ("zip", "ZIP code", 20),
    ("country", "Country", 60),
)
BILLING = tuple(name for name in NAMES if name[0] in {"firstName", "lastName", "zip"})


@dataclass(frozen=True, slots=True)
class Filled:
    """A form of these pages as it may be shown again: no number, no code."""

    number_id: str = ""
    expiry: str = ""
    names: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def _page(
    title: str, body: Html, options: ProfileOptions, *, saved: bool = False, wrong: bool = False
) -> Response[str]:
    """A page that may stand in the store's frame; after a change the store's page is told."""
    url = options.communicator_url
    told = message(url, "successfulSave") if saved else resize(url)
    whole = html("<h1>{title}</h1>{body}{told}", title=title, body=body, told=told)
    return page(f"Error: {title}" if wrong else title, whole, form_action="'self'", frame=frame_of(url))


def _button(path: str, token: str, text: str, *, kind: str = "secondary", number_id: str = "") -> Html:
    """One button that is a form of its own: everything here needs the token, so nothing is a link."""
    chosen = html('<input type="hidden" name="id" value="{id}">', id=number_id) if number_id else NOTHING
    return html(
        '<form method="post" action="{path}" class="inline"><input type="hidden" name="token" value="{token}">{chosen}'
        '<button class="{kind}">{text}</button></form>',
        path=path,
        token=token,
        chosen=chosen,
        kind=kind,
        text=text,
    )


def manage_page(
    options: ProfileOptions, token: str, cards: list[StoredCard], addresses: list[Address], *, saved: bool = False
) -> Response[str]:
    """What the profile holds, with what can be done to it."""
    pieces = []
    if options.manages in {"showAll", "showPayment"}:
        pieces.append(_cards(token, cards))
    if options.manages in {"showAll", "showShipping"}:
        pieces.append(_addresses(token, addresses))
    if options.return_url and not options.framed:
        back = html(
            '<a class="secondary" href="{url}">{text}</a>', url=options.return_url, text=options.return_url_text
        )
        pieces.append(html('<div class="actions">{back}</div>', back=back))
    return _page("Your stored cards and addresses", joined(pieces), options, saved=saved)


def _cards(token: str, cards: list[StoredCard]) -> Html:
    rows = [
        html(
            '<li><p>{brand} {masked}{default}</p><p>{name}</p><div class="inline">{edit}{delete}</div></li>',
            brand=card.card_brand,
            masked=card.card_masked,
            default=" (default)" if card.is_default else "",
            name=_line(card.bill_to),
            edit=_button(EDIT_CARD, token, "Change", number_id=card.payment_profile_id),
            delete=_button(DELETE_CARD, token, "Delete", number_id=card.payment_profile_id),
        )
        for card in cards
    ]
    shown = html('<ul class="stored">{rows}</ul>', rows=joined(rows)) if rows else html('<p class="empty">None.</p>')
    add = _button(ADD_CARD, token, "Add a card", kind="primary")
    return html("<h2>Cards</h2>{shown}{add}", shown=shown, add=add)


def _addresses(token: str, addresses: list[Address]) -> Html:
    rows = [
        html(
            '<li><p>{line}</p><div class="inline">{edit}{delete}</div></li>',
            line=_line(one.address),
            edit=_button(EDIT_ADDRESS, token, "Change", number_id=one.address_id),
            delete=_button(DELETE_ADDRESS, token, "Delete", number_id=one.address_id),
        )
        for one in addresses
    ]
    shown = html('<ul class="stored">{rows}</ul>', rows=joined(rows)) if rows else html('<p class="empty">None.</p>')
    add = _button(ADD_ADDRESS, token, "Add an address")
    return html("<h2>Shipping addresses</h2>{shown}{add}", shown=shown, add=add)


def _line(address: dict[str, str]) -> str:
    parts = [address.get(name, "") for name, _, _ in NAMES]
    return ", ".join(part for part in parts if part) or "no address"


def card_page(options: ProfileOptions, token: str, form: Filled) -> Response[str]:
    """The form of a card, new or to be changed."""
    changing = bool(form.number_id)
    code_label = "Card code" if options.code_required else "Card code (optional)"
    number_hint = "Leave XXXX and four digits as they are to keep the number" if changing else ""
    expiry_hint = "XXXX keeps the date" if changing else "Month and year, such as 12/30"
    masked = form.names.get("masked", "")
    fields = [
        form_field("cardNumber", "Card number", form.errors, value=masked, hint=number_hint, extra=' maxlength="30"'),
        form_field("expirationDate", "Expiration date", form.errors, value=form.expiry, hint=expiry_hint, extra=_SHORT),
        form_field("cardCode", code_label, form.errors, hint="3 digits, 4 for American Express", extra=_SHORT),
    ]
    if options.address_shown:
        fields += _name_fields(BILLING, form, required=options.address_required)
    title = "Change a card" if changing else "Add a card"
    return _form(title, SAVE_CARD, options, (token, form), joined(fields))


_SHORT = ' maxlength="10" class="short"'


def address_page(options: ProfileOptions, token: str, form: Filled) -> Response[str]:
    """The form of a shipping address, new or to be changed."""
    title = "Change an address" if form.number_id else "Add an address"
    fields = joined(_name_fields(NAMES, form, required=False))
    return _form(title, SAVE_ADDRESS, options, (token, form), fields)


def _name_fields(names: tuple[tuple[str, str, int], ...], form: Filled, *, required: bool) -> list[Html]:
    tail = "" if required else " (optional)"
    return [
        form_field(name, f"{label}{tail}", form.errors, value=form.names.get(name, ""), extra=f' maxlength="{longest}"')
        for name, label, longest in names
    ]


def _form(title: str, path: str, options: ProfileOptions, told: tuple[str, Filled], fields: Html) -> Response[str]:
    """A form with its button, the way back, and for a card the cards that are taken."""
    token, form = told
    hints = card_table() if path == SAVE_CARD else NOTHING
    trouble = (
        html(
            '<p class="trouble" role="alert"><strong>Nothing was saved.</strong> Please look at the marked fields.</p>'
        )
        if form.errors
        else NOTHING
    )
    body = html(
        """{trouble}<form method="post" action="{path}" autocomplete="off" novalidate>
<input type="hidden" name="token" value="{token}"><input type="hidden" name="id" value="{id}">
{fields}<div class="actions"><button class="primary">{save}</button></div></form>{back}{hints}""",
        trouble=trouble,
        path=path,
        token=token,
        id=form.number_id,
        fields=fields,
        save=options.save_text,
        back=_button(MANAGE, token, "Back without saving"),
        hints=hints,
    )
    return _page(title, body, options, wrong=bool(form.errors))
