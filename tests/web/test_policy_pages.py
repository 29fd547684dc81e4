"""The privacy policy as visitors read it: in force, all versions, differences, and the announcement on every page."""

import msgspec
import pytest
from store_scenery import read_page

from crystalcall.privacy.announcing.actions import announce, open_store, withdraw
from crystalcall.privacy.policy.differences import Mark, pieces
from crystalcall.privacy.policy.values import CLAUSE_IDS
from crystalcall.web.policy_words import html, policy_news

PAGES = ("/", "/rates/russia/", "/minutes/", "/cart/?credit-2=1", "/checkout/?credit-2=1", "/privacy/", "/service/")


@pytest.fixture
def announced(second_policy, published, frozen_clock):
    return announce(None, now=frozen_clock.now())


@pytest.mark.clause("C01", "C25")
@pytest.mark.parametrize("language", ["", "/ru"])
def test_the_policy_shows_every_clause_with_its_anchor_state_and_evidence(visitor, published, language):
    response = visitor.get(f"{language}/privacy/")
    page = read_page(response)
    body = response.content.decode()
    assert response.status_code == 200
    for clause in CLAUSE_IDS:
        assert f'id="{clause}"' in body
        assert f"{language}/privacy/evidence/#{clause}" in page.links
    assert ("Kept since" in page.text) if not language else ("Запланировано" in page.text)


@pytest.mark.clause("C01")
def test_the_list_of_what_is_collected_names_every_kind_in_the_inventory(visitor, published):
    from crystalcall.privacy.inventory_view import collected

    text = read_page(visitor.get("/privacy/")).text
    for kind in collected():
        assert kind.words in text
        for use in kind.uses:
            assert use.words in text


@pytest.mark.clause("C01", "C17", "C19", "C20")
def test_the_practices_are_said_on_the_page_and_published_for_machines(visitor, published):
    page = read_page(visitor.get("/privacy/"))
    for said in ("Cookies none", "Least age 13", "Days of notice 10"):
        assert said in " ".join(page.text.split())
    assert "/privacy/versions/1/practices.json" in page.links
    told = visitor.get("/privacy/versions/1/practices.json").json()
    assert (told["cookies"], told["minimum_age"], told["notice_days"]) == ([], 13, 10)
    assert told["collected"]
    assert told["providers"]
    assert visitor.get("/privacy/versions/9/practices.json").status_code == 404


def test_the_version_in_force_says_since_when(visitor, published, now):
    open_store(now=now)
    assert "Version 1, in force since November 2, 2026" in read_page(visitor.get("/privacy/")).text


@pytest.mark.clause("C20")
@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("", "A new version of our privacy policy applies from November 17, 2026."),
        ("/ru", "С 17 ноября 2026 г. действует новая версия нашей политики конфиденциальности."),
    ],
    ids=["en", "ru"],
)
def test_every_page_says_what_is_announced_and_how_to_opt_out(visitor, announced, address, language, said):
    page = read_page(visitor.get(language + address))
    assert said in page.text
    assert any(link.startswith(f"{language}/privacy/versions/2/changes/") for link in page.links)
    assert any(link.endswith("#opt-out") for link in page.links)


def test_error_pages_say_it_too_without_asking_the_database(visitor, announced, django_assert_num_queries):
    visitor.get("/")
    with django_assert_num_queries(0):
        response = visitor.get("/there-is-no-such-page/")
    assert "A new version of our privacy policy applies from November 17, 2026." in read_page(response).text


@pytest.mark.clause("C20")
def test_no_page_says_anything_before_the_announcement_or_once_it_is_in_force(
    visitor, announced, wait_for_policy, frozen_clock
):
    wait_for_policy(frozen_clock.now(), announced.due_at)
    frozen_clock.moment = announced.due_at
    text = read_page(visitor.get("/privacy/")).text
    assert "A new version of our privacy policy" not in text
    assert "Version 2, in force since November 17, 2026" in text


def test_a_page_costs_no_query_for_the_policy_most_of_the_time(announced, now, django_assert_num_queries):
    assert policy_news(now).number == 2
    with django_assert_num_queries(0):
        assert policy_news(now).number == 2


@pytest.mark.clause("C20")
def test_all_versions_stay_readable_with_their_dates_and_differences(visitor, announced):
    page = read_page(visitor.get("/privacy/versions/"))
    assert "Version 1 · in force" in page.text
    assert "Version 2 · announced" in page.text
    assert "What changed since version 1" in page.text
    assert "We do not sell, rent or trade" in read_page(visitor.get("/privacy/versions/1/")).text
    assert "We never sell, rent or trade" in read_page(visitor.get("/privacy/versions/2/")).text


