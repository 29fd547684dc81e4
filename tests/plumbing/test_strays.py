"""What SQL adds beside the models is noticed before anybody is served."""

import pytest
from django.db import connection

from crystalcall.plumbing.settings import SettingsError
from crystalcall.plumbing.starting import refuse_broken_database
from crystalcall.plumbing.strays import stray_columns_check

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_the_tables_of_the_program_are_all_declared():
    assert stray_columns_check() == []
    refuse_broken_database()


@pytest.mark.clause("C01")
@pytest.mark.parametrize(
    ("added", "named"),
    [
        ("ALTER TABLE customers_customer ADD COLUMN ssn text", "customers_customer.ssn"),
        ("CREATE TABLE evil (name text)", "evil.name"),
        ("CREATE VIEW everybody AS SELECT sealed_name FROM customers_customer", "everybody.sealed_name"),
    ],
)
def test_a_column_that_nobody_declared_keeps_the_shop_shut(added, named):
    with connection.cursor() as cursor:
        cursor.execute(added)
    (complaint,) = stray_columns_check()
    assert named in complaint.msg
    with pytest.raises(SettingsError, match=named):
        refuse_broken_database()
