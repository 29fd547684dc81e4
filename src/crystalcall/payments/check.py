"""The start-up check of the gateway: right host, right keys, right currency, not in test mode."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from crystalcall.payments.authorizenet.client import LOOPBACK, UnsafeAddressError
from crystalcall.payments.connection import at_gateway
from crystalcall.payments.gateway import Gateway, GatewayRefused, GatewayUnknown, MerchantAnswer, RefusalKind
from crystalcall.plumbing import settings
from crystalcall.plumbing.settings import Settings

CURRENCY = "USD"

#: Hosts that belong together: addresses from two rows would send buyers of one account to the form of another.
_WORLDS = {
    "the sandbox": frozenset({"apitest.authorize.net", "test.authorize.net"}),
    "production": frozenset({"api.authorize.net", "api2.authorize.net", "accept.authorize.net"}),
    "this machine": LOOPBACK,
}
_REFUSALS = {
    RefusalKind.CREDENTIALS: "The gateway does not know these keys (or they belong to its other host)",
    RefusalKind.PERMISSION: "These keys may not ask for the merchant's details",
    RefusalKind.TEST_MODE: "The account is in test mode: nothing is charged and nothing can be looked up",
    RefusalKind.REQUEST: "The gateway refuses our request",
}


@dataclass(frozen=True, slots=True)
class GatewayReport:
    """What the check found; without problems, cards can be charged. Each problem is a sentence for the operator."""

    host: str
    merchant: str
    problems: tuple[str, ...]


def check_gateway(gateway: Gateway | None = None) -> GatewayReport:
    """Ask the gateway who we are, and hold its answer and our settings against each other."""
    current = settings.current()
    host = urlsplit(current.gateway_api_url).hostname or ""
    problems = _address_problems(current)
    try:
        with at_gateway(gateway) as opened:
            answer = opened.merchant_details()
    except UnsafeAddressError as unsafe:
        return GatewayReport(host, "", (*problems, str(unsafe)))
    merchant, found = _answer_problems(answer)
    return GatewayReport(host, merchant, (*problems, *found))


def _address_problems(current: Settings) -> tuple[str, ...]:
    urls = (current.gateway_api_url, current.gateway_rest_url, current.gateway_hosted_url)
    worlds = {_world(urlsplit(url).hostname or "") for url in urls}
    if len(worlds) > 1:
        return (f"The three gateway addresses do not belong together: they name {', '.join(sorted(worlds))}.",)
    if current.profile == "production" and worlds != {"production"}:
        return (f"In production the gateway must be the real one, not {worlds.pop()}.",)
    return ()


def _world(host: str) -> str:
    return next((name for name, hosts in _WORLDS.items() if host in hosts), host)


def _answer_problems(answer: MerchantAnswer) -> tuple[str, tuple[str, ...]]:
    """The merchant's name, and what is wrong with its account."""
    if isinstance(answer, GatewayUnknown):
        return "", (f"The gateway cannot be reached ({answer.cause.value} {answer.detail}".rstrip() + ").",)
    if isinstance(answer, GatewayRefused):
        return "", (f"{_REFUSALS[answer.kind]}: {answer.detail}",)
    problems = []
    if answer.is_test_mode:
        problems.append(f"{_REFUSALS[RefusalKind.TEST_MODE]}.")
    if CURRENCY not in answer.currencies:
        problems.append(
            f"The account takes {', '.join(answer.currencies) or 'no currency'}; the shop sells in {CURRENCY}."
        )
    return answer.name, tuple(problems)
