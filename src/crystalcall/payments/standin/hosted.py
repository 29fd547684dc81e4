"""The doors of the hosted form: opened by a POST of its token, paid by a POST to itself."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Request, Response, get, post
from litestar.exceptions import ClientException

from crystalcall.payments.standin import hosted_forms
from crystalcall.payments.standin.card_form import FilledForm, blank_form, read_card_form
from crystalcall.payments.standin.desk import Desk, StandinDesk
from crystalcall.payments.standin.hosted_forms import HostedAsk
from crystalcall.payments.standin.hosted_pages import PAY_PATH, bad_token_page, form_page, receipt_page
from crystalcall.payments.standin.payment import Accepted, NotAccepted, pay

MOST_FIELDS = 20
LONGEST_BODY = 16_384


async def _fields(request: Request[Any, Any, Any]) -> dict[str, str]:
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
    if not ask.options.url:
        return "'self'"
    parts = urlsplit(ask.options.url)
    # Characters that could end the directive do not survive into it.
    origin = f"{parts.scheme}://{parts.netloc}".translate({ord(character): None for character in " ;,'\""})
    return f"'self' {origin}"


@get("/payment/payment")
async def no_form() -> Response[str]:
    """The form is opened by POST only."""
    return bad_token_page()


@post("/payment/payment", status_code=200)
async def open_form(request: Request[Any, Any, Any], desk: Desk) -> Response[str]:
    """Show the form of a token."""
    token = (await _fields(request)).get("token", "")
    with desk.state.writing():
        form = hosted_forms.find(desk.state, token)
        if form is None or not form.may_open(desk.now()):
            return bad_token_page()
        hosted_forms.mark_opened(desk.state, form, desk.now())
    return form_page(form.ask, token, blank_form(form.ask), form_action=_form_action(form.ask))


@post(PAY_PATH, status_code=200)
async def pay_form(request: Request[Any, Any, Any], desk: Desk) -> Response[str]:
    """One press of Pay."""
    fields = await _fields(request)
    token = fields.pop("token", "")
    form = hosted_forms.find(desk.state, token)
    if form is None or not form.may_pay(desk.now()):
        return bad_token_page()
    # A second press after success is answered like the first: the browser shows only the last answer.
    entry = read_card_form(fields, form.ask, desk.now())
    if isinstance(entry, FilledForm):
        return form_page(form.ask, token, entry, form_action=_form_action(form.ask))
    outcome = pay(desk.state, form, entry, desk.faults, desk.now())
    if isinstance(outcome, NotAccepted):
        again = FilledForm(
            expiry=fields.get("expirationDate", "").strip(),
            first_name=entry.first_name,
            last_name=entry.last_name,
            zip_code=entry.zip_code,
        )
        return form_page(form.ask, token, again, refusal=outcome.text, form_action=_form_action(form.ask))
    return await _sent_back(desk, form.ask, outcome)


async def _sent_back(desk: StandinDesk, ask: HostedAsk, outcome: Accepted) -> Response[str]:
    if not outcome.repeated:
        if desk.faults.before_return:
            await desk.courier.deliver_due()
        desk.courier.wake()
    if ask.options.show_receipt:
        return receipt_page(ask, outcome.transaction)
    # Nothing of the transaction goes along: the real gateway's return proves nothing either.
    headers = {"Location": ask.options.url, "Cache-Control": "no-store"}
    return Response("", status_code=303, headers=headers, media_type="text/plain")


HANDLERS = (no_form, open_form, pay_form)
