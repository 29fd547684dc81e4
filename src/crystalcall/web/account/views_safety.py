"""What keeps an account safe, seen and changed by its owner: sign-ins, password, address, second factors."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.customers.signing_in import actions, queries
from crystalcall.customers.signing_in.values import (
    ChangeRefused,
    ChangeRequested,
    FactorAdded,
    FactorRemoved,
    Issued,
    PasskeyOptions,
    PasswordProblem,
    RecoveryCodes,
    SignInRefusal,
)
from crystalcall.plumbing import clock
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, given, go
from crystalcall.web.account.qr import qr_code
from crystalcall.web.account.sign_in_words import STATUSES, change_refusal_said, password_problem_said, refusal_said
from crystalcall.web.account.typed import ANSWER_LIMIT_CHARACTERS, password_typed, typed

LABEL_LIMIT_CHARACTERS = 60


@account_page(fresh_to_act=True)
def sign_ins(request: AccountRequest) -> HttpResponse:
    """Where this account is signed in, told by times alone: no address and no browser is kept. Each can be ended."""
    now = clock.now()
    if request.method == "POST":
        return _ended(request)
    words = {"one": _("That sign-in has ended."), "others": _("Every other sign-in has ended.")}
    shown = {"sign_ins": queries.sign_ins_of(request.signed_in, now=now), "done": _done(request, words)}
    return fragment(request, "web/account/sign_ins.html", shown)


@account_page()
def password(request: AccountRequest) -> HttpResponse:
    """A new password, for the old one; every other sign-in ends, and this one gets a new token."""
    if request.method != "POST":
        shown = {"done": _done(request, {"changed": _("Your password was changed. Every other sign-in has ended.")})}
        return fragment(request, "web/account/password.html", shown)
    present, wanted = password_typed(request.POST, "present"), password_typed(request.POST)
    answer = actions.change_password(request.signed_in, present, wanted, now=clock.now())
    if isinstance(answer, Issued):
        return given(answer, _address("account-password", "changed"))
    if isinstance(answer, PasswordProblem):
        errors, status = {"password": password_problem_said(answer.reason)}, 422
    else:
        is_wrong = answer.reason is SignInRefusal.NOT_RIGHT
        said = _("This is not your present password.") if is_wrong else refusal_said(answer)
        errors, status = {"present": said}, STATUSES.get(answer.reason, 422)
    return fragment(request, "web/account/password.html", {"form": {"errors": errors}}, status)


@account_page(fresh_to_act=True)
def email(request: AccountRequest) -> HttpResponse:
    """A new address: it counts once both mailboxes agreed."""
    now = clock.now()
    if request.method != "POST":
        words = {"sent": _("Two mails are on their way: one to the old address, one to the new.")}
        shown = {"pending": queries.pending_email_change(request.signed_in, now=now), "done": _done(request, words)}
        return fragment(request, "web/account/email.html", shown)
    wanted = typed(request.POST, "email")
    answer = actions.request_email_change(request.signed_in, wanted, now=now)
    if isinstance(answer, ChangeRequested):
        return go(_address("account-email", "sent"))
    form = {"email": wanted, "errors": {"email": change_refusal_said(answer.reason)}}
    return fragment(request, "web/account/email.html", {"form": form}, 422)


@account_page(fresh_to_act=True)
def second_factor(request: AccountRequest) -> HttpResponse:
    """What else than the password this account wants; added and removed with a fresh password."""
    if request.method == "POST":
        act = _ACTS.get(typed(request.POST, "act"))
        return act(request) if act else go(reverse("account-second-factor"))
    words = {
        "removed": _("That second factor is gone."),
        "added": _("The second factor counts from the next sign-in on."),
    }
    return _factors(request, {"done": _done(request, words)})


def _ended(request: AccountRequest) -> HttpResponse:
    """One sign-in ended, or every other."""
    now = clock.now()
    if typed(request.POST, "others"):
        actions.end_others(request.signed_in, now=now)
        return go(_address("account-sign-ins", "others"))
    ended = _id_of(typed(request.POST, "id"))
    if ended is not None:
        actions.end(request.signed_in, ended, now=now)
    return go(_address("account-sign-ins", "one"))


def _factors(request: AccountRequest, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    signed_in = request.signed_in
    shown = {"factors": queries.factors_of(signed_in.audience, signed_in.principal_id)}
    return fragment(request, "web/account/second_factor.html", {**shown, **more}, status)


def _app_begun(request: AccountRequest, wrong: str = "") -> HttpResponse:
    """An authenticator's secret, as a picture and as letters."""
    begun = actions.totp_begin(request.signed_in, now=clock.now())
    if isinstance(begun, ChangeRefused):
        return _refused(request, begun)
    shown = {"begun": begun, "code": qr_code(begun.uri), "wrong": wrong}
    return fragment(request, "web/account/app.html", shown, 422 if wrong else 200)


