"""The tables as Django knows them and as the database keeps them."""

import house_tables
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from house_tree import Floors


def test_foreign_keys_point_down(root):
    assert house_tables.upward_keys(Floors(root / ".importlinter")) == []


@pytest.mark.clause("C01", "C04")
def test_every_field_is_in_the_privacy_inventory():
    from crystalcall.privacy.checks import inventory_check

    assert [error.msg for error in inventory_check()] == []


@pytest.mark.clause("C01")
def test_every_personal_category_is_a_key_of_the_taxonomy():
    from fideslang import DEFAULT_TAXONOMY

    from crystalcall.privacy.inventory import personal_fields

    keys = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    used = {entry.category for fields in personal_fields().values() for entry in fields.values()}
    assert used <= keys


@pytest.mark.clause("C11")
def test_an_append_only_table_has_no_personal_column_that_deletion_would_have_to_change():
    assert house_tables.personal_columns_that_cannot_be_erased() == []


@pytest.mark.django_db
def test_start_up_finds_nothing_to_complain_of():
    call_command("check", fail_level="WARNING")


@pytest.mark.django_db
def test_the_books_and_disclosures_are_append_only():
    from crystalcall.plumbing.append_only import append_only_tables

    tables = append_only_tables()
    assert any(table.startswith("ledger_") for table in tables)
    assert any(table.startswith("privacy_") for table in tables)


@pytest.mark.django_db
def test_every_append_only_table_kept_its_triggers_through_the_migrations():
    from crystalcall.plumbing.append_only import missing_triggers

    missing = missing_triggers()
    assert missing == [], f"without a guard: {', '.join(missing)}"


@pytest.mark.django_db(transaction=True)
def test_the_triggers_are_back_after_a_flush():
    from crystalcall.plumbing.append_only import missing_triggers

    call_command("flush", interactive=False, verbosity=0)
    assert missing_triggers() == []


@pytest.mark.django_db
def test_a_lost_trigger_is_missed():
    from crystalcall.plumbing.append_only import append_only_tables, missing_triggers

    table = min(append_only_tables())
    place = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {table}_refuse_update{place}")
    assert missing_triggers() == [f"{table}_refuse_update"]


@pytest.mark.clause("C09")
@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_a_disclosure(now):
    from crystalcall.privacy.models import Disclosure

    row = Disclosure(
        **{field.name: _some(field, now) for field in Disclosure._meta.concrete_fields if not field.primary_key}
    )
    row.save()
    for statement in ("DELETE FROM privacy_disclosure", "UPDATE privacy_disclosure SET provider = 'x'"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def _some(field, now):
    return {"DateTimeField": now, "JSONField": ["email"]}.get(field.get_internal_type(), "x")
