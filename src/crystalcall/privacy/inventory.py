"""What the program keeps about people: every field of every model is declared, or the program does not start.

Each room declares its own models in its `personal_data.py`; this module knows no room. Categories are keys of the
fideslang taxonomy, so that the inventory can be read by other privacy tools.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.categories import words_for
from crystalcall.privacy.purposes import FACTS, Purpose
from crystalcall.privacy.retention_classes import CLASSES, RetentionRule

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

EraseRule = Literal["destroy", "keep_for_records", "unlink"]

ERASE_WORDS: Final[Mapping[EraseRule, "_StrPromise"]] = {
    "destroy": _("it is destroyed"),
    "unlink": _("its link to you is cut; what stays in our books is nobody’s"),
    "keep_for_records": _("it is destroyed here; our sealed records keep it for the time named"),
}
"""What deletion does, as readers are told."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A field about a person: fideslang category, why it is kept, for how long, and what deletion does to it.

    `not_exported` is empty where the person's own export contains the field, under `label`; else it says why not.

    `joined_by` names what leads from the field's row to the person where that stands in another table, such as
    "customers.AccountLink.ledger_account_id": deletion cuts that link, and what is left says nothing about anybody. The
    link's row also says under which policy such a field was collected.
    """

    category: str
    purposes: tuple[Purpose, ...]
    retention: str
    erase: EraseRule
    label: "_StrPromise | str" = ""
    not_exported: "_StrPromise | str" = ""
    joined_by: str = ""

    @property
    def is_exported(self) -> bool:
        """Whether the field stands in the export that a person can ask for."""
        return not self.not_exported

    @property
    def words(self) -> "_StrPromise | str":
        """What readers call the field; the name of its category where it has none of its own."""
        return self.label or words_for(self.category)

    @property
    def rule(self) -> RetentionRule:
        """Its retention class. Errors: KeyError where nobody declared that class (refused at start)."""
        return CLASSES[self.retention]


@dataclass(frozen=True, slots=True)
class Impersonal:
    """A field that says nothing about a person, and why that is so."""

    reason: str


Declaration = Personal | Impersonal


class InventoryError(Exception):
    """A declaration contradicts another or says nothing: a mistake in the program."""


_declared: dict[str, dict[str, Declaration]] = {}


def personal(
    *,
    category: str,
    purposes: tuple[Purpose, ...],
    retention: str,
    erase: EraseRule,
    label: "_StrPromise | str" = "",
    not_exported: "_StrPromise | str" = "",
) -> Personal:
    """Declare a field as personal. Errors: InventoryError without a category, a purpose or a retention.

    `label` is what readers call it (the category's words where it is left out); `not_exported` says why the person's
    own export leaves it out (such as "opens the order, so it is a key and not a fact").
    """
    if not purposes or not retention or not category:
        raise InventoryError("A personal field needs a category, a purpose and a retention.")
    return Personal(category, purposes, retention, erase, label, not_exported)


def joined(field: Personal, *, by: str) -> Personal:
    """The same field, of a row that leads to a person only through this field of another table.

    Errors: InventoryError where deletion would do anything else than cut the link.
    """
    if not by or field.erase != "unlink":
        raise InventoryError("Of a field that a link elsewhere joins to a person, deletion cuts the link.")
    return replace(field, joined_by=by)


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


def declaration_of(field: str) -> Declaration | None:
    """What was declared of one field ("app_label.Model.field"), or None."""
    model, _, name = field.rpartition(".")
    return _declared.get(model, {}).get(name)


def personal_fields() -> dict[str, dict[str, Personal]]:
    """Only the personal fields, by model and field."""
    found = {
        model: {name: entry for name, entry in fields.items() if isinstance(entry, Personal)}
        for model, fields in _declared.items()
    }
    return {model: fields for model, fields in found.items() if fields}


def senseless() -> list[str]:
    """Sentences about personal fields whose category, purpose or retention class nobody declared; sorted."""
    return sorted(
        f"{model}.{name} {problem}"
        for model, fields in personal_fields().items()
        for name, field in fields.items()
        for problem in _problems(field)
    )


def _problems(field: Personal) -> Iterable[str]:
    if not words_for(field.category):
        yield f"has the category {field.category}, which privacy/categories.py does not know."
    if field.retention not in CLASSES:
        yield f"is kept as {field.retention}, which is no class of privacy/retention_classes.py."
    for purpose in field.purposes:
        if purpose not in FACTS:
            yield f"is kept for {purpose}, which is no purpose of privacy/purposes.py."
    if field.joined_by and declaration_of(field.joined_by) is None:
        yield f"is joined to a person by {field.joined_by}, which does not exist."
