"""The doors of the hosted form: opened by a POST of its token, paid by a POST to itself."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.exceptions import ClientException

from crystalcall.payments.standin import hosted_forms, profiles
from crystalcall.payments.standin.card_form import FilledForm, blank_form, read_card_form
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.frame_messages import origin_of, transact_response
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.hosted_pages import (
    CANCEL_PATH,
    PAY_PATH,
    bad_token_page,
    cancelled_page,
    declined_page,
    form_page,
    receipt_page,
)
from crystalcall.payments.standin.payment import Accepted, pay
from crystalcall.payments.standin.profiles import StoredCard

MOST_FIELDS = 20
LONGEST_BODY = 16_384


async def form_fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The fields of a form; of a doubled one the last."""
    raw = await request.body()
    if len(raw) > LONGEST_BODY:
        return {}
    try:
        return dict(parse_qsl(raw.decode("utf-8"), max_num_fields=MOST_FIELDS, keep_blank_values=True))
    except ValueError as error:
        raise ClientException("This is not a form.") from error


def _form_action(ask: HostedAsk) -> str:
    """The form may lead to itself and, by the redirect after paying, to the store: browsers hold both to CSP."""
    return f"'self' {origin_of(ask.options.url)}" if ask.options.url else "'self'"


def _stored(desk: StandinDesk, ask: HostedAsk) -> list[StoredCard]:
    return profiles.cards_of(desk.state, ask.customer_profile_id) if ask.customer_profile_id else []


@get("/payment/payment")
async def no_form() -> Response[str]:
    """The form is opened by POST only."""
    return bad_token_page()


@post("/payment/payment", status_code=200)
async def open_form(request: Request[Any, Any, Any], desk: Desk) -> Response[str]:
    """Show the form of a token."""
    token = (await form_fields(request)).get("token", "")
    with desk.state.writing():
        form = hosted_forms.find(desk.state, token)
        if form is None or not form.may_open(desk.now()):
            return bad_token_page()
        hosted_forms.mark_opened(desk.state, form, desk.now())
    blank = blank_form(form.ask, _stored(desk, form.ask))
    return form_page(form.ask, token, blank, form_action=_form_action(form.ask))


@post(PAY_PATH, status_code=200)
async def pay_form(request: Request[Any, Any, Any], desk: Desk) -> Response[str]:
    """One press of Pay."""
    fields = await form_fields(request)
    token = fields.pop("token", "")
    form = hosted_forms.find(desk.state, token)
    if form is None or not form.may_pay(desk.now(), desk.switches.pay_within_minutes):
        return bad_token_page()
    desk.catch_up()
    # A second press after success is answered like the first: the browser shows only the last answer.
    stored = _stored(desk, form.ask)
    entry = read_card_form(fields, form.ask, stored, desk.now())
    if isinstance(entry, FilledForm):
        return form_page(form.ask, token, entry, form_action=_form_action(form.ask))
    outcome = pay(desk, form, entry)
    if isinstance(outcome, Accepted):
        return await _sent_back(desk, form.ask, outcome)
    if outcome.final:
        return declined_page(form.ask, outcome.text)
    again = FilledForm(
        expiry="" if entry.payment_profile_id else fields.get("expirationDate", "").strip(),
        first_name=entry.first_name,
        last_name=entry.last_name,
        zip_code=entry.zip_code,
        stored=stored,
        picked=entry.payment_profile_id,
        save=entry.save,
    )
    return form_page(form.ask, token, again, refusal=outcome.text, form_action=_form_action(form.ask))


@post(CANCEL_PATH, status_code=200)
async def cancel_form(request: Request[Any, Any, Any], desk: Desk) -> Response[str]:
    """The shopper gave up in a frame: the store's page is told. The token stays as it is."""
    form = hosted_forms.find(desk.state, (await form_fields(request)).get("token", ""))
    if form is None or not form.ask.options.framed:
        return bad_token_page()
    return cancelled_page(form.ask)


async def _sent_back(desk: StandinDesk, ask: HostedAsk, outcome: Accepted) -> Response[str]:
    if not outcome.repeated:
        if desk.faults.before_return:
            await desk.courier.deliver_due()
        desk.courier.wake()
    if ask.options.show_receipt or ask.options.framed:
        told = transact_response(ask, outcome, desk.switches) if ask.options.framed else ""
        return receipt_page(ask, outcome.transaction, told)
    # Nothing of the transaction goes along: the real gateway's return proves nothing either.
    headers = {"Location": ask.options.url, "Cache-Control": "no-store"}
    return Response("", status_code=303, headers=headers, media_type="text/plain")


HANDLERS = (no_form, open_form, pay_form, cancel_form)
