"""The start-up checks behind clauses C01 and C09: an undeclared field, use or provider stops the program."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from crystalcall.privacy import inventory, providers


def register_checks() -> None:
    """Add the checks to every start and every command."""
    register(inventory_check)
    register(provider_check)


def concrete_fields() -> dict[str, tuple[str, ...]]:
    """Every concrete field of every installed model, by "app_label.Model"."""
    return {
        f"{model._meta.app_label}.{model._meta.object_name}": tuple(  # noqa: SLF001 - _meta is Django's documented model API
            field.name
            for field in model._meta.concrete_fields  # noqa: SLF001 - as above
        )
        for model in apps.get_models(include_auto_created=True)
    }


def inventory_check(**_: Any) -> list[CheckMessage]:
    """An error for each undeclared field, each declaration of a field that is gone, and each that makes no sense."""
    present = concrete_fields()
    errors: list[CheckMessage] = [
        Error(
            f"The field {name} is in no room's personal_data.py: declare it as personal or impersonal.",
            id="privacy.E001",
        )
        for name in inventory.undeclared(present)
    ]
    errors.extend(
        Error(f"The inventory declares {name}, which does not exist.", id="privacy.E002")
        for name in inventory.stale(present)
    )
    errors.extend(Error(f"The field {sentence}", id="privacy.E003") for sentence in inventory.senseless())
    return errors


def provider_check(**_: Any) -> list[CheckMessage]:
    """An error for each provider without a contract, or whose contract names what nobody declared."""
    return [Error(sentence, id="privacy.E004") for sentence in providers.senseless_contracts()]
