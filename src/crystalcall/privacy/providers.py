"""The register of service providers: who may get which fields, for which purpose, under which contract (clause C09)."""

from dataclasses import dataclass
from datetime import date

from crystalcall.privacy.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Provider:
    """An outside company that gets data: only these fields, only for these purposes, only while the contract runs."""

    key: str
    name: str
    purposes: frozenset[Purpose]
    fields: frozenset[str]
    contract_from: date
    contract_until: date | None = None


PROVIDERS: dict[str, Provider] = {
    provider.key: provider
    for provider in (
        Provider(
            key="authorize-net",
            name="Authorize.Net",
            purposes=frozenset({Purpose.ORDER_FULFILLMENT}),
            fields=frozenset({"email", "amount", "order_number"}),
            contract_from=date(2026, 1, 1),
        ),
        Provider(
            key="mail-carrier",
            name="The operator's mail server",
            purposes=frozenset({Purpose.ORDER_FULFILLMENT, Purpose.ORDER_STATUS, Purpose.PRICE_NOTICE}),
            fields=frozenset({"email", "name", "order_number", "pin", "balance"}),
            contract_from=date(2026, 1, 1),
        ),
        Provider(
            key="telephone-carrier",
            name="The carriers that complete calls",
            purposes=frozenset({Purpose.CALL_DELIVERY}),
            fields=frozenset({"called_number"}),
            contract_from=date(2026, 1, 1),
        ),
    )
}
