"""Whoever was forgotten finds the line that proves it, and learns nothing of what else the shop does meanwhile."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.signing import sign_due_days

pytestmark = [pytest.mark.django_db, pytest.mark.clause("C11", "C12")]
MARK = re.compile(r"<code>([0-9a-f]{12})</code>")


@pytest.mark.parametrize("language", ["", "/ru"])
def test_the_closing_page_gives_a_mark_and_no_number_and_the_register_shows_it_after_the_night(shop, anna, language):
    shop.sells(anna)
    visitor = Client(headers={"sec-fetch-site": "same-origin"})
    ticket = shop.ticket_for("deletion", anna.email)
    page = visitor.post(f"{language}/privacy/requests/act/", {"ticket": ticket, "sure": "yes"}).content.decode()
    main = page.split("<main", 1)[1].split("</main", 1)[0]
    mark = MARK.search(main).group(1)
    line = RegisterEntry.objects.get(kind="erasure")
    assert f'"ledger_line":"{mark}' in line.facts
    assert f">{line.sequence}<" not in main
    register = f"{language}/privacy/register/"
    assert mark not in visitor.get(register).content.decode()
    sign_due_days(shop.now + timedelta(days=1))
    shown = visitor.get(register).content.decode()
    assert f'<tr id="{line.sequence}">' in shown
    assert MARK.findall(shown) == [mark]
