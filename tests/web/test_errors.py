import pytest
from django.test import RequestFactory
from store_scenery import read_page

from crystalcall.web import errors


@pytest.mark.clause("C25")
@pytest.mark.parametrize("language", ["", "/ru"])
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_stands_without_a_database(status, language):
    # No `db` fixture: a query here would fail the test.
    request = RequestFactory().get(f"{language}/somewhere/?credit-10=2")
    request.resolver_match = None
    response = errors.trouble_page(request, status)
    page = read_page(response)
    assert response.status_code == status
    assert page.language == ("ru" if language else "en")
    assert page.tags["h1"] == 1
    assert f"{language}/service/" in page.links


def test_an_unknown_address_gets_a_friendly_page_that_repeats_nothing(visitor, db):
    response = visitor.get("/<script>alert(1)</script>/")
    assert response.status_code == 404
    assert "There is no page at this address" in read_page(response).text
    assert b"<script>alert" not in response.content


def test_a_mistake_of_ours_says_so_and_charges_nobody(published, monkeypatch):
    from django.test import Client

    from crystalcall.web.shop import views_rates

    def break_down(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(views_rates.popular, "shown_first", break_down)
    response = Client(raise_request_exception=False).get("/ru/")
    assert response.status_code == 500
    assert "Ничего не списано" in read_page(response).text
    assert "broken" not in response.content.decode()
