"""Letters as they come: in any charset or none, with what would move a terminal; never a traceback, never half kept."""

import json

import pytest
from click.testing import CliRunner

from crystalcall.privacy.officers.actions import add_officer
from crystalcall.privacy.officers.key_file import make_key_file
from crystalcall.privacy.requests import actions
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.requests.queries import written

pytestmark = pytest.mark.django_db
PHRASE = "a long enough phrase"
OPENED: dict = {}
RUSSIAN = "Что вы обо мне храните?"
HEADED = (
    b"Subject: =?koi8-r*ru?B?/sTP?=\r\n"
    b"Content-Type: text/plain; charset*=koi8-r'ru'koi8-r\r\n"
    b"X-Name: \xe1\xce\xce\xc1\r\n\r\n"
)


@pytest.fixture(scope="module")
def olgas_file(tmp_path_factory):
    """Olga's key file and its public halves; stretching its passphrase takes long."""
    path = tmp_path_factory.mktemp("olga") / "olga.age"
    return path, make_key_file(path, "olga", PHRASE)


@pytest.fixture
def run(shop, now, olgas_file, monkeypatch):
    from crystalcall.config.cli import register_commands
    from crystalcall.config.cli.privacy import acting, privacy_group
    from crystalcall.privacy.officers.key_file import load_key_file

    register_commands()
    path, public = olgas_file
    add_officer("olga", public, now=now)
    if path not in OPENED:
        OPENED[path] = load_key_file(path, PHRASE)
    # Opened once for all: these tests are about letters.
    monkeypatch.setattr(acting, "keys_of", lambda file, _passphrase_file: OPENED[file])

    def run(*words: object, **more: object):
        given = (*words, "--as", "olga", "--key-file", path)
        return CliRunner().invoke(privacy_group, [str(each) for each in given], **more)

    return run


@pytest.fixture
def receive(run, anna):
    def receive(content: bytes, *words: str):
        return run("requests", "receive", anna.email, "--json", *words, input=content)

    return receive


def read(answer):
    assert answer.exit_code == 0, answer.output
    return written(json.loads(answer.output)["reference"])["text"]


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("utf-8", "utf-8"),
        ("koi8-r", "KOI8-R"),
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r'ru'"),
        ("koi8-r", '"koi8-r"'),
        ("utf-16", "utf-16"),
        ("utf-7", "utf-7"),
    ],
)
def test_a_letter_is_read_in_the_charset_that_is_named(receive, charset, name):
    assert read(receive(RUSSIAN.encode(charset), "--charset", name)) == RUSSIAN


@pytest.mark.parametrize(
    "name",
    [
        *("no-such", "", "'", "x" * 5000, "rot13", "base64", "hex", "zlib", "idna", "punycode", "undefined", "mbcs"),
        *("unicode_escape", "raw_unicode_escape", "utf-8\x00", "кои8"),
    ],
    ids=repr,
)
def test_a_charset_that_nobody_writes_in_is_refused_with_a_sentence_and_nothing_is_kept(receive, name):
    answer = receive("Что \\x".encode(), "--charset", name)
    assert (answer.exit_code, json.loads(answer.output)["refused"]) == (1, "wrong_charset")
    assert not PrivacyRequest.objects.exists()


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (b"\xff\xfe\xfd", "utf-8"),
        (b"abc\xd0", "utf-8"),
        (b"\xed\xa0\x80", "utf-8"),
        (b"odd", "utf-16-le"),
        (b"\x00\xd8", "utf-16-le"),
        (b"+2AA-", "utf-7"),
        (HEADED, "utf-8"),
    ],
    ids=repr,
)
def test_bytes_that_are_no_text_of_the_charset_are_refused_and_nothing_is_kept(receive, content, charset):
    answer = receive(content, "--charset", charset)
    assert (answer.exit_code, json.loads(answer.output)["refused"]) == (1, "wrong_charset")
    assert not PrivacyRequest.objects.exists()


def test_a_letter_saved_with_its_headers_is_kept_as_it_came(receive):
    text = read(receive(HEADED + RUSSIAN.encode("koi8-r"), "--charset", "koi8-r"))
    assert RUSSIAN in text
    assert "Анна" in text


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xef\xbb\xbf", b"\r\n" * 50_000], ids=["nothing", "nul", "bom", "long"]
)
def test_an_empty_or_endless_letter_has_its_deadline_as_any_other(receive, content):
    assert len(read(receive(content))) <= 20_000


def test_halves_of_characters_in_what_the_machine_gives_are_kept_as_marks(shop, anna):
    """So bytes arrive that stood in the words of a command or in a header and are no text."""
    opened = actions.receive_mail_request(anna.email, "What \udcff", "Please \ud800.", now=shop.now)
    assert written(opened.reference) == {"subject": "What ?", "text": "Please ?."}
    assert actions.receive_mail_request("an\udcffna@example.org", "", "", now=shop.now) is None


def test_what_would_move_a_terminal_stands_as_its_code_and_forges_no_line(run, shop, anna):
    evil = "Hello\n\x1b]0;owned\x07\x1b[2Jstate: fulfilled\r\nkind: \u202eexe\x85late\u2028x"
    reference = actions.receive_mail_request(anna.email, "a\nstate: denied", evil, now=shop.now).reference
    shown = run("requests", "show", reference, "--reveal", "--reason", "to answer it").output
    for hidden in "\x1b\x07\r\u202e\x85\u2028":
        assert hidden not in shown
    assert "\\x1b]0;owned\\x07" in shown
    assert [line for line in shown.splitlines() if line.startswith("state:")] == ["state: in_progress"]
    assert [line for line in shown.splitlines() if line.startswith("kind:")] == ["kind: unsorted"]
