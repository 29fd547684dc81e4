"""The canary among real processes: store, switch API, worker, gateway and mail server, with a backup that is restored.

The folders of the two stand-ins are outside: what the gateway and the person's own mailbox keep is theirs.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pyrage
import pytest
from demos import Demo, clean_environment, free_base_port, start_demo, stop, wait_until_running
from searching import files_under, found_in

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

NAME = "Zyxvana Quibblethorpe"
EMAIL = "zyxvana.q@quibble-thorpe.example"
TELEPHONE = "+12125550173"
CALLED = "+74957390461"
CALLER = "+13475550188"
ADDRESS = "203.0.113.177"
BROWSER = "Quibblebrowser/7.31 (Zyx; Canary)"
SECRETS = {
    "name": NAME,
    "surname": "Quibblethorpe",
    "e-mail": EMAIL,
    "telephone": TELEPHONE,
    "called number": CALLED,
    "caller": CALLER,
    "address": ADDRESS,
    "browser": BROWSER,
}
WAIT_SECONDS = 90
HERE = "/privacy/requests/"
HIDDEN = re.compile(r'name="(placing_key|total|token)"[^>]*value="([^"]*)"')
FORM = re.compile(r'<form[^>]*id="pay"[^>]*>')
LINK = re.compile(r"/privacy/requests/link/[A-Za-z0-9_-]{43}/")
TICKET = re.compile(r'name="ticket" value="([A-Za-z0-9_-]{43})"')
PIN = re.compile(r"\b(\d{4})\D?(\d{4})\D?(\d{4})\b")


@pytest.fixture
def place(tmp_path):
    """Where everything of this demo lies, temporary files too."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.fixture
def demo(place):
    identity = pyrage.x25519.Identity.generate()
    (place / "identity.txt").write_text(str(identity))
    running = start_demo(
        place / "var",
        free_base_port(),
        place / "output.txt",
        TMPDIR=str(place / "tmp"),
        CRYSTALCALL_BACKUP_RECIPIENT=str(identity.to_public()),
    )
    try:
        wait_until_running(running)
        yield running
    finally:
        stop(running)


@pytest.fixture
def browser(demo):
    headers = {"User-Agent": BROWSER, "X-Forwarded-For": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=demo.store, headers=headers, trust_env=False, timeout=30) as client:
        yield client


def buys(demo: Demo, browser: httpx.Client) -> str:
    """From the number on the home page over the gateway's form to the PIN; gives that."""
    browser.get("/", params={"to": CALLED}).raise_for_status()
    checkout = "/checkout/?credit-10=1"
    fields = dict(HIDDEN.findall(browser.get(checkout).text))
    given = {"name": NAME, "email": EMAIL, "telephone": TELEPHONE, "price_notices": "on"}
    handed = browser.post(checkout, data=fields | given).text
    order = re.search(r'href="(/orders/[^"]+/)"', handed)[1]
    action = re.search(r'action="([^"]+)"', FORM.search(handed)[0])[1]
    token = dict(HIDDEN.findall(handed))["token"]
    with httpx.Client(trust_env=False, timeout=30, headers={"User-Agent": BROWSER}) as elsewhere:
        page = elsewhere.post(action, data={"token": token})
        pay = re.search(r'<form[^>]*action="(/[^"]*pay[^"]*)"', page.text)[1]
        card = {"cardNumber": "4111111111111111", "expirationDate": "12/35", "cardCode": "900", "zip": "10001"}
        told = {"token": token, "firstName": "Zyx", "lastName": "Q"} | card
        assert elsewhere.post(httpx.URL(action).join(pay), data=told).status_code == httpx.codes.SEE_OTHER
    deadline = time.monotonic() + WAIT_SECONDS
    while f'action="{order}pin/"' not in browser.get(order).text:
        assert time.monotonic() < deadline, browser.get(order).text
        time.sleep(0.5)
    shown = re.search(r'class="[^"]*\bpin\b[^"]*"[^>]*>(.*?)<', browser.post(f"{order}pin/").text, re.DOTALL)
    return "".join(PIN.search(shown[1]).groups())


