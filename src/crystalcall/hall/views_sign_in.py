"""Signing in, the second step, the password asked again, signing out. A token is told in a body of JSON only.

These are the views of both doors; `hall/urls.py` puts each behind the door it belongs to.
"""

import json
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from crystalcall.customers.signing_in import actions
from crystalcall.customers.signing_in.door import KeyRequest, SignedInRequest
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    LinkRequested,
    PasskeyAnswer,
    ProofByMailSent,
    RecoveryAnswer,
    SecondFactorAnswer,
    SecondFactorNeeded,
    SignInAnswer,
    SignInRefusal,
    TotpAnswer,
)
from crystalcall.hall.fragments import again_fragment, fragment, given, go, out, step
from crystalcall.hall.sign_in_words import STATUSES, refusal_said, wait_said
from crystalcall.hall.typed import ANSWER_LIMIT_CHARACTERS, password_typed, typed
from crystalcall.plumbing import clock
from crystalcall.plumbing.sources import source_of


def sign_in(request: KeyRequest, audience: Audience) -> HttpResponse:
    """Address and password for a token, bound to the key that this browser proved."""
    email, password = typed(request.POST, "email"), password_typed(request.POST)
    if not email or not password:
        return _form(request, email, _("Please give your e-mail address and your password."), 422)
    answer = actions.sign_in(
        *(audience, email, password, request.thumbprint, source_of(request)),
        now=clock.now(),
    )
    return _further(request, answer, email)


def second_step(request: KeyRequest) -> HttpResponse:
    """The second factor for a token, with the challenge that the password bought."""
    challenge = typed(request.POST, "challenge")
    answer = actions.finish_second_factor(challenge, _read_answer(request), request.thumbprint, now=clock.now())
    if isinstance(answer, Issued):
        return given(answer)
    if answer.reason is SignInRefusal.NOT_RIGHT:
        wrong = _("That does not fit. Take the newest code of your app, or another factor.")
        return _second_form(request, Second.typed(request), wrong)
    if typed(request.POST, "again"):
        return again_fragment(request, {"wrong": refusal_said(answer)}, STATUSES.get(answer.reason, 422))
    return _form(request, "", refusal_said(answer), STATUSES.get(answer.reason, 422), answer.wait_seconds)


def send_try(request: KeyRequest, audience: Audience) -> HttpResponse:
    """Instead of waiting: a link by mail, whose press lets that browser try."""
    requested = actions.request_try(audience, typed(request.POST, "email"), source_of(request), now=clock.now())
    if isinstance(requested, LinkRequested):
        return fragment(request, "hall/try_sent.html")
    wrong = _("Please wait %(wait)s, then ask for a link again.") % {"wait": wait_said(requested.wait_seconds)}
    return _form(request, typed(request.POST, "email"), wrong, 429, requested.wait_seconds)


def again(request: SignedInRequest) -> HttpResponse:
    """The password once more; a new token takes the place of the old one."""
    if request.method != "POST":
        return go(reverse("account"))
    answer = actions.reauthenticate(request.signed_in, password_typed(request.POST), now=clock.now())
    if isinstance(answer, Issued):
        return given(answer)
    if isinstance(answer, SecondFactorNeeded):
        return _second_form(request, Second.of(answer, is_again=True))
    wrong = _("The password is not right.") if answer.reason is SignInRefusal.NOT_RIGHT else refusal_said(answer)
    return again_fragment(request, {"wrong": wrong}, STATUSES.get(answer.reason, 422))


def sign_out(request: SignedInRequest) -> HttpResponse:
    """The end of this sign-in, here and in every tab that shares it."""
    if request.method != "POST":
        return go(reverse("account"))
    actions.sign_out(request.signed_in, now=clock.now())
    return out(HttpResponse(status=200), has_others=bool(typed(request.POST, "others")))


def extend(request: SignedInRequest) -> HttpResponse:
    """One click at the warning: half an hour more."""
    if request.method == "POST":
        actions.extend(request.signed_in, now=clock.now())
    return HttpResponse(status=204)


@dataclass(frozen=True, slots=True)
class Second:
    """What the form of the second step holds; it comes back with a wrong answer, to be shown again."""

    challenge: str = field(repr=False)
    has_totp: bool
    options: str = field(repr=False)
    is_again: bool = False

    @classmethod
    def of(cls, needed: SecondFactorNeeded, *, is_again: bool = False) -> "Second":
        """As the right password opened it."""
        options = json.dumps(dict(needed.passkey_options)) if needed.passkey_options else ""
        return cls(needed.challenge, needed.has_totp, options, is_again)

    @classmethod
    def typed(cls, request: HttpRequest) -> "Second":
        """As it came back."""
        options = typed(request.POST, "options", ANSWER_LIMIT_CHARACTERS)
        has_totp, is_again = (bool(typed(request.POST, name)) for name in ("has_totp", "again"))
        return cls(typed(request.POST, "challenge"), has_totp, options, is_again)


def _second_form(request: HttpRequest, second: Second, wrong: str = "") -> HttpResponse:
    """The form for the second step; what waited for the password waits on."""
    shown = {"second": second, "wrong": wrong}
    return step(fragment(request, "hall/second_step.html", shown, 422 if wrong else 200))


def _read_answer(request: HttpRequest) -> SecondFactorAnswer:
    """The second factor as it was given: by a passkey, by a recovery code, or by the digits of an app."""
    if passkey := typed(request.POST, "answer", ANSWER_LIMIT_CHARACTERS):
        return PasskeyAnswer(passkey)
    if recovery := typed(request.POST, "recovery"):
        return RecoveryAnswer(recovery)
    return TotpAnswer(typed(request.POST, "code"))


def _further(request: HttpRequest, answer: SignInAnswer, email: str) -> HttpResponse:
    if isinstance(answer, Issued):
        return given(answer)
    if isinstance(answer, SecondFactorNeeded):
        return _second_form(request, Second.of(answer))
    if isinstance(answer, ProofByMailSent):
        return fragment(request, "hall/try_sent.html")
    return _form(request, email, refusal_said(answer), STATUSES.get(answer.reason, 422), answer.wait_seconds)


def _form(request: HttpRequest, email: str, wrong: str, status: int, wait_seconds: int = 0) -> HttpResponse:
    """The form to sign in with what is wrong; the password is never sent back."""
    shown = {"email": email, "wrong": wrong, "may_ask_for_link": bool(wait_seconds)}
    response = fragment(request, "hall/sign_in.html", shown, status)
    if wait_seconds:
        response["Retry-After"] = str(wait_seconds)
    return response
