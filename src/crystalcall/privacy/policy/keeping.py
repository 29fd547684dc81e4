"""Whether the program keeps to its policy: it may collect, use and hand over less than the policy says, never more."""

from collections.abc import Iterator

from crystalcall.privacy.inventory import Personal, personal_fields
from crystalcall.privacy.policy.values import Practices, Recipient
from crystalcall.privacy.providers import PROVIDERS, Provider


def breaches(practices: Practices) -> tuple[str, ...]:
    """Sentences about everything in the inventory and the register of providers that these practices do not say."""
    return (*_field_breaches(practices), *_provider_breaches(practices))


def _field_breaches(practices: Practices) -> Iterator[str]:
    said = {entry.category: entry for entry in practices.collected}
    for model, fields in sorted(personal_fields().items()):
        for name, field in fields.items():
            entry = said.get(field.category)
            if entry is None:
                yield f"{model}.{name} is {field.category}, which the policy does not say is collected."
                continue
            yield from _surplus(f"{model}.{name}", field, set(entry.purposes), set(entry.retention))


def _surplus(name: str, field: Personal, purposes: set[str], retention: set[str]) -> Iterator[str]:
    for purpose in sorted({str(purpose) for purpose in field.purposes} - purposes):
        yield f"{name} ({field.category}) is kept for {purpose}, which the policy does not say."
    if field.retention not in retention:
        yield f"{name} ({field.category}) is kept as {field.retention}, which the policy does not say."


def _provider_breaches(practices: Practices) -> Iterator[str]:
    said = {provider.key: provider for provider in practices.providers}
    for provider in PROVIDERS.values():
        if provider.key not in said:
            yield f"The provider {provider.key} is in no version of the policy."
        elif not _within(provider, said[provider.key]):
            yield f"The contract of the provider {provider.key} goes beyond what the policy says."


def _within(provider: Provider, said: Recipient) -> bool:
    return (
        provider.fields <= set(said.fields)
        and {purpose.value for purpose in provider.purposes} <= set(said.purposes)
        and provider.contract_from >= said.contract_from
    )
