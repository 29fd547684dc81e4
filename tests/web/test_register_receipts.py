"""An order's page is a receipt: it carries the register's root, by which its reader can hold the shop to its past."""

import pytest
from store_scenery import order

from crystalcall.privacy.register.queries import head
from crystalcall.privacy.register.signing import sign_due_days
from crystalcall.rules.ordering import OrderState


@pytest.mark.clause("C20")
@pytest.mark.parametrize(("language", "said"), [("", "Register root of November 1"), ("/ru", "Корень реестра за 1")])
def test_an_orders_page_shows_the_last_root_and_leads_to_the_register(order_page_of, now, language, said):
    sign_due_days(now)
    page = order_page_of(order(OrderState.PLACED), language=language).content.decode()
    assert said in page.replace("\u00a0", " ")
    assert f"{head().root[:16]}…" in page
    assert f'href="{language}/privacy/register/"' in page


def test_before_the_first_night_an_orders_page_speaks_of_no_root(order_page_of):
    assert "Register root" not in order_page_of(order(OrderState.PLACED)).content.decode()
