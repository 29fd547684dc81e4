"""The store's own scripts: small, typed, from this origin alone, and the same measure of a password as the server's."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage

from crystalcall import hall, web
from crystalcall.plumbing.static_files import shortened
from crystalcall.rules.signing_in import strength

STATIC = Path(hall.__file__).parent / "static"
ROOT = Path(__file__).resolve().parents[2]
CHECKS = ROOT / "requirements" / "npm"
SCRIPTS = sorted(path for room in (web, hall) for path in (Path(room.__file__).parent / "static").rglob("*.js"))
MOST_BYTES = 12 * 1024
PASSWORDS = (
    *("", "short", "12345678", "password", "aaaaaaaaaaaa", "abcdefgh", "Tr0ub4dor&3", "кошка на крыше"),
    *("nine lilac umbrellas at sea", "0l1v3 tr33s", "aAbBcCdDeE", "пароль12", "correct horse", "q" * 40, "\u00df" * 9),
    *("9876543210", "zyxwvuts", "xK9#mP2$vL", "ﬁne ﬁgures", "été à Paris", "日本語のパスワード"),
)


def test_all_scripts_together_are_small():
    served = {path.name: shortened(".js", path.read_text(encoding="utf-8")).encode() for path in SCRIPTS}
    sizes = {name: len(gzip.compress(text, 9)) for name, text in served.items()}
    assert len(sizes) > 8
    assert sum(sizes.values()) <= MOST_BYTES, sizes


@pytest.mark.clause("C17")
def test_scripts_write_no_cookie_and_keep_nothing_in_lasting_storage():
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"document\.cookie|localStorage|serviceWorker|eval\(|new Function", text), path.name
        assert not re.search(r"https?://", text), f"{path.name} names another place"


def test_one_policy_makes_html_and_one_place_uses_it():
    made = [
        path.name
        for path in SCRIPTS
        if re.search(r"innerHTML|outerHTML|insertAdjacentHTML|createPolicy", path.read_text())
    ]
    assert made == ["area.js"]


@pytest.mark.skipif(not (CHECKS / "node_modules").is_dir(), reason="make types installs what checks the scripts")
def test_the_types_of_the_scripts_hold():
    command = ["node", "node_modules/typescript/bin/tsc", "-p", "."]
    checked = subprocess.run(command, cwd=CHECKS, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")
def test_the_page_measures_a_password_as_the_server_does(tmp_path):
    source = (STATIC / "hall/passwords.js").read_text(encoding="utf-8")
    measure = source[source.index("const LEVELS_BITS") : source.index("/** @param {string | undefined} name */")]
    asked = f"{measure}\nconsole.log(JSON.stringify({json.dumps(PASSWORDS)}.map(strength)));"
    script = tmp_path / "measure.mjs"
    script.write_text(asked, encoding="utf-8")
    said = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == [strength(password, frozenset()).value for password in PASSWORDS]


def test_in_production_scripts_import_each_other_by_their_content(settings, tmp_path):
    from crystalcall.plumbing.static_files import ModuleFilesStorage

    storage = ModuleFilesStorage(location=tmp_path, base_url="/static/")
    names = [f"hall/{path.name}" for path in SCRIPTS if path.parent.name == "hall"]
    for name in names:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(STATIC / name, target)
    storage.manifest_storage = InMemoryStorage()
    assert all(
        not isinstance(outcome, Exception) for *_, outcome in storage.post_process({n: (storage, n) for n in names})
    )
    main = (tmp_path / storage.stored_name("hall/account.js")).read_text(encoding="utf-8")
    assert re.search(r'from "\./area\.[0-9a-f]{12}\.js"', main)
    assert not re.search(r'from "\./\w+\.js"', main)


def test_scripts_listen_to_no_other_origin():
    for path in SCRIPTS:
        assert not re.search(r"postMessage\(.*\*|addEventListener\(\"message\"|onmessage = .*origin", path.read_text())
    listeners = [path.name for path in SCRIPTS if "onmessage" in path.read_text()]
    assert listeners == ["keys.js"], "the channel of our own tabs is the only one that is listened to"


def test_every_test_that_the_table_of_the_standard_names_is_there():
    table = (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", table)
    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in tests] == []
    assert [file for file in re.findall(r"`([\w/]+\.py)`", table) if not (ROOT / "tests" / file).is_file()] == []


@pytest.mark.django_db
def test_files_are_for_our_own_pages_alone(client):
    answer = client.get("/static/hall/account.js")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    answer.close()
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
