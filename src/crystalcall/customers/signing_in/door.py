"""The one door to pages of an account (clause C14): without a token an empty shell, with token and proof a fragment.

Both doors of the house, the customers' and the staff's, are made of it; each brings its audience, its shell and its
form for the password asked again. What the headers mean to the browser's script stands in `docs/account.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from crystalcall.customers.signing_in.admitting import admit, first_proof, fresh_nonce
from crystalcall.customers.signing_in.values import (
    Audience,
    Issued,
    NotAdmitted,
    NotAdmittedReason,
    ProvenRequest,
    SignedIn,
)
from crystalcall.plumbing import clock

FRAGMENT: Final = "Account-Fragment"
GO: Final = "Account-Go"
AGAIN: Final = "Account-Again"
OUT: Final = "Account-Out"
STATE: Final = "Account-State"
SOON: Final = "Account-Soon"

View = Callable[..., HttpResponse]


class PageDecorator(Protocol):
    """Makes a page for whoever is signed in, as `Door.page` does."""

    def __call__(self, *, fresh: bool = False, fresh_to_act: bool = False) -> Callable[[View], View]:
        """Put a view behind the door."""


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in, as the views behind the door get it."""

    signed_in: SignedIn


class KeyRequest(HttpRequest):
    """A request before sign-in, whose browser proved that it holds a key."""

    thumbprint: str


def fragment(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """What the script puts into the shell; it has one h1, which gives the page its title."""
    response = HttpResponse(render_to_string(template, context, request), status=status)
    response[FRAGMENT] = "1"
    return response


def go(address: str) -> HttpResponse:
    """Lead the script to another page of ours."""
    response = HttpResponse(status=200)
    response[GO] = address
    return response


def at(response: HttpResponse, address: str) -> HttpResponse:
    """Give a fragment that a POST answers the address of what it shows, in place of the one it was asked for at."""
    response[GO] = address
    return response


def soon(response: HttpResponse, address: str) -> HttpResponse:
    """Have the script ask at that address in a few seconds, unless the reader does something before."""
    response[SOON] = address
    return response


def given(issued: Issued, address: str = "") -> HttpResponse:
    """Hand over a token, in the body alone; then the script goes to `address`, or does what waited for the password."""
    told = {"token": issued.token, "sign_in": str(issued.signed_in.sign_in_id), "go": address}
    response = JsonResponse(told)
    response[STATE] = _state(issued.signed_in)
    return response


def out(response: HttpResponse, *, has_others: bool = False) -> HttpResponse:
    """Tell the browser to forget the sign-in; a fragment in the response is the farewell.

    The script takes away token and key by itself; besides, the browser is told to empty the storage (ASVS 5.0,
    14.3.1). Not where it `has_others`: somebody else's sign-in, in a tab that shows a public page just now and could
    not write its own again, would go with it.
    """
    response[OUT] = "1"
    if not has_others:
        response["Clear-Site-Data"] = '"storage"'
    return response


def step(response: HttpResponse) -> HttpResponse:
    """Mark a fragment as one step of giving the password again: what waited for it waits on."""
    response[AGAIN] = "step"
    return response


@dataclass(frozen=True, slots=True)
class Door:
    """How pages of an account are reached at one door; `home` is the name of its first page."""

    audience: Audience
    shell: Callable[[HttpRequest], HttpResponse]
    ask_again: Callable[[HttpRequest], HttpResponse]
    home: str = "account"

    def page(self, *, fresh: bool = False, fresh_to_act: bool = False) -> Callable[[View], View]:
        """A page for whoever is signed in; `fresh` wants a password of five minutes, `fresh_to_act` to POST alone."""

        def decorated(view: View) -> View:
            @wraps(view)
            def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                authorization = request.headers.get("Authorization", "")
                if not authorization and request.method in {"GET", "HEAD"}:
                    return _private(self.shell(request))
                now = clock.now()
                admitted = admit(proven(request, authorization), self.audience, now=now)
                if isinstance(admitted, NotAdmitted):
                    return _refused(admitted)
                request.signed_in = admitted
                is_acting = request.method not in {"GET", "HEAD"}
                if (fresh or (fresh_to_act and is_acting)) and not admitted.is_fresh(now):
                    response = self.asked(request)
                else:
                    response = _led(view(request, *args, **kwargs))
                response.setdefault(STATE, _state(admitted))
                return _answered(response)

            return guarded

        return decorated

    def asked(self, request: HttpRequest) -> HttpResponse:
        """The password asked for once more before what was asked for; the script asks that again by itself."""
        response = self.ask_again(request)
        response.status_code = 403
        response[AGAIN] = "asked"
        return response

    def before_sign_in(self, view: View) -> View:
        """A POST that a browser with a key makes before it has a token; `request.thumbprint` names the key."""

        @wraps(view)
        def guarded(request: KeyRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return _private(redirect(self.home))
            proved = first_proof(proven(request, ""), now=clock.now())
            if isinstance(proved, NotAdmitted):
                return _refused(proved)
            request.thumbprint = proved.thumbprint
            return _answered(_led(view(request, *args, **kwargs)))

        return guarded


def proven(request: HttpRequest, authorization: str) -> ProvenRequest:
    """A request as its proof has to describe it."""
    return ProvenRequest(
        method=request.method or "",
        url=request.build_absolute_uri(),
        proof=request.headers.get("DPoP", ""),
        authorization=authorization,
        body=request.body,
    )


def turned_away() -> HttpResponse:
    """As if nobody was signed in: for whoever has a token and is nobody's any more."""
    return _refused(NotAdmitted(NotAdmittedReason.UNKNOWN_TOKEN, fresh_nonce(now=clock.now())))


def _led(response: HttpResponse) -> HttpResponse:
    """A redirect as the script follows it: the browser itself would carry on a proof that is not for there."""
    return go(response.url) if isinstance(response, HttpResponseRedirectBase) else response


def _refused(refusal: NotAdmitted) -> HttpResponse:
    response = HttpResponse(status=401)
    response["WWW-Authenticate"] = f'DPoP error="{refusal.error}", algs="ES256"'
    response["DPoP-Nonce"] = refusal.nonce
    response["Account-Refusal"] = refusal.reason.value
    return _private(response)


def _answered(response: HttpResponse) -> HttpResponse:
    response["DPoP-Nonce"] = fresh_nonce(now=clock.now())
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """For no cache and no index; and what is said with a token is no answer for who asks without."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    patch_vary_headers(response, ("Authorization",))
    return response


def _state(signed_in: SignedIn) -> str:
    """For the script's warning: how many seconds are left without use, and at most."""
    now = clock.now()
    idle, ends = (
        max(0, int((moment - now).total_seconds())) for moment in (signed_in.idle_until, signed_in.expires_at)
    )
    return f"idle={idle}, ends={ends}"
