"""The doors of the hosted profile pages: each opened by a POST of its token."""

from typing import Any

from litestar import Request, Response, post

from crystalcall.payments.standin import api_cards, cards, keeping_cards, profile_tokens, profiles
from crystalcall.payments.standin.card_form import CARD_LIKE
from crystalcall.payments.standin.codes import Message
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.hosted import form_fields
from crystalcall.payments.standin.hosted_pages import bad_token_page
from crystalcall.payments.standin.profile_pages import (
    ADD_ADDRESS,
    ADD_CARD,
    BILLING,
    DELETE_ADDRESS,
    DELETE_CARD,
    EDIT_ADDRESS,
    EDIT_CARD,
    MANAGE,
    NAMES,
    SAVE_ADDRESS,
    SAVE_CARD,
    Filled,
    address_page,
    card_page,
    manage_page,
)
from crystalcall.payments.standin.profile_tokens import ProfileVisit
from crystalcall.payments.standin.profiles import Address, StoredCard

Page = Response[str]


async def _opened(request: Request[Any, Any, Any], desk: StandinDesk) -> tuple[ProfileVisit, dict[str, str]] | None:
    """Whose profile the token opens, and the fields; None for a token that is none, or a profile that is gone."""
    fields = await form_fields(request)
    visit = profile_tokens.find(desk.state, fields.get("token", ""), desk.now())
    if visit is None or profiles.find(desk.state, visit.customer_profile_id) is None:
        return None
    return visit, fields


def _manage(desk: StandinDesk, visit: ProfileVisit, token: str, *, saved: bool = False) -> Page:
    profile_id = visit.customer_profile_id
    stored = profiles.cards_of(desk.state, profile_id)
    return manage_page(visit.options, token, stored, profiles.addresses_of(desk.state, profile_id), saved=saved)