def _app_confirmed(request: AccountRequest) -> HttpResponse:
    added = actions.totp_confirm(request.signed_in, typed(request.POST, "code"), now=clock.now())
    if isinstance(added, ChangeRefused):
        return _app_begun(request, change_refusal_said(added.reason))
    return _added(request, added)


def _app_removed(request: AccountRequest) -> HttpResponse:
    return _removed(request, actions.totp_remove(request.signed_in, now=clock.now()))


def _new_codes(request: AccountRequest) -> HttpResponse:
    fresh = actions.recovery_codes(request.signed_in, now=clock.now())
    if isinstance(fresh, RecoveryCodes):
        return fragment(request, "web/account/recovery_codes.html", {"codes": fresh.codes})
    return _refused(request, fresh)


def _passkey_begun(request: AccountRequest) -> HttpResponse:
    begun = actions.passkey_options(request.signed_in, now=clock.now())
    if isinstance(begun, PasskeyOptions):
        shown = {"ceremony": begun.ceremony, "options": json.dumps(dict(begun.options))}
        return fragment(request, "web/account/passkey.html", shown)
    return _refused(request, begun)


def _passkey_added(request: AccountRequest) -> HttpResponse:
    credential = typed(request.POST, "answer", ANSWER_LIMIT_CHARACTERS)
    label = typed(request.POST, "label", LABEL_LIMIT_CHARACTERS)
    ceremony = typed(request.POST, "ceremony")
    added = actions.passkey_add(request.signed_in, ceremony, credential, label, now=clock.now())
    return _refused(request, added) if isinstance(added, ChangeRefused) else _added(request, added)


def _passkey_removed(request: AccountRequest) -> HttpResponse:
    passkey = _id_of(typed(request.POST, "id"))
    if passkey is None:
        return go(reverse("account-second-factor"))
    return _removed(request, actions.passkey_remove(request.signed_in, passkey, now=clock.now()))


def _added(request: AccountRequest, added: FactorAdded) -> HttpResponse:
    """The codes for the day when the factor is lost come with the first one, and are shown once."""
    if added.recovery_codes:
        return fragment(request, "web/account/recovery_codes.html", {"codes": added.recovery_codes, "is_first": True})
    return go(_address("account-second-factor", "added"))


def _removed(request: AccountRequest, answer: FactorRemoved | ChangeRefused) -> HttpResponse:
    if isinstance(answer, FactorRemoved):
        return go(_address("account-second-factor", "removed"))
    return _refused(request, answer)


def _refused(request: AccountRequest, refused: ChangeRefused) -> HttpResponse:
    return _factors(request, {"wrong": change_refusal_said(refused.reason)}, 422)


_ACTS: dict[str, Callable[[AccountRequest], HttpResponse]] = {
    "app": _app_begun,
    "app-code": _app_confirmed,
    "app-remove": _app_removed,
    "codes": _new_codes,
    "passkey": _passkey_begun,
    "passkey-add": _passkey_added,
    "passkey-remove": _passkey_removed,
}


def _address(name: str, done: str) -> str:
    return f"{reverse(name)}?done={done}"


def _done(request: AccountRequest, words: Mapping[str, str]) -> str:
    """The sentence about what was just done; only words of ours can stand there."""
    return words.get(str(request.GET.get("done") or ""), "")


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
