"""What keeps an account safe, seen and changed by its owner at either door: sign-ins, password, second factors."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.customers.signing_in import actions, queries
from crystalcall.customers.signing_in.door import SignedInRequest
from crystalcall.customers.signing_in.values import (
    ChangeRefused,
    FactorAdded,
    FactorRemoved,
    Issued,
    PasskeyOptions,
    PasswordProblem,
    RecoveryCodes,
    SignInRefusal,
)
from crystalcall.hall.fragments import fragment, given, go
from crystalcall.hall.qr import qr_code
from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.sign_in_words import STATUSES, change_refusal_said, password_problem_said, refusal_said
from crystalcall.hall.typed import ANSWER_LIMIT_CHARACTERS, password_typed, typed
from crystalcall.plumbing import clock

LABEL_LIMIT_CHARACTERS = 60
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def sign_ins(request: SignedInRequest) -> HttpResponse:
    """Where this account is signed in, told by times alone: no address and no browser is kept. Each can be ended."""
    now = clock.now()
    if request.method == "POST":
        return _ended(request)
    words = {"one": _("That sign-in has ended."), "others": _("Every other sign-in has ended.")}
    lasts = queries.lifetimes_of(request.signed_in.audience)
    shown = {
        "sign_ins": queries.sign_ins_of(request.signed_in, now=now),
        "lasting": {"idle_minutes": lasts.idle // MINUTE, "hours": lasts.absolute // HOUR},
        "done": said_done(request, words),
    }
    return fragment(request, "hall/sign_ins.html", shown)


def password(request: SignedInRequest) -> HttpResponse:
    """A new password, for the old one; every other sign-in ends, and this one gets a new token."""
    if request.method != "POST":
        shown = {
            "done": said_done(request, {"changed": _("Your password was changed. Every other sign-in has ended.")})
        }
        return fragment(request, "hall/password.html", shown)
    present, wanted = password_typed(request.POST, "present"), password_typed(request.POST)
    answer = actions.change_password(request.signed_in, present, wanted, now=clock.now())
    if isinstance(answer, Issued):
        return given(answer, address_after("account-password", "changed"))
    if isinstance(answer, PasswordProblem):
        errors, status = {"password": password_problem_said(answer.reason)}, 422
    else:
        is_wrong = answer.reason is SignInRefusal.NOT_RIGHT
        said = _("This is not your present password.") if is_wrong else refusal_said(answer)
        errors, status = {"present": said}, STATUSES.get(answer.reason, 422)
    return fragment(request, "hall/password.html", {"form": {"errors": errors}}, status)


def second_factor(request: SignedInRequest) -> HttpResponse:
    """What else than the password this account wants; added and removed with a fresh password."""
    if request.method == "POST":
        act = _ACTS.get(typed(request.POST, "act"))
        return act(request) if act else go(reverse("account-second-factor"))
    words = {
        "removed": _("That second factor is gone."),
        "added": _("The second factor counts from the next sign-in on."),
    }
    return _factors(request, {"done": said_done(request, words)})


def _ended(request: SignedInRequest) -> HttpResponse:
    """One sign-in ended, or every other."""
    now = clock.now()
    if typed(request.POST, "others"):
        actions.end_others(request.signed_in, now=now)
        return go(address_after("account-sign-ins", "others"))
    ended = _id_of(typed(request.POST, "id"))
    if ended is not None:
        actions.end(request.signed_in, ended, now=now)
    return go(address_after("account-sign-ins", "one"))


def _factors(request: SignedInRequest, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    signed_in = request.signed_in
    shown = {"factors": queries.factors_of(signed_in.audience, signed_in.principal_id)}
    return fragment(request, "hall/second_factor.html", {**shown, **more}, status)


def _app_begun(request: SignedInRequest, wrong: str = "") -> HttpResponse:
    """An authenticator's secret, as a picture and as letters."""
    begun = actions.totp_begin(request.signed_in, is_again=bool(wrong), now=clock.now())
    if isinstance(begun, ChangeRefused):
        return _refused(request, begun)
    shown = {"begun": begun, "code": qr_code(begun.uri), "wrong": wrong}
    return fragment(request, "hall/app.html", shown, 422 if wrong else 200)


def _app_confirmed(request: SignedInRequest) -> HttpResponse:
    added = actions.totp_confirm(request.signed_in, typed(request.POST, "code"), now=clock.now())
    if isinstance(added, ChangeRefused):
        return _app_begun(request, change_refusal_said(added.reason))
    return _added(request, added)


def _app_removed(request: SignedInRequest) -> HttpResponse:
    return _removed(request, actions.totp_remove(request.signed_in, now=clock.now()))


def _new_codes(request: SignedInRequest) -> HttpResponse:
    fresh = actions.recovery_codes(request.signed_in, now=clock.now())
    if isinstance(fresh, RecoveryCodes):
        return fragment(request, "hall/recovery_codes.html", {"codes": fresh.codes})
    return _refused(request, fresh)


def _passkey_begun(request: SignedInRequest) -> HttpResponse:
    begun = actions.passkey_options(request.signed_in, now=clock.now())
    if isinstance(begun, PasskeyOptions):
        shown = {"ceremony": begun.ceremony, "options": json.dumps(dict(begun.options))}
        return fragment(request, "hall/passkey.html", shown)
    return _refused(request, begun)


def _passkey_added(request: SignedInRequest) -> HttpResponse:
    credential = typed(request.POST, "answer", ANSWER_LIMIT_CHARACTERS)
    label = typed(request.POST, "label", LABEL_LIMIT_CHARACTERS)
    ceremony = typed(request.POST, "ceremony")
    added = actions.passkey_add(request.signed_in, ceremony, credential, label, now=clock.now())
    return _refused(request, added) if isinstance(added, ChangeRefused) else _added(request, added)


def _passkey_removed(request: SignedInRequest) -> HttpResponse:
    passkey = _id_of(typed(request.POST, "id"))
    if passkey is None:
        return go(reverse("account-second-factor"))
    return _removed(request, actions.passkey_remove(request.signed_in, passkey, now=clock.now()))


def _added(request: SignedInRequest, added: FactorAdded) -> HttpResponse:
    """The codes for the day when the factor is lost come with the first one, and are shown once."""
    if added.recovery_codes:
        return fragment(request, "hall/recovery_codes.html", {"codes": added.recovery_codes, "is_first": True})
    return go(address_after("account-second-factor", "added"))


def _removed(request: SignedInRequest, answer: FactorRemoved | ChangeRefused) -> HttpResponse:
    if isinstance(answer, FactorRemoved):
        return go(address_after("account-second-factor", "removed"))
    return _refused(request, answer)


def _refused(request: SignedInRequest, refused: ChangeRefused) -> HttpResponse:
    return _factors(request, {"wrong": change_refusal_said(refused.reason)}, 422)


_ACTS: dict[str, Callable[[SignedInRequest], HttpResponse]] = {
    "app": _app_begun,
    "app-code": _app_confirmed,
    "app-remove": _app_removed,
    "codes": _new_codes,
    "passkey": _passkey_begun,
    "passkey-add": _passkey_added,
    "passkey-remove": _passkey_removed,
}


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