def calls(demo: Demo, pin: str) -> None:
    """A wrong PIN, then a call that is charged."""
    with demo.switch() as switch:
        for name, typed in (("c0", "9" * 12), ("c1", pin)):
            body = {"call_id": name, "access": {"pin": typed, "caller_number": CALLER}, "called_number": CALLED}
            answered = switch.post("/v1/calls", json=body)
        assert answered.json()["granted_seconds"] > 0, answered.text
        switch.post("/v1/calls/c1/answer", json={}).raise_for_status()
        switch.post("/v1/calls/c1/end", json={"used_seconds": 90, "release_cause": "normal"}).raise_for_status()


def asks(demo: Demo, browser: httpx.Client, kind: str, **acts: str) -> httpx.Response:
    """A right is asked for on the site and done behind the mailed link."""
    before = letters(demo)
    browser.post(HERE, data={"kind": kind, "email": EMAIL}).raise_for_status()
    deadline = time.monotonic() + WAIT_SECONDS
    while not (new := letters(demo) - before):
        assert time.monotonic() < deadline, before
        time.sleep(0.3)
    page = browser.post(new.pop()).text
    return browser.post(f"{HERE}act/", data={"ticket": TICKET.search(page)[1], **acts}).raise_for_status()


def letters(demo: Demo) -> set[str]:
    """The links in every mail to the canary."""
    mails = httpx.get(f"{demo.mailbox}/messages.json", trust_env=False).json()["messages"]
    return {link for each in mails for link in LINK.findall(json.dumps(each))}


def ours(place: Path):
    """Every file of the shop: databases with their journals, logs, backups, temporary files; not the stand-ins'."""
    outside = ("standin", "mailbox", "authorize")
    for name, content in files_under(place):
        if not any(word in name.removeprefix(str(place)).lower() for word in outside):
            yield name, content


