"""Asking for links: a new password, or leave to try after too many wrong ones. The same answer for every address."""

from datetime import datetime
from typing import Final

from django.db import transaction

from crystalcall.customers.signing_in import links, sources, trying
from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.occurring import noted
from crystalcall.customers.signing_in.values import (
    Audience,
    LinkKind,
    LinkRefusal,
    LinkRefused,
    LinkRequested,
    TooManyRequests,
    TryGranted,
)

HOUR_SECONDS: Final = 3600


@noted("reset_link")
def request_reset(
    audience: Audience, email: str, source: str = "", *, now: datetime
) -> LinkRequested | TooManyRequests:
    """Have a link mailed that sets a new password, if somebody signs in with this address."""
    return _request(LinkKind.RESET, audience, email, source, now)


@noted("try_link")
def request_try(audience: Audience, email: str, source: str = "", *, now: datetime) -> LinkRequested | TooManyRequests:
    """Have a link mailed that lets the browser that presses it try at once, instead of waiting."""
    return _request(LinkKind.TRY, audience, email, source, now)


@noted("try")
def grant_try(secret: str, thumbprint: str, *, now: datetime) -> TryGranted | LinkRefused:
    """Let this browser try at the address that the link went to; the link is used up."""
    link = links.look(secret, LinkKind.TRY, now=now)
    if isinstance(link, LinkRefused):
        return link
    with transaction.atomic():
        if not links.spend(link):
            return LinkRefused(LinkRefusal.UNKNOWN)
        trying.let_try(bytes(link.address_index), thumbprint, now)
    return TryGranted()


def want_try_link(audience: Audience, target: bytes, now: datetime) -> None:
    """Have the link mailed that a sign-in needs, whatever others asked for: it is the way in that is always open."""
    with transaction.atomic():
        links.want(LinkKind.TRY, audience, target, now)


def _request(
    kind: LinkKind, audience: Audience, email: str, source: str, now: datetime
) -> LinkRequested | TooManyRequests:
    wait = sources.wait_seconds(source, sources.Act.LINK, now)
    if wait:
        return TooManyRequests(wait)
    if links.too_many_for_all(now):
        return TooManyRequests(HOUR_SECONDS)
    sources.count(source, sources.Act.LINK, now)
    with transaction.atomic():
        links.want(kind, audience, address_index(audience, email), now)
    return LinkRequested()
