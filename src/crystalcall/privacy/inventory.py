"""What the program keeps about people: every field of every model is declared, or the program does not start.

Each room declares its own models in its `personal_data.py`; this module knows no room. Categories are keys of the
fideslang taxonomy, so that the inventory can be read by other privacy tools.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crystalcall.privacy.purposes import Purpose

EraseRule = Literal["destroy", "keep_for_records", "unlink"]


@dataclass(frozen=True, slots=True)
class Personal:
    """A field about a person: fideslang category, why it is kept, for how long, and what deletion does to it."""

    category: str
    purposes: tuple[Purpose, ...]
    retention: str
    erase: EraseRule


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A field that says nothing about a person, and why that is so."""

    reason: str


Declaration = Personal | Impersonal


class InventoryError(Exception):
    """A declaration contradicts another or says nothing: a mistake in the program."""


_declared: dict[str, dict[str, Declaration]] = {}


def personal(*, category: str, purposes: tuple[Purpose, ...], retention: str, erase: EraseRule) -> Personal:
    """Declare a field as personal. Errors: InventoryError without a purpose or a retention."""
    if not purposes or not retention or not category:
        raise InventoryError("A personal field needs a category, a purpose and a retention.")
    return Personal(category, purposes, retention, erase)


def impersonal(reason: str) -> Impersonal:
    """Declare a field as impersonal, in a phrase that says why. Errors: InventoryError without a reason."""
    if not reason.strip():
        raise InventoryError("An impersonal field needs a reason.")
    return Impersonal(reason)


def declare(model: str, fields: Mapping[str, Declaration]) -> None:
    """Declare every field of a model "app_label.Model". Errors: InventoryError if it changes."""
    known = _declared.get(model)
    if known is not None and known != dict(fields):
        raise InventoryError(f"{model} is declared twice, differently.")
    _declared[model] = dict(fields)


def declared_models() -> dict[str, dict[str, Declaration]]:
    """Every declaration, by model and field."""
    return {model: dict(fields) for model, fields in _declared.items()}


def undeclared(concrete_fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Fields ("app_label.Model.field") that exist and are not declared; sorted."""
    return sorted(
        f"{model}.{field}"
        for model, fields in concrete_fields.items()
        for field in fields
        if field not in _declared.get(model, {})
    )


def stale(concrete_fields: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Declarations of fields that do not exist (any more); sorted."""
    return sorted(
        f"{model}.{field}"
        for model, fields in _declared.items()
        for field in fields
        if field not in concrete_fields.get(model, ())
    )


def personal_fields() -> dict[str, dict[str, Personal]]:
    """Only the personal fields, by model and field."""
    found = {
        model: {name: entry for name, entry in fields.items() if isinstance(entry, Personal)}
        for model, fields in _declared.items()
    }
    return {model: fields for model, fields in found.items() if fields}
