"""The viewer: what it shows, what it never lets out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from litestar.testing import TestClient

from crystalcall.mailings.mailbox.app import create_app
from crystalcall.mailings.mailbox.letters import LetterBox

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def box(tmp_path) -> LetterBox:
    return LetterBox(tmp_path / "mailbox")


@pytest.fixture
def viewer(box: LetterBox) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(box), base_url="http://127.0.0.1:8004") as client:
        client.follow_redirects = False
        yield client


@pytest.fixture
def letter():
    def made(subject="Ваш заказ X7K2M9QW4D", html="<h1>PIN</h1>", text="Order: http://127.0.0.1:8000/orders/tok/.\n"):
        message = EmailMessage()
        message["From"] = "Crystal Call <store@example.org>"
        message["To"] = "Борис <boris@example.net>"
        message["Subject"] = subject
        message["Message-ID"] = "<order-X7K2M9QW4D@example.org>"
        if text is not None:
            message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        return message.as_bytes()

    return made


def test_an_empty_mailbox_says_so(viewer):
    assert "No messages yet" in viewer.get("/").text
    assert viewer.get("/messages.json").json() == {"messages": []}


def test_messages_are_listed_newest_first(viewer, box, letter):
    for number in range(3):
        box.keep(
            letter(subject=f"Number {number}"), "a@example.org", ["b@example.net"], NOW + timedelta(seconds=number)
        )
    page = viewer.get("/").text
    assert page.index("Number 2") < page.index("Number 1") < page.index("Number 0")
    assert "3 messages" in page
    listed = viewer.get("/messages.json").json()["messages"]
    assert [item["subject"] for item in listed] == ["Number 2", "Number 1", "Number 0"]
    assert listed[0]["message_id"] == "<order-X7K2M9QW4D@example.org>"
    assert listed[0]["to"] == "Борис <boris@example.net>"
    assert listed[0]["received_at"] == "2026-11-23T09:00:02+00:00"
    assert "http://127.0.0.1:8000/orders/tok/" in listed[0]["text"]
    assert "<h1>PIN</h1>" in listed[0]["html"]


def test_a_message_shows_its_text_with_links_and_its_html_in_a_sandbox(viewer, box, letter):
    letter_id = box.keep(letter(text="<b> & http://127.0.0.1:8000/orders/tok/?a=1&b=2. End\n"), "a@x", ["b@x"], NOW)
    page = viewer.get(f"/messages/{letter_id}/").text
    assert "Ваш заказ X7K2M9QW4D" in page
    assert "&lt;b&gt; &amp; " in page
    assert (
        '<a href="http://127.0.0.1:8000/orders/tok/?a=1&amp;b=2" rel="noopener noreferrer">'
        "http://127.0.0.1:8000/orders/tok/?a=1&amp;b=2</a>. End"
    ) in page
    assert f'<iframe sandbox="" src="/messages/{letter_id}/html"' in page
    assert "<h1>PIN</h1>" not in page


def test_the_frame_is_walled_off(viewer, box, letter):
    letter_id = box.keep(letter(html="<script>alert(1)</script><p>x</p>"), "a@x", ["b@x"], NOW)
    answer = viewer.get(f"/messages/{letter_id}/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "<script>" in answer.text


def test_markup_in_heads_is_escaped(viewer, box, letter):
    letter_id = box.keep(letter(subject="<script>alert(1)</script>"), "<i>@x", ["<u>@x"], NOW)
    for path in ("/", f"/messages/{letter_id}/"):
        assert "<script" not in viewer.get(path).text


def test_missing_parts_are_said(viewer, box, letter):
    text_only = box.keep(letter(html=None), "a@x", ["b@x"], NOW)
    assert "no HTML part" in viewer.get(f"/messages/{text_only}/").text
    assert viewer.get(f"/messages/{text_only}/html").status_code == 404
    bare = box.keep(b"", "", [], NOW)
    assert "(no subject)" in viewer.get(f"/messages/{bare}/").text


def test_the_source_is_a_download_byte_for_byte(viewer, box, letter):
    raw = letter()
    letter_id = box.keep(raw, "store@example.org", ["boris@example.net", "x@example.net"], NOW)
    answer = viewer.get(f"/messages/{letter_id}/source")
    assert answer.headers["content-disposition"] == f'attachment; filename="{letter_id}.eml"'
    assert answer.headers["content-type"] == "message/rfc822"
    head, body = answer.content[: -len(raw)], answer.content[-len(raw) :]
    assert body == raw
    assert head == (
        b"Return-Path: <store@example.org>\r\nDelivered-To: boris@example.net\r\nDelivered-To: x@example.net\r\n"
    )


def test_an_envelope_cannot_smuggle_lines(box, letter):
    letter_id = box.keep(letter(), "a@x>\r\nBcc: <mallory@x", ["b@x\r\n\r\nbody"], NOW)
    source = box.source(letter_id)
    assert source is not None
    assert b"\r\nBcc:" not in source
    assert b"Delivered-To: b@xbody\r\n" in source


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fetc%2fpasswd",
        "../secret",
        "%2e%2e",
        "secret",
        "20261123T090000000000-abcdefgh",
        "20261123T090000000000-abcdef01",
        "20261123T090000000000-abcdef01%00",
        "20261123T090000000000-abcdef01%0a",
        "٢٠٢٦١١٢٣T٠٩٠٠٠٠٠٠٠٠٠٠-abcdef01",
    ],
)
def test_no_name_leads_out_of_the_folder(viewer, box, tmp_path, name):
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\nsecret")
    (tmp_path / "mailbox" / "secret.eml").write_bytes(b"Subject: secret\r\n\r\nsecret")
    for tail in ("", "/html", "/source"):
        answer = viewer.get(f"/messages/{name}{tail}")
        assert answer.status_code == 404
        assert b"secret" not in answer.content
    assert box.ids() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nx",
        b"Content-Type: multipart/alternative; boundary=\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--",
        b"From: =?utf-8?q?=ff=fe?= <\r\nTo: ,,,;\r\nSubject: =?x?y?z?=\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
    ],
)
def test_broken_messages_are_shown_as_far_as_they_go(viewer, box, raw):
    letter_id = box.keep(raw, "a@x", ["b@x"], NOW)
    assert viewer.get("/").status_code == 200
    assert viewer.get("/messages.json").status_code == 200
    assert viewer.get(f"/messages/{letter_id}/").status_code == 200
    assert viewer.get(f"/messages/{letter_id}/source").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/messages.json"),
        ("GET", "/messages/x/"),
        ("GET", "/nowhere"),
        ("POST", "/"),
        ("GET", "/style.css"),
        ("GET", "/mark.svg"),
    ],
)
def test_no_answer_sets_a_cookie_and_all_are_walled(viewer, method, path):
    answer = viewer.request(method, path)
    assert answer.status_code < 500
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in answer.text


def test_only_names_of_this_machine_are_answered(viewer):
    assert viewer.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert viewer.get("/", headers={"Host": "localhost:8004"}).status_code == 200


def test_files_are_for_their_owner_only(box, letter, tmp_path):
    box.keep(letter(), "a@x", ["b@x"], NOW)
    (file,) = (tmp_path / "mailbox").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "mailbox").stat().st_mode & 0o077 == 0


def test_a_half_written_message_is_not_shown(box, tmp_path):
    (tmp_path / "mailbox" / ".20261123T090000000000-abcdef01.part").write_bytes(b"half")
    assert box.ids() == []