class Officers:
    """Vera and Igor, each with a key file and what a command needs of it."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        folder.mkdir()
        (folder / "pass").write_text("a long walk by the sea\n")
        self._demo, self._folder = demo, folder
        for name in ("vera", "igor"):
            self._run("officer", "new", name, *self._keys(name))

    def run(self, name: str, *words: str) -> dict:
        """What a command of an officer answers to a machine."""
        return json.loads(self._run(*words, "--as", name, *self._keys(name), "--json").stdout)

    def refused(self, name: str, *words: str) -> str:
        """The sentence with which a command refuses."""
        done = self._demo.command("privacy", *words, "--as", name, *self._keys(name))
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _keys(self, name: str) -> tuple[str, ...]:
        return ("--key-file", str(self._folder / name), "--passphrase-file", str(self._folder / "pass"))

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = self._demo.command("privacy", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


def is_asked_for(officers: Officers, place: Path) -> bytes:
    """An authority asks for the name and gets a package; gives what it reads there."""
    court, day = pyrage.x25519.Identity.generate(), time.strftime("%Y-%m-%d", time.gmtime())
    (place / "letter.txt").write_text("whose order it was")
    asked = ("--authority", "Court", "--instrument", "court order", "--dated", day)
    letter = ("--scope", str(place / "letter.txt"), "--recipient", str(court.to_public()))
    case = officers.run("vera", "authority", "record", *asked, *letter)["reference"]
    wanted = ("--person", EMAIL, "--field", "customers.Customer.sealed_name", "--from", day, "--to", day)
    seen = officers.run("vera", "authority", "scope", case, *wanted)["hash"]
    for name in ("vera", "igor"):
        officers.run(name, "authority", "approve", case, "--hash", seen)
    officers.run("vera", "authority", "extract", case, "--out", str(place / "package.age"))
    return pyrage.decrypt((place / "package.age").read_bytes(), [court])


def in_the_archive(officers: Officers) -> str:
    """What two officers read in the archive."""
    asked = officers.run("vera", "archive", "request-opening", EMAIL, "--reason", "the canary")["reference"]
    return json.dumps(officers.run("igor", "archive", "open", asked, "--reveal"), ensure_ascii=False)


def mailbox(place: Path) -> set[str]:
    """The letters that were delivered to anybody."""
    return {path.name for path in (place / "var" / "mailbox").glob("*.eml")}


def test_the_canary_lies_in_clear_in_no_file_of_any_process(demo, browser, place):
    officers = Officers(demo, place / "officers")
    pin = buys(demo, browser)
    secrets = SECRETS | {"PIN": pin}
    calls(demo, pin)
    assert asks(demo, browser, "export", act="zip").content[:2] == b"PK"
    assert b"PK" in is_asked_for(officers, place)
    assert found_in(ours(place), secrets) == set()

    backed_up = backup(demo, place)
    restore(demo, place, backed_up, "yesterday")
    assert found_in(ours(place), secrets) == set()
    asks(demo, browser, "deletion", sure="yes")
    assert found_in(ours(place), secrets) == set()
    is_nobody(officers, place)
    # Two officers find it in the archive, and nothing but a key apart was between that and everybody else.
    assert NAME in in_the_archive(officers)
    assert found_in(ours(place), secrets) == set()
    delivered = mailbox(place)
    comes_back_and_is_gone_again(demo, place, backed_up)
    is_nobody(officers, place)
    assert found_in(ours(place), secrets) == set()
    # What was delivered is the person's own; what waited was ours, and nothing more went out.
    assert not [name for name in mailbox(place) - delivered if EMAIL in (place / "var" / "mailbox" / name).read_text()]
    officers.run("vera", "archive", "destroy", EMAIL, "--reason", "the end", "--yes")
    assert "Nothing is sealed" in officers.refused("vera", "archive", "request-opening", EMAIL, "--reason", "again")
    assert found_in(ours(place), secrets) == set()


def is_nobody(officers: Officers, place: Path) -> None:
    """Not even an officer finds the person."""
    assert "Nobody" in officers.refused("vera", "export", EMAIL, "--out", str(place / "x.zip"), "--reason", "r")
    assert not (place / "x.zip").exists()


def comes_back_and_is_gone_again(demo: Demo, place: Path, file: Path) -> None:
    """Yesterday's backup takes the place of the database, and everything is started again."""
    stop(demo)
    done = demo.command("backup", "restore", str(file), "--identity", str(place / "identity.txt"), "--replace")
    assert done.returncode == 0, done.stdout + done.stderr
    again = start_demo(demo.data, demo.base, place / "output.txt")
    try:
        wait_until_running(again)
    finally:
        stop(again)


def backup(demo: Demo, place: Path) -> Path:
    """A backup is made while everything runs; gives the file of the database."""
    recipient = pyrage.x25519.Identity.from_str((place / "identity.txt").read_text()).to_public()
    made = subprocess.run(
        [sys.executable, "-m", "crystalcall.config.cli", "backup", "create", "--to", str(place / "backups")],
        env=clean_environment(demo.data, demo.base) | {"CRYSTALCALL_BACKUP_RECIPIENT": str(recipient)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    [file] = [each for each in (place / "backups").iterdir() if "key" not in each.name]
    return file


def restore(demo: Demo, place: Path, file: Path, name: str) -> None:
    """The backup is opened into a folder, which is then searched like everything else."""
    [keys] = [each for each in file.parent.iterdir() if each.name.startswith("keys")]
    opened = ("--identity", str(place / "identity.txt"), "--keys", str(keys))
    done = demo.command("backup", "restore", str(file), *opened, "--into", str(place / name))
    assert done.returncode == 0, done.stdout + done.stderr
    assert list((place / name).rglob("*.sqlite3"))
