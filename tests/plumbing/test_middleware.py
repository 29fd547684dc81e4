"""What every request passes: no cookie leaves, nobody elsewhere acts, every response carries its headers."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from crystalcall.plumbing import metrics
from crystalcall.plumbing.middleware import cookie_guard, cross_origin, headers, language, request_limits

OWN = "http://127.0.0.1:8000"


@pytest.fixture
def own_origin(monkeypatch):
    monkeypatch.setattr(cross_origin, "own_origins", lambda: frozenset({OWN}))


def request(method="POST", path="/checkout/", **given):
    return RequestFactory().generic(
        method, path, headers={name.replace("_", "-"): value for name, value in given.items()}
    )


@pytest.mark.clause("C17")
def test_a_cookie_raises_in_tests_and_is_counted():
    def sets_one(_request):
        response = HttpResponse("x")
        response.set_cookie("visitor", "1")
        return response

    before = cookie_guard.removed_count()
    with pytest.raises(cookie_guard.CookieSetError):
        cookie_guard.cookie_guard(sets_one)(request("GET"))
    assert cookie_guard.removed_count() == before + 1


@pytest.mark.clause("C17")
def test_in_other_profiles_the_cookie_is_removed_and_the_page_is_kept(monkeypatch):
    class Demo:
        profile = "demo"

    def sets_two(_request):
        response = HttpResponse("page", headers={"Set-Cookie": "raw=1"})
        response.set_cookie("visitor", "1")
        return response

    monkeypatch.setattr(cookie_guard, "current", Demo)
    response = cookie_guard.cookie_guard(sets_two)(request("GET"))
    assert response.content == b"page"
    assert not response.cookies
    assert not response.has_header("Set-Cookie")


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Origin": OWN}, False),
        ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": OWN}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "https://mallory.example"}, False),
        ({"Origin": OWN + ".mallory.example"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_may_act(own_origin, given, allowed):
    assert cross_origin.may_act(request(**given)) is allowed


def test_a_refused_request_never_reaches_the_view(own_origin):
    reached = []
    guard = cross_origin.cross_origin_check(lambda r: reached.append(r) or HttpResponse())
    assert guard(request(Sec_Fetch_Site="cross-site")).status_code == 403
    assert reached == []


def test_reading_is_open_to_everybody(own_origin):
    assert cross_origin.may_act(request("GET", Sec_Fetch_Site="cross-site"))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/hooks/authorize-net/", True),
        ("/hooks/authorize-net/extra", False),
        ("/hooks/authorize-net", False),
        ("/ru/hooks/authorize-net/", False),
        ("//hooks/authorize-net/", False),
    ],
)
def test_the_webhook_exemption_is_one_exact_path(own_origin, path, allowed):
    bare = request()
    bare.path = path
    assert cross_origin.may_act(bare) is allowed


@pytest.mark.clause("C16")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"/updates/unsubscribe/{'A-_b' * 5}xy/", True),
        (f"/ru/updates/unsubscribe/{'A-_b' * 5}xy/", True),
        (f"/updates/unsubscribe/{'A' * 21}/", False),
        (f"/updates/unsubscribe/{'A' * 23}/", False),
        (f"/updates/unsubscribe/{'A' * 22}", False),
        (f"/updates/unsubscribe/{'A' * 22}/extra/", False),
        (f"//updates/unsubscribe/{'A' * 22}/", False),
        (f"/de/updates/unsubscribe/{'A' * 22}/", False),
        (f"/updates/unsubscribe/{'A' * 22}/\n", False),
        ("/updates/", False),
    ],
)
def test_one_press_in_a_mail_program_is_let_through_by_its_token_alone(own_origin, path, allowed):
    bare = request(Sec_Fetch_Site="cross-site")
    bare.path = path
    assert cross_origin.may_act(bare) is allowed


@pytest.mark.clause("C21", "C23")
def test_every_response_carries_the_fixed_headers():
    response = headers.security_headers(lambda _r: HttpResponse())(request("GET"))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not response.has_header("Strict-Transport-Security")


def test_the_answer_to_a_form_is_never_stored():
    response = headers.security_headers(lambda _r: HttpResponse(headers={"Cache-Control": "public"}))(request("POST"))
    assert response["Cache-Control"] == "no-store"


@pytest.mark.clause("C17", "C25")
@pytest.mark.parametrize(
    ("path", "expected"),
    [("/", "en"), ("/ru", "ru"), ("/ru/", "ru"), ("/ru/cart/", "ru"), ("/rub/", "en"), ("/rules/ru/", "en")],
)
def test_the_path_alone_chooses_the_language(path, expected):
    assert language.language_of(path) == expected


def test_an_endless_address_is_answered_without_reaching_a_view():
    reached = []
    guard = request_limits.request_limits(lambda r: reached.append(r) or HttpResponse())
    assert guard(RequestFactory().get("/cart/?" + "a" * 9000)).status_code == 414
    assert reached == []


@pytest.mark.django_db
def test_each_request_is_counted_by_the_part_that_answers_and_by_status_and_never_by_its_address(client):
    def counted(name, **labels):
        return metrics.REGISTRY.get_sample_value(name, labels) or 0.0

    def health():
        return counted("crystalcall_requests_total", kind="hall", status="200")

    def nowhere():
        return counted("crystalcall_requests_total", kind="nowhere", status="404")

    before = health(), nowhere(), counted("crystalcall_request_seconds_count", kind="hall")
    assert client.get("/healthz").status_code == 200
    assert client.get("/somebody@example.org/").status_code == 404
    assert (health(), nowhere()) == (before[0] + 1, before[1] + 1)
    assert counted("crystalcall_request_seconds_count", kind="hall") == before[2] + 1
    shown = [str(sample.labels) for metric in metrics.REGISTRY.collect() for sample in metric.samples]
    assert not any("@" in labels or "healthz" in labels for labels in shown)
