"""The inventory in fideslang's form: a dataset a room, the store as a system, and a system for each provider.

Field names, categories, data uses and legal bases are fideslang's (3.1); a test builds its own models from this file.
"""

from collections.abc import Iterable
from typing import Any, Final

import yaml
from django.utils.translation import override

from crystalcall.privacy.inventory import Declaration, Impersonal, Personal, declared_models, personal_fields
from crystalcall.privacy.providers import PROVIDERS, SHARED, Provider
from crystalcall.privacy.purposes import FACTS, Purpose
from crystalcall.privacy.room_words import room_words

STORE: Final = "crystalcall"
OPERATIONS: Final = "system.operations"
STAFF_PURPOSES: Final = frozenset({Purpose.ACCOUNTABILITY})
NOTE: Final = (
    "# The data map of this store, in the form of fideslang (https://ethyca.github.io/fideslang/).\n"
    "# Written by the program from its inventory of fields; nobody types it.\n"
)

Entry = dict[str, Any]


def as_yaml() -> str:
    """The whole map as YAML, in English, the same for the same program."""
    return NOTE + yaml.safe_dump(manifest(), sort_keys=False, allow_unicode=True, width=110)


def manifest() -> dict[str, list[Entry]]:
    """The map as plain values: `dataset` and `system`, as a fides manifest names them."""
    with override("en"):
        return {"dataset": list(_datasets()), "system": [_store(), *(_outside(one) for one in PROVIDERS.values())]}


def _key(text: str) -> str:
    return text.replace("-", "_")


def _dataset_key(app_label: str) -> str:
    return f"{STORE}_{app_label}"


def _datasets() -> Iterable[Entry]:
    by_room: dict[str, dict[str, dict[str, Declaration]]] = {}
    for model, fields in sorted(declared_models().items()):
        room, _, name = model.partition(".")
        by_room.setdefault(room, {})[name] = fields
    for room, models in by_room.items():
        yield {
            "fides_key": _dataset_key(room),
            "name": room_words(room),
            "description": f"The tables of the room {room}.",
            "collections": [
                {"name": model, "fields": [_field(name, entry) for name, entry in sorted(fields.items())]}
                for model, fields in models.items()
            ],
        }


def _field(name: str, entry: Declaration) -> Entry:
    if isinstance(entry, Impersonal):
        return {"name": name, "description": entry.reason, "data_categories": [OPERATIONS]}
    joined = f"; joined to a person by {entry.joined_by}" if entry.joined_by else ""
    return {
        "name": name,
        "description": f"{entry.words}; kept {entry.rule.words}; on deletion: {entry.erase}{joined}",
        "data_categories": [entry.category],
        "data_uses": sorted({FACTS[purpose].use for purpose in entry.purposes}),
        "data_purposes": sorted(purpose.value for purpose in entry.purposes),
        "data_subjects": _subjects(entry.purposes),
    }


def _subjects(purposes: Iterable[Purpose]) -> list[str]:
    staff = set(purposes) <= STAFF_PURPOSES
    return ["employee" if staff else "customer"]


def _store() -> Entry:
    return {
        "fides_key": STORE,
        "name": "Crystal Call",
        "description": "The store, its telephone engine and its mails.",
        "system_type": "Application",
        "egress": [
            {"fides_key": _key(provider.key), "type": "system", "data_categories": _shared_categories(provider)}
            for provider in PROVIDERS.values()
        ],
        "privacy_declarations": [_declaration(purpose) for purpose in Purpose if _fields_for(purpose)],
        "dataset_references": sorted({_dataset_key(model.partition(".")[0]) for model in declared_models()}),
        "processes_personal_data": True,
        "uses_cookies": False,
        "uses_profiling": False,
    }


def _fields_for(purpose: Purpose) -> list[tuple[str, Personal]]:
    return [
        (model, field)
        for model, fields in sorted(personal_fields().items())
        for field in fields.values()
        if purpose in field.purposes
    ]


def _declaration(purpose: Purpose) -> Entry:
    kept = _fields_for(purpose)
    recipients = [provider for provider in PROVIDERS.values() if purpose in provider.purposes]
    categories = {field.category for _, field in kept}
    entry: Entry = {
        "name": f"{purpose.value}: {FACTS[purpose].words}",
        "data_categories": sorted(categories),
        "data_use": FACTS[purpose].use,
        "data_subjects": _subjects([purpose]),
        "dataset_references": sorted({_dataset_key(model.partition(".")[0]) for model, _ in kept}),
        "egress": [_key(provider.key) for provider in recipients],
        "legal_basis_for_processing": FACTS[purpose].basis.value,
        "retention_period": "; ".join(dict.fromkeys(f"{field.retention}: {field.rule.words}" for _, field in kept)),
        "data_shared_with_third_parties": bool(recipients),
    }
    if recipients:
        shared = {category for provider in recipients for category in _shared_categories(provider)}
        entry["third_parties"] = ", ".join(provider.name for provider in recipients)
        entry["shared_categories"] = sorted(shared & categories)
    return entry


def _shared_categories(provider: Provider) -> list[str]:
    return sorted({SHARED[name].category for name in provider.fields if SHARED[name].category})


def _outside(provider: Provider) -> Entry:
    until = f" until {provider.contract_until}" if provider.contract_until else ""
    return {
        "fides_key": _key(provider.key),
        "name": provider.name,
        "description": f"Contract from {provider.contract_from}{until}; fields: {', '.join(sorted(provider.fields))}.",
        "system_type": "Service provider",
        "ingress": [{"fides_key": STORE, "type": "system", "data_categories": _shared_categories(provider)}],
        "privacy_declarations": [
            {
                "name": f"{purpose.value}: {FACTS[purpose].words}",
                "data_categories": _shared_categories(provider),
                "data_use": FACTS[purpose].use,
                "data_subjects": ["customer"],
                "ingress": [STORE],
                "legal_basis_for_processing": FACTS[purpose].basis.value,
            }
            for purpose in Purpose
            if purpose in provider.purposes
        ],
        "processes_personal_data": True,
    }
