"""Tables that only grow refuse every change, and a lost guard is noticed."""

import pytest
from django.db import DatabaseError, connection, transaction

from crystalcall.plumbing import append_only, checks
from crystalcall.privacy.gate import Permit, permit
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.purposes import Purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def disclosure() -> Disclosure:
    granted = permit("authorize-net", Purpose.ORDER_FULFILLMENT, ("email",), "subject-1")
    assert isinstance(granted, Permit)
    return Disclosure.objects.get(subject="subject-1")


def test_an_update_is_refused_by_the_database(disclosure):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Disclosure.objects.filter(pk=disclosure.pk).update(provider="mallory")
    disclosure.refresh_from_db()
    assert disclosure.provider == "authorize-net"


def test_a_delete_is_refused_by_the_database(disclosure):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Disclosure.objects.filter(pk=disclosure.pk).delete()
    assert Disclosure.objects.filter(pk=disclosure.pk).exists()


def test_every_registered_table_is_guarded():
    assert append_only.append_only_tables() >= {"privacy_disclosure"}
    assert append_only.missing_triggers() == []
    assert checks.append_only_check() == []


def test_a_lost_guard_is_named_by_the_start_up_check():
    suffix = " ON privacy_disclosure" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER privacy_disclosure_refuse_delete{suffix}")
    assert append_only.missing_triggers() == ["privacy_disclosure_refuse_delete"]
    assert [error.id for error in checks.append_only_check()] == ["plumbing.E001"]


def test_a_guard_that_refuses_nothing_is_no_guard():
    name = "privacy_registerentry_refuse_update"
    hollow = (
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE ON privacy_registerentry FOR EACH ROW WHEN (false)"
        " EXECUTE FUNCTION crystalcall_append_only()"
        if connection.vendor == "postgresql"
        else f"CREATE TRIGGER {name} BEFORE UPDATE ON privacy_registerentry WHEN 0"
        " BEGIN SELECT RAISE(ABORT, 'privacy_registerentry is append-only'); END"
    )
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(hollow)
    assert append_only.missing_triggers() == [name]
