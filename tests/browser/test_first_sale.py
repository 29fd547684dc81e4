"""The main job as a person does it: a number on the home page, a card, a PIN, a call that is charged, the proof of it.

The shop's part works without JavaScript, so the browser has none.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import walking

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Tongue:
    """One language of the shop, with a few words by which to know it."""

    prefix: str
    name: str
    email: str
    country: str
    point: str
    place: str


TONGUES = {
    "English": Tongue("", "Anna Hale", "anna@example.org", "Russia", ".", "New York"),
    "Russian": Tongue("ru/", "Борис Орлов", "boris@example.net", "Россия", ",", "Нью-Йорк"),
}


@pytest.fixture
def witness(context):
    seen = walking.Witness()
    seen.watch(context)
    yield seen
    assert context.cookies() == []
    assert seen.saw_nothing(), seen


@pytest.mark.clause("C17", "C22", "C25")
@pytest.mark.parametrize("language", TONGUES)
def test_from_a_number_to_a_charged_call(language, demo, page, witness, picture):
    tongue = TONGUES[language]
    page.goto(f"{demo.store}/{tongue.prefix}")
    picture(page, f"home-{language.lower()}")
    walking.ask(page, demo.store, tongue.prefix, "+7 495 123-45-67")
    assert tongue.country in page.inner_text("main")
    minutes = walking.quoted_minutes(page, "credit-10")
    picture(page, f"answer-{language.lower()}")

    page.click('a[href*="credit-10="]')
    assert "credit-10=1" in page.url
    order = walking.check_out(page, tongue.name, tongue.email)
    walking.fill_card(page, walking.APPROVED_CARD)
    walking.come_back(page, demo.store)
    walking.wait_for_minutes(page)
    pin = walking.show_pin(page)
    text = page.inner_text("main")
    assert tongue.place in text
    assert page.locator('a[href="tel:+12125550100"]').count()
    picture(page, f"order-{language.lower()}")

    assert_mailed(demo, tongue, pin)
    page.goto(f"{demo.mailbox}/")
    page.locator("main li a", has_text=tongue.email).first.click()
    assert tongue.place in page.inner_text("main")
    picture(page, f"mail-{language.lower()}")
    charge = call(demo, pin, call_id=f"walk-{language}", quoted_seconds=minutes * 60)

    page.goto(demo.store + order)
    proof = page.locator("article.call")
    assert proof.count() == 1
    proof.locator("summary").click()
    said = proof.inner_text()
    assert "495 123" not in said
    assert "1234567" not in said
    assert "67" in said
    balance = f"{(10_000_000 - charge) / 1_000_000:.4f}".rstrip("0").replace(".", tongue.point)
    assert page.inner_text("main").count(balance) == 3, "on the card, in the words and after the proof"
    picture(proof, f"proof-{language.lower()}")


def call(demo, pin: str, *, call_id: str, quoted_seconds: int) -> int:
    """Make a call as a switch does, repeating every message; gives the charge in micros."""
    with demo.switch() as switch:
        wanted = {"call_id": call_id, "access": {"pin": pin}, "called_number": "+74951234567"}
        granted = same_twice(switch, "/v1/calls", wanted)
        assert granted["decision"] == "granted"
        assert granted["granted_seconds"] == quoted_seconds
        assert granted["balance_micros"] == 10_000_000
        same_twice(switch, f"/v1/calls/{call_id}/answer", {})
        longer = same_twice(switch, f"/v1/calls/{call_id}/extend", {"sequence": 1, "used_seconds": 60})
        assert longer["granted_seconds"] == quoted_seconds
        ended = same_twice(switch, f"/v1/calls/{call_id}/end", {"used_seconds": 150, "release_cause": "normal"})
        assert ended["billable_seconds"] == 180
        assert ended["charge_micros"] == 3 * granted["minute_price_micros"]
        assert ended["balance_micros"] == 10_000_000 - ended["charge_micros"]
        return ended["charge_micros"]


def same_twice(switch: httpx.Client, path: str, body: dict) -> dict:
    first = switch.post(path, json=body)
    again = switch.post(path, json=body)
    assert first.status_code == again.status_code == 200, first.text
    assert again.json() == first.json()
    assert "set-cookie" not in first.headers
    return first.json()


def assert_mailed(demo, tongue: Tongue, pin: str) -> None:
    """The mail with the PIN lies in the mailbox, in the buyer's language, as text and as HTML."""
    mails = demo.mails_to(tongue.email)
    assert len(mails) == 1
    for part in (mails[0]["text"], mails[0]["html"]):
        assert pin in re.sub(r"[\s\u00a0]", "", part)
        assert tongue.place in part