@pytest.mark.clause("C20")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", ("What is done under this version", "Telephone number", "seven years after the order", "Authorize.Net")),
        ("/ru", ("Что делается по этой версии", "Номер телефона", "семь лет", "Authorize.Net")),
    ],
    ids=["en", "ru"],
)
def test_the_page_of_a_version_shows_its_own_practices(visitor, announced, language, words):
    first = read_page(visitor.get(f"{language}/privacy/versions/1/")).text
    second = read_page(visitor.get(f"{language}/privacy/versions/2/")).text
    for said in words:
        assert said in second
    new = "to tell you before prices rise, if you asked" if not language else "чтобы предупреждать о повышении цен"
    assert second.count(new) > first.count(new)


@pytest.mark.clause("C20")
def test_a_version_that_was_withdrawn_stays_readable_and_says_so(visitor, announced, now):
    withdraw(now=now)
    page = read_page(visitor.get("/privacy/versions/"))
    assert "Version 2 · withdrawn" in page.text
    assert "Taken back November 2, 2026" in page.text
    assert (
        "This version was taken back on November 2, 2026. It was never in force."
        in read_page(visitor.get("/privacy/versions/2/")).text
    )
    changes = visitor.get("/ru/privacy/versions/2/changes/")
    assert changes.status_code == 200
    assert "Что делалось бы иначе" in read_page(changes).text
    assert "Что делается иначе" not in read_page(changes).text
    assert "и отозвана 2 ноября 2026 г.; она не действовала" in read_page(changes).text
    assert "A new version of our privacy policy" not in read_page(visitor.get("/privacy/")).text


def test_days_are_those_of_the_stores_zone_and_said_without_an_hour(visitor, second_policy, published, now, settings):
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, store_time_zone="Europe/Moscow")
    announce(None, now=now)
    for address in ("/", "/privacy/versions/", "/privacy/versions/2/", "/privacy/versions/2/changes/"):
        text = read_page(visitor.get(address)).text
        assert "November 17, 2026" in text
        assert "November 16, 2026" not in text
        assert "AM UTC" not in text


@pytest.mark.clause("C20")
def test_differences_are_marked_by_elements_and_signs_and_not_by_color_alone(visitor, announced):
    body = visitor.get("/privacy/versions/2/changes/").content.decode()
    assert '<del><span class="sign">[−</span>do not<span class="sign">−]</span></del>' in body
    assert '<ins><span class="sign">[+</span>never<span class="sign">+]</span></ins>' in body
    text = read_page(visitor.get("/privacy/versions/2/changes/")).text
    assert "to tell you before prices rise, if you asked" in text
    assert "10 → 14" in text
    assert "How to opt out" in text


@pytest.mark.parametrize("number", [0, 3, 9999])
def test_a_version_that_nobody_announced_is_not_shown(visitor, announced, number):
    assert visitor.get(f"/privacy/versions/{number}/").status_code == 404
    assert visitor.get(f"/privacy/versions/{number}/changes/").status_code == 404


def test_a_folder_that_nobody_announced_is_not_shown(visitor, second_policy, published):
    assert visitor.get("/privacy/versions/2/").status_code == 404
    assert visitor.get("/privacy/versions/1/changes/").status_code == 404


def test_markup_in_a_policy_is_shown_as_typed():
    assert "<script>" not in html("<script>alert(1)</script>")
    assert 'href="javascript' not in html("[x](javascript:alert(1))")
    assert '<a rel="noreferrer" href="https://example.org">' in html("[x](https://example.org)")


def test_differences_keep_whole_words_and_lose_nothing():
    found = pieces("We keep it for ten days.", "We keep it for twenty full days.")
    assert "".join(piece.text for piece in found if piece.mark is not Mark.NEW) == "We keep it for ten days."
    assert "".join(piece.text for piece in found if piece.mark is not Mark.GONE) == "We keep it for twenty full days."


@pytest.mark.clause("C08")
def test_a_browser_that_forbids_selling_is_told_that_nothing_is_sold(visitor, published):
    asked = visitor.get("/privacy/", headers={"sec-gpc": "1"})
    assert "Your browser asks that your data be neither sold nor shared" in read_page(asked).text
    assert "Sec-GPC" in asked.headers["Vary"]
    assert "Your browser asks" not in read_page(visitor.get("/privacy/")).text


@pytest.mark.clause("C08")
def test_the_site_says_to_machines_that_it_honors_the_signal(visitor, db, now):
    assert visitor.get("/.well-known/gpc.json").json() == {"gpc": True, "lastUpdate": "2026-11-23"}
    open_store(now=now)


def test_whoever_finds_a_hole_finds_whom_to_tell(visitor, db, frozen_clock):
    response = visitor.get("/.well-known/security.txt")
    lines = response.content.decode().splitlines()
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Contact: mailto:service@crystalcall.example" in lines
    assert "Expires: 2027-05-01T00:00:00Z" in lines
    assert "Preferred-Languages: en, ru" in lines
    assert 'id="report"' in visitor.get("/security/").content.decode()


def test_a_password_manager_is_led_to_the_account(visitor, db):
    response = visitor.get("/.well-known/change-password")
    assert (response.status_code, response.headers["Location"]) == (302, "/account/password/")
