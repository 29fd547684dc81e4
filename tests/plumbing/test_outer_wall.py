"""Whatever a page answers, only listed headers, a status of ours and our content policy reach the server."""

import pytest

from crystalcall.plumbing import outer_wall as wall
from crystalcall.plumbing import tallies
from crystalcall.plumbing.outer_wall import outer_wall

POLICY = "default-src 'none'; script-src 'self'; img-src 'self'; form-action 'self' https://pay.example"
GOOD = ("Content-Security-Policy", POLICY)


def answered(headers, *, status="200 OK", path="/", body=(b"page",)):
    """What the server is told when a page says this."""
    told = {}

    def page(_environ, start_response):
        start_response(status, headers)
        return body

    def start_response(status, headers, *_rest: object):
        told.update(status=status, headers=dict(headers), number=len(headers))
        return lambda _data: None

    walled = outer_wall(page, policy=POLICY, may_lead_to=frozenset({"https://shop.example"}), files="/static/")
    assert walled({"PATH_INFO": path}, start_response) == body
    return told


def refusals():
    return tallies.waiting().get(wall.REFUSED, 0)


def test_a_page_of_ours_passes_as_it_is():
    said = [GOOD, ("Content-Type", "text/html"), ("Cache-Control", "no-store"), ("Location", "/ru/")]
    before = refusals()
    assert answered(said)["headers"] == dict(said)
    assert refusals() == before


@pytest.mark.clause("C17")
@pytest.mark.parametrize("name", ["Set-Cookie", "set-cookie", "SET-COOKIE", "Set-Cookie2", "NEL", "Report-To", "Link"])
def test_what_makes_a_browser_remember_or_tell_others_does_not_leave(name):
    before = refusals()
    told = answered([GOOD, (name, "a=b")])
    assert told["headers"] == dict([GOOD])
    assert refusals() == before + 1


@pytest.mark.clause("C17")
def test_a_line_break_in_status_or_header_makes_no_header():
    assert answered([GOOD], status="200 OK\r\nSet-Cookie: a=b")["status"] == "200 OK"
    assert answered([GOOD], status="what\r\nSet-Cookie: a=b")["status"] == "500 Internal Server Error"
    assert answered([GOOD, ("Vary", "x\r\nSet-Cookie: a=b")])["headers"] == dict([GOOD])


@pytest.mark.clause("C17")
def test_a_validator_that_could_number_a_visitor_belongs_to_files_alone():
    said = [GOOD, ("ETag", '"visitor-123"'), ("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")]
    assert "ETag" not in answered(said)["headers"]
    assert answered(said, path="/static/web/site.css")["headers"]["ETag"] == '"visitor-123"'


@pytest.mark.parametrize(
    "weaker",
    [
        "default-src *",
        "",
        POLICY + "; script-src 'self' https://evil.example",
        POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        POLICY.replace("img-src 'self'; ", ""),
    ],
)
def test_a_weaker_content_policy_is_replaced_by_ours(weaker):
    told = answered([("Content-Security-Policy", weaker)])
    assert told["headers"]["Content-Security-Policy"] == POLICY
    assert answered([("Content-Type", "text/html")])["headers"]["Content-Security-Policy"] == POLICY
    assert answered([GOOD, GOOD])["number"] == 1


def test_a_policy_may_let_in_pictures_that_our_own_script_made():
    said = POLICY.replace("img-src 'self'", "img-src 'self' blob:")
    assert answered([("Content-Security-Policy", said)])["headers"]["Content-Security-Policy"] == said


@pytest.mark.clause("C08")
@pytest.mark.parametrize(
    "address", ["https://evil.example/?name=anna", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_redirect_leads_to_somebody_else(address):
    assert "Location" not in answered([GOOD, ("Location", address)])["headers"]


@pytest.mark.parametrize("address", ["/orders/", "?page=2", "https://shop.example/ru/"])
def test_a_redirect_leads_to_our_own_pages(address):
    assert answered([GOOD, ("Location", address)])["headers"]["Location"] == address