def test_a_number_a_country_and_nonsense_are_answered(demo, page, witness):
    for typed, answer in (
        ("011 52 55 1234 5678", "Mexico"),
        ("0049 30 901820", "Germany"),
        ("Мексика", "Mexico"),
        ("india", "India"),
    ):
        walking.ask(page, demo.store, "", typed)
        assert answer in page.inner_text("main"), typed
        assert typed not in page.url
    for typed in ("", "12", "8 495 123-45-67", "+1 900 555 0123", "+999 123456789", "qwertz", "9" * 70):
        walking.ask(page, demo.store, "ru/", typed)
        assert page.locator("#to-wrong").inner_text().strip(), typed
        assert page.input_value("#to") == typed


def test_a_declined_card_and_then_another(demo, page, witness):
    page.goto(f"{demo.store}/cart/?credit-5=1")
    order = walking.check_out(page, "Anna Hale", "anna.declined@example.org")
    walking.fill_card(page, walking.APPROVED_CARD, zip_code=walking.DECLINED_ZIP)
    assert not page.url.startswith(f"{demo.store}/"), "a decline must leave the visitor on the gateway's form"
    walking.fill_card(page, walking.OTHER_CARD)
    walking.come_back(page, demo.store)
    walking.wait_for_minutes(page)
    page.goto(demo.store + order)
    assert walking.show_pin(page)


def test_cancelling_charges_nothing_and_keeps_the_order(demo, page, witness):
    page.goto(f"{demo.store}/ru/cart/?credit-2=1")
    order = walking.check_out(page, "Борис Орлов", "boris.cancelled@example.net")
    page.click("a.secondary")
    page.wait_for_url(f"{demo.store}/**")
    page.goto(demo.store + order)
    assert page.locator('form[action$="/pay/"]').count()
    assert not page.locator('form[action$="/pin/"]').count()


def test_a_cart_of_nonsense_keeps_what_is_good(demo, page, witness):
    page.goto(f"{demo.store}/cart/?credit-10=2&credit-7=1&credit-5=0&credit-2=-1&credit-20=1000000000&credit-10=1")
    assert page.locator("input[name=credit-10]").count() == 1
    assert page.locator(".note.care").count() >= 3


@pytest.mark.clause("C17", "C25")
def test_the_shops_own_pages_work_in_both_languages(demo, page, witness):
    for prefix, tongue in (("", "en"), ("ru/", "ru")):
        for path in ("", "rates/", "rates/russia/", "minutes/", "cart/", "privacy/", "service/", "security/"):
            response = page.goto(f"{demo.store}/{prefix}{path}")
            assert response is not None
            assert response.status == 200, path
            assert page.get_attribute("html", "lang") == tongue
            assert page.locator('a[href*="/cart/"]').count(), path


# The books are closed after the walks, whatever order chance gives them: verify holds at any moment.


def test_the_books_balance_and_beancount_agrees(demo, tmp_path):
    verdict = demo.command("ledger", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    books = demo.command("ledger", "export", "--format", "beancount")
    assert books.returncode == 0, books.stderr
    file: Path = tmp_path / "books.beancount"
    file.write_text(books.stdout, encoding="utf-8")
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "bean-check"), str(file)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