@post(MANAGE, status_code=200)
async def manage(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """What the profile holds."""
    opened = await _opened(request, desk)
    return _manage(desk, opened[0], opened[1]["token"]) if opened else bad_token_page()


def _wanted(fields: dict[str, str], *names: str) -> str:
    """The number of what is to be changed: the gateway's own field, or the one of our buttons."""
    return next((fields[name] for name in (*names, "id") if fields.get(name)), "")


@post([ADD_CARD, EDIT_CARD], status_code=200)
async def card_form(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """The form of a card; ``editPayment`` needs ``paymentProfileId``."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    if request.url.path == ADD_CARD:
        return card_page(visit.options, fields["token"], Filled())
    wanted = _wanted(fields, "paymentProfileId")
    stored = profiles.find_card(desk.state, visit.customer_profile_id, wanted)
    if stored is None:
        return bad_token_page()
    names = stored.bill_to | {"masked": stored.card_masked}
    return card_page(visit.options, fields["token"], Filled(wanted, "XXXX", names))


@post(SAVE_CARD, status_code=200)
async def save_card(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """A card is added or changed, or its form comes back with what is wrong."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    with desk.state.writing():
        before = profiles.find_card(desk.state, visit.customer_profile_id, fields.get("id", ""))
        errors = _saved(desk, visit, fields, before)
    if not errors:
        desk.courier.wake()
        return _manage(desk, visit, fields["token"], saved=True)
    # Neither a number nor a code goes back into the page.
    names = {name: fields.get(name, "") for name, _, _ in BILLING if not CARD_LIKE.search(fields.get(name, ""))}
    names |= {"masked": before.card_masked} if before else {}
    expiry = "" if CARD_LIKE.search(fields.get("expirationDate", "")) else fields.get("expirationDate", "")[:10]
    number_id = before.payment_profile_id if before else ""
    return card_page(visit.options, fields["token"], Filled(number_id, expiry, names, errors))


def _saved(desk: StandinDesk, visit: ProfileVisit, fields: dict[str, str], before: StoredCard | None) -> dict[str, str]:
    """What is wrong, by field; empty when the card was written."""
    errors = _faults(visit, fields)
    if errors:
        return errors
    bill_to = {name: fields.get(name, "").strip()[:longest] for name, _, longest in BILLING}
    number = fields.get("cardNumber", "").strip()
    code = fields.get("cardCode", "").strip()
    given = {
        "cardNumber": number if before and number == before.card_masked else cards.card_number_digits(number),
        "expirationDate": fields.get("expirationDate", "").strip(),
    }
    paid = {"billTo": bill_to, "payment": {"creditCard": given}}
    asked = api_cards.read_card(desk, visit.customer_profile_id, paid, before)
    if isinstance(asked, Message):
        wrong = "cardNumber" if "Number" in asked.text else "expirationDate"
        return {wrong: f"{asked.text} Only the published test cards are taken here; nothing was kept."}
    outcome = api_cards.validated(desk, asked, visit.options.validation_mode, code)
    if outcome.refused:
        return {"cardNumber": outcome.refused.text}
    return _written(desk, asked, before)


def _written(desk: StandinDesk, asked: StoredCard, before: StoredCard | None) -> dict[str, str]:
    if before is None:
        added = keeping_cards.add_card(desk, asked)
        return {"cardNumber": added.text} if isinstance(added, Message) else {}
    if keeping_cards.same_card(desk, asked):
        return {"cardNumber": "This card is stored already."}
    profiles.save_card(desk.state, asked)
    keeping_cards.tell_card(desk, "updated", asked)
    return {}


def _faults(visit: ProfileVisit, fields: dict[str, str]) -> dict[str, str]:
    errors = {}
    if visit.options.code_required and not fields.get("cardCode", "").strip():
        errors["cardCode"] = "Enter the card code."
    for name, label, _ in BILLING:
        text = fields.get(name, "")
        if CARD_LIKE.search(text):
            errors[name] = "This looks like a card number in the wrong field. It was not kept."
        elif visit.options.address_required and visit.options.address_shown and not text.strip():
            errors[name] = f"Enter the {label[0].lower()}{label[1:]}."
    return errors


@post(DELETE_CARD, status_code=200)
async def delete_card(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """A card is deleted; one that is gone already is no matter."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    with desk.state.writing():
        stored = profiles.find_card(desk.state, visit.customer_profile_id, fields.get("id", ""))
        if stored is not None:
            profiles.remove_card(desk.state, stored)
            keeping_cards.tell_card(desk, "deleted", stored)
    desk.courier.wake()
    return _manage(desk, visit, fields["token"], saved=True)


@post([ADD_ADDRESS, EDIT_ADDRESS], status_code=200)
async def address_form(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """The form of a shipping address; ``editShipping`` needs ``shippingAddressId``."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    if request.url.path == ADD_ADDRESS:
        return address_page(visit.options, fields["token"], Filled())
    wanted = _wanted(fields, "shippingAddressId")
    stored = profiles.find_address(desk.state, visit.customer_profile_id, wanted) if wanted else None
    if stored is None:
        return bad_token_page()
    return address_page(visit.options, fields["token"], Filled(wanted, "", stored.address))


@post(SAVE_ADDRESS, status_code=200)
async def save_address(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """An address is added or changed."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    typed = {name: fields.get(name, "").strip()[:longest] for name, _, longest in NAMES}
    wrong = "This looks like a card number in the wrong field. It was not kept."
    errors = {name: wrong for name, text in typed.items() if CARD_LIKE.search(text)}
    shown = {name: text for name, text in typed.items() if name not in errors}
    there = profiles.addresses_of(desk.state, visit.customer_profile_id)
    if not any(typed.values()):
        errors = {"firstName": "Enter an address."}
    elif not fields.get("id") and len(there) >= profiles.MOST_ADDRESSES:
        errors = {"firstName": "There are 100 addresses already."}
    if errors:
        return address_page(visit.options, fields["token"], Filled(fields.get("id", ""), "", shown, errors))
    before = next((one for one in there if one.address_id == fields.get("id")), None)
    asked = Address(
        address_id=before.address_id if before else profiles.new_id(),
        customer_profile_id=visit.customer_profile_id,
        address=keeping_cards.cleaned(typed),
        is_default=bool(before and before.is_default),
    )
    with desk.state.writing():
        profiles.save_address(desk.state, asked)
    return _manage(desk, visit, fields["token"], saved=True)


@post(DELETE_ADDRESS, status_code=200)
async def delete_address(request: Request[Any, Any, Any], desk: Desk) -> Page:
    """An address is deleted; one that is gone already is no matter."""
    opened = await _opened(request, desk)
    if opened is None:
        return bad_token_page()
    visit, fields = opened
    with desk.state.writing():
        wanted = fields.get("id", "")
        stored = profiles.find_address(desk.state, visit.customer_profile_id, wanted) if wanted else None
        if stored is not None:
            profiles.remove_address(desk.state, stored)
    return _manage(desk, visit, fields["token"], saved=True)


HANDLERS = (manage, card_form, save_card, delete_card, address_form, save_address, delete_address)
