"""The register of service providers: who may get which fields, for which purpose, under which contract (clause C09)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.purposes import FACTS, Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Provider:
    """An outside company that gets data: only these fields, only for these purposes, only while the contract runs.

    `fields` are names of `SHARED`. `words` is what readers call the company; its name where nothing else is given.
    """

    key: str
    name: str
    purposes: frozenset[Purpose]
    fields: frozenset[str]
    contract_from: date
    contract_until: date | None = None
    words: "_StrPromise | str" = ""

    def __post_init__(self) -> None:
        if not self.words:
            object.__setattr__(self, "words", self.name)


@dataclass(frozen=True, slots=True)
class SharedField:
    """What leaves the program under a name: its words, and its category of personal data ("" where it has none)."""

    words: "_StrPromise"
    category: str


SHARED: Final[Mapping[str, SharedField]] = {
    "email": SharedField(_("e-mail address"), "user.contact.email"),
    "name": SharedField(_("name"), "user.name"),
    "called_number": SharedField(_("the number you call"), "user.contact.phone_number"),
    "amount": SharedField(_("amount of the payment"), "user.financial"),
    "order_number": SharedField(_("order number"), "user.behavior.purchase_history"),
    "purchase": SharedField(_("what you ordered, when and for how much"), "user.behavior.purchase_history"),
    "card_serial": SharedField(_("serial number of the card"), "user.account"),
    "balance": SharedField(_("what is left on a card"), "user.account"),
    "pin": SharedField(_("PIN of the card"), "user.authorization.credentials"),
    "page_address": SharedField(
        _("secret address of a page of yours (of an order, of a wish, of a request)"), "user.authorization.credentials"
    ),
    "request": SharedField(_("what you asked us about your data, and our answer"), "user.content.private"),
    "authority": SharedField(_("that an authority got data about you, and which"), "user.content.private"),
}
"""Every field that may leave at all; a provider's contract can name no other."""

PROVIDERS: dict[str, Provider] = {
    provider.key: provider
    for provider in (
        Provider(
            key="authorize-net",
            name="Authorize.Net",
            purposes=frozenset({Purpose.ORDER_FULFILLMENT}),
            # The page address is where the form leads back to.
            fields=frozenset({"email", "amount", "order_number", "page_address"}),
            contract_from=date(2026, 1, 1),
        ),
        Provider(
            key="mail-carrier",
            name="The operator's mail server",
            purposes=frozenset(
                {Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE, Purpose.POLICY_NOTICE}
                | {Purpose.PRIVACY_REQUEST, Purpose.SIGNING_IN}
            ),
            fields=frozenset({"email", "name", "order_number", "purchase", "card_serial", "pin", "balance"})
            | {"page_address", "request", "authority"},
            contract_from=date(2026, 1, 1),
            words=_("the mail server that carries our letters"),
        ),
        Provider(
            key="telephone-carrier",
            name="The carriers that complete calls",
            purposes=frozenset({Purpose.CALL_DELIVERY}),
            fields=frozenset({"called_number"}),
            contract_from=date(2026, 1, 1),
            words=_("the telephone companies that complete calls"),
        ),
    )
}


def senseless_contracts() -> list[str]:
    """Sentences about providers without a contract, or whose contract names what nobody declared; sorted."""
    return sorted(problem for provider in PROVIDERS.values() for problem in _problems(provider))


def _problems(provider: Provider) -> Iterable[str]:
    # A plug-in's provider is checked as it stands at run time: types are promises of our own code only.
    begins: object = provider.contract_from
    if not isinstance(begins, date):
        yield f"The provider {provider.key} has no contract: data may go to nobody without one."
    elif provider.contract_until is not None and provider.contract_until < provider.contract_from:
        yield f"The contract of the provider {provider.key} ends before it begins."
    if not provider.fields or not provider.purposes:
        yield f"The contract of the provider {provider.key} names no field or no purpose."
    for purpose in sorted(provider.purposes - set(FACTS)):
        yield f"The provider {provider.key} gets data for {purpose}, which is no purpose of privacy/purposes.py."
    for name in sorted(provider.fields - set(SHARED)):
        yield f"The provider {provider.key} gets {name}, which is no field of privacy/providers.py: SHARED."
