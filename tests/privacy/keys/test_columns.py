"""No sealed column escapes rotation, and every record of a person knows its policy."""

import re
from pathlib import Path

from django.apps import apps

import crystalcall
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.keys.columns import outer_columns, person_columns


def test_every_sealed_column_is_known_to_the_rotation():
    sealed = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.startswith("sealed") and field.get_internal_type() == "BinaryField"
    }
    assert sealed == {column.field for column in (*person_columns(), *outer_columns())}


def test_names_addresses_and_numbers_lie_under_the_keys_of_persons():
    declared = {
        f"{model}.{name}"
        for model, fields in personal_fields().items()
        for name, field in fields.items()
        if name.startswith("sealed") and field.category.startswith(("user.name", "user.contact"))
    }
    assert declared <= {column.field for column in person_columns()}
    assert "calls.Call.sealed_grant" in declared


def says_its_policy(model):
    return any(field.name == "policy_version" for field in apps.get_model(model)._meta.concrete_fields)


def test_every_model_with_a_personal_field_says_under_which_policy_it_was_collected():
    """It says so itself, or whatever joins it to a person does: such a row is as old as the promises made there."""
    without = [
        f"{model}.{name}"
        for model, fields in personal_fields().items()
        for name, field in fields.items()
        if not says_its_policy(model) and not (field.joined_by and says_its_policy(field.joined_by.rpartition(".")[0]))
    ]
    assert without == []


def test_what_is_joined_to_a_person_is_joined_by_a_field_of_another_table():
    for model, fields in personal_fields().items():
        for field in fields.values():
            assert not field.joined_by.startswith(f"{model}.")
            assert not field.joined_by or field.erase == "unlink"


def test_who_seals_under_the_outer_key_names_the_column_to_the_rotation():
    src = Path(crystalcall.__file__).parent
    sealing = [
        path
        for path in src.rglob("*.py")
        if "migrations" not in path.parts
        and re.search(r"from crystalcall\.plumbing\.sealing import [^\n]*\bseal\b", path.read_text(encoding="utf-8"))
    ]
    assert {path.name for path in sealing} >= {"tokens.py", "issuing.py"}
    assert [path.name for path in sealing if "OuterColumn(" not in path.read_text(encoding="utf-8")] == []
