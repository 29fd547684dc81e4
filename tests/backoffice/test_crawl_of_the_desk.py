"""Every address of the back office, in both languages: no cookie, the whole wall, no failure."""

import sys
from pathlib import Path

import pytest
from django.test import Client

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "house"))

from house_crawl import PARTS, addresses, crawl


@pytest.fixture(autouse=True)
def parts_of_the_desk(monkeypatch) -> None:
    for name in ("customer_id", "proposal_id"):
        monkeypatch.setitem(PARTS, name, "6f1c1c1e-0000-4000-8000-000000000001")


@pytest.mark.clause("C17")
@pytest.mark.django_db
def test_every_address_answers_without_a_cookie_and_behind_the_wall():
    crawl(Client())


def test_the_crawl_goes_through_the_desk():
    assert {"/", "/look-up/", "/log/", "/staff/", "/account/sign-in/"} <= set(addresses(""))
    assert {"/ru/", "/ru/look-up/"} <= set(addresses("ru/"))


def test_a_form_of_the_desk_leads_nowhere_else():
    wall = Client().get("/healthz")["Content-Security-Policy"]
    assert "form-action 'self';" in f"{wall};"
