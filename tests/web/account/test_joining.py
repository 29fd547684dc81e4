"""Registering by the pages: the age asked first and kept of nobody, the mailbox proven, then signed in."""

import re

import pytest
from proving import PASSWORD

REGISTER = "/account/register/"


def hidden(page, name: str) -> str:
    (value,) = re.findall(rf'name="{name}" value="([^"]*)"', page.content.decode())
    return value


@pytest.fixture
def old_enough(db, visitor, frozen_clock):
    """The page with the form for the details."""
    question = hidden(visitor.get(REGISTER), "question")
    return visitor.post(REGISTER, {"question": question, "month": "4", "year": "1984"})


def details(page, **changes: str) -> dict[str, str]:
    typed = {"name": "Anna Hale", "email": "anna@example.org", "telephone": "", "password": PASSWORD}
    return {"age_pass": hidden(page, "age_pass"), **typed, **changes}


@pytest.mark.clause("C19")
@pytest.mark.parametrize("language", ["", "/ru"])
def test_the_age_is_asked_first_and_the_page_hints_at_no_limit(db, visitor, language):
    page = visitor.get(language + REGISTER)
    assert page["Cache-Control"] == "no-store"
    text = re.sub(r"<[^>]+>|\d{4}", " ", page.content.decode().split("<main")[1].split("</main>")[0])
    assert not re.search(r"\b(12|13|14|16|18)\b", text)
    assert not re.search(r"child|old enough|under|parent|ребён|дет|возраст|лет\b", text, re.IGNORECASE)
    assert 'name="email"' not in page.content.decode()


@pytest.mark.clause("C19")
def test_a_child_gets_a_kind_page_and_nothing_is_kept(db, visitor, frozen_clock):
    question = hidden(visitor.get(REGISTER), "question")
    page = visitor.post(REGISTER, {"question": question, "month": "6", "year": "2017"})
    assert page.status_code == 200
    assert "Thank you for asking" in page.content.decode()
    assert "2017" not in page.content.decode()
    assert "age_pass" not in page.content.decode()
    again = visitor.post(REGISTER, {"question": question, "month": "6", "year": "1984"})
    assert again.status_code == 422
    assert "age_pass" not in again.content.decode()


@pytest.mark.parametrize(("month", "year"), [("", ""), ("13", "1984"), ("4", "84"), ("April", "x" * 500), ("4", "-1")])
def test_what_is_no_date_is_asked_again_with_a_fresh_form(db, visitor, month, year):
    question = hidden(visitor.get(REGISTER), "question")
    page = visitor.post(REGISTER, {"question": question, "month": month, "year": year})
    assert page.status_code == 422
    assert hidden(page, "question")


@pytest.mark.clause("C11")
def test_from_the_age_to_the_open_account(old_enough, visitor, browser, mailed):
    sent = visitor.post(REGISTER, details(old_enough))
    assert "Look into your mailbox" in sent.content.decode()
    (path,) = mailed()
    shell = visitor.get(path)
    assert shell.status_code == 200
    assert 'data-begin="account-begin"' in shell.content.decode()
    assert shell["Cache-Control"] == "no-store"
    wrong = browser.post(path, {"password": "some other words entirely"})
    assert wrong.status_code == 422
    opened = browser.post(path, {"password": PASSWORD})
    assert opened.json()["go"] == "/account/"
    assert browser.get("/account/").status_code == 200
    assert visitor.get(path).status_code == 404


def test_a_known_address_is_answered_as_a_new_one(customer_of, anna, old_enough, visitor):
    customer_of(anna)
    fresh = hidden(visitor.get(REGISTER), "question")
    other = visitor.post(REGISTER, {"question": fresh, "month": "4", "year": "1984"})
    known = visitor.post(REGISTER, details(old_enough, email=anna.email))
    new = visitor.post(REGISTER, details(other, email="somebody.new@example.org"))
    assert known.status_code == new.status_code == 200
    assert known.content == new.content


@pytest.mark.parametrize(
    ("field", "value"), [("password", "short"), ("password", "password1"), ("email", "nobody"), ("name", "")]
)
def test_what_cannot_be_taken_is_said_at_its_field_and_the_password_is_not_sent_back(old_enough, visitor, field, value):
    page = visitor.post(REGISTER, details(old_enough, **{field: value}))
    text = page.content.decode()
    assert page.status_code == 422
    assert f'id="{field}-wrong"' in text
    assert PASSWORD not in text
    assert f'value="{value}"' not in text or field != "password"


def test_details_without_a_pass_begin_again(db, visitor):
    fields = {"age_pass": "made up", "name": "Anna", "email": "anna@example.org", "password": PASSWORD}
    page = visitor.post(REGISTER, fields)
    assert page.status_code == 422
    assert hidden(page, "question")


def test_a_link_that_opens_nothing_says_so(db, visitor, browser):
    for kind in ("confirm", "reset", "try", "change"):
        page = visitor.get(f"/account/{kind}/{'A' * 43}/")
        assert page.status_code == 404
        assert "opens nothing any more" in page.content.decode()
    assert browser.post(f"/account/confirm/{'A' * 43}/", {"password": PASSWORD}).status_code == 404
    assert browser.post(f"/account/try/{'A' * 43}/").status_code == 404
