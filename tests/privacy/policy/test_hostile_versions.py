"""A version of the policy that breaks a promise, or says nothing of one, stops the start with a sentence."""

import os
import subprocess
import sys

import pytest
from editions import add_version, change, first_version

from crystalcall.privacy.announcing.actions import announce
from crystalcall.privacy.policy import library
from crystalcall.privacy.policy.checks import policy_files_check
from crystalcall.privacy.policy.library import OWN_FOLDER, read, read_all
from crystalcall.privacy.policy.queries import history
from crystalcall.privacy.policy.values import PolicyRefusal, Refused

PRACTICES = "practices.toml"


def sentences() -> str:
    library._first.cache_clear()
    return " ".join(error.msg for error in policy_files_check())


def refusal(now) -> str:
    """What a command is told that would announce the newest version; nothing was announced."""
    refused = announce(None, now=now)
    assert isinstance(refused, Refused)
    assert refused.reason is PolicyRefusal.UNFIT
    assert [fact.kind.value for fact in history()] in ([], ["opened"])
    return refused.sentence


@pytest.mark.clause("C20", "C01")
def test_the_versions_that_come_with_the_program_are_fit():
    assert policy_files_check() == []
    assert [version.number for version in read_all(OWN_FOLDER)] == [1]


@pytest.mark.clause("C20")
@pytest.mark.parametrize("days", [9, 0, -1])
def test_a_shorter_notice_is_refused(folder, days):
    change(folder / "0001" / PRACTICES, "notice_days = 10", f"notice_days = {days}")
    assert f"Version 0001 of the policy gives {days} days of notice; the least is 10" in sentences()


def test_younger_children_are_refused(folder):
    change(folder / "0001" / PRACTICES, "minimum_age = 13", "minimum_age = 12")
    assert "admits children of 12" in sentences()


@pytest.mark.clause("C17")
def test_a_cookie_is_refused(folder):
    change(folder / "0001" / PRACTICES, "cookies = []", 'cookies = ["session"]')
    assert "allows the cookie 'session'" in sentences()


@pytest.mark.clause("C01")
def test_a_purpose_that_the_program_does_not_know_is_refused(folder):
    change(folder / "0001" / PRACTICES, "uses = [", 'uses = [\n    { purpose = "profiling", since = 1 },')
    assert "'profiling', which is no purpose that the program knows" in sentences()


@pytest.mark.parametrize("since", [0, 2, 99])
def test_a_use_dated_before_or_after_the_version_that_introduced_it_is_refused(folder, since):
    change(folder / "0001" / PRACTICES, '"price_notice", since = 1', f'"price_notice", since = {since}')
    assert f"introduced by version {since}; it was by version 1" in sentences()


@pytest.mark.django_db
@pytest.mark.clause("C20")
def test_a_new_use_cannot_pass_for_an_old_one(second, now):
    change(second / PRACTICES, '"price_notice", since = 2', '"price_notice", since = 1')
    assert "introduced by version 1; it was by version 2" in refusal(now)


@pytest.mark.django_db
@pytest.mark.clause("C20", "C19")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("notice_days = 10", "notice_days = 9", "gives 9 days of notice; the least is 10"),
        ("minimum_age = 13", "minimum_age = 12", "admits children of 12"),
        ("cookies = []", 'cookies = ["session"]', "allows the cookie 'session'"),
        ("cookies = []", "cookies = [", "cannot be read"),
    ],
    ids=["notice", "age", "cookie", "toml"],
)
def test_an_unfit_later_version_is_never_announced_and_stops_no_start(second, now, old, new, said):
    change(second / PRACTICES, old, new)
    assert said in refusal(now)
    assert policy_files_check() == []


def test_a_use_named_twice_is_refused(folder):
    change(folder / "0001" / PRACTICES, "uses = [", 'uses = [\n    { purpose = "price_notice", since = 1 },')
    assert "names the use 'price_notice' twice" in sentences()


@pytest.mark.clause("C09")
def test_a_provider_without_a_contract_is_refused(folder):
    change(folder / "0001" / PRACTICES, "contract_from = 2026-01-01\n", "")
    assert "contract_from" in sentences()


def test_a_contract_that_ends_before_it_begins_is_refused(folder):
    change(
        folder / "0001" / PRACTICES,
        "contract_from = 2026-01-01",
        "contract_from = 2026-01-01\ncontract_until = 2025-01-01",
    )
    assert "the contract with 'authorize-net' to end before it begins" in sentences()


def test_a_provider_for_a_purpose_that_is_no_use_is_refused(folder):
    change(folder / "0001" / PRACTICES, '    { purpose = "call_delivery", since = 1 },\n', "")
    assert "lets 'telephone-carrier' get data for 'call_delivery'" in sentences()
    assert "collects 'user.contact.phone_number' for 'call_delivery'" in sentences()


def test_collecting_without_saying_what_for_is_refused(folder):
    change(folder / "0001" / PRACTICES, 'purposes = ["accountability", "signing_in"]', "purposes = []")
    assert "leaves out what 'user.job_title' is for" in sentences()


@pytest.mark.clause("C25")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_missing_language_is_refused(folder, language):
    (folder / "0001" / f"policy.{language}.md").unlink()
    assert f"lacks policy.{language}.md: each version speaks both languages" in sentences()


@pytest.mark.clause("C01")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_missing_clause_is_refused(folder, language):
    file = folder / "0001" / f"policy.{language}.md"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("## C08"), text.index("## C09")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    assert f"says nothing of C08 in policy.{language}.md" in sentences()


def test_a_clause_said_twice_is_refused(folder):
    change(folder / "0001" / "policy.en.md", "## C08", "## C07 Again\n\nMore.\n\n## C08")
    assert "must say each clause once" in sentences()


def test_an_empty_clause_is_refused(folder):
    change(folder / "0001" / "policy.en.md", "## C08", "## C07 Again\n\n## C08")
    assert "leaves C07 empty" in sentences()


def test_a_version_without_a_summary_is_refused(folder):
    file = folder / "0001" / "policy.en.md"
    text = file.read_text(encoding="utf-8")
    file.write_text("# Privacy policy\n\n" + text[text.index("## C01") :], encoding="utf-8")
    assert "needs a title and a summary in policy.en.md" in sentences()


def test_an_unknown_practice_is_refused(folder):
    change(folder / "0001" / PRACTICES, "cookies = []", "cookies = []\nfingerprints = true")
    assert "fingerprints" in sentences()


def test_broken_toml_is_refused(folder):
    change(folder / "0001" / PRACTICES, "cookies = []", "cookies = [")
    assert "Version 0001 of the policy cannot be read" in sentences()


def test_a_text_that_is_no_utf8_is_refused(folder):
    (folder / "0001" / "policy.ru.md").write_bytes("# Политика".encode("cp1251"))
    assert "cannot be read" in sentences()


@pytest.mark.django_db
def test_a_version_under_another_number_is_refused(folder, now):
    add_version(folder, 2)
    change(folder / "0002" / PRACTICES, "number = 2", "number = 7")
    assert "Version 0002 of the policy calls itself number 7" in refusal(now)


@pytest.mark.django_db
def test_a_folder_that_is_no_version_is_refused(folder, now):
    (folder / "draft").mkdir()
    assert "is no version" in refusal(now)


@pytest.mark.django_db
def test_an_empty_folder_has_nothing_to_announce(folder, now):
    for file in (folder / "0001").iterdir():
        file.unlink()
    (folder / "0001").rmdir()
    assert "No version lies in" in refusal(now)


def test_the_hash_names_every_byte_of_every_file(tmp_path):
    hashes = set()
    for name in ("policy.en.md", "policy.ru.md", PRACTICES, None):
        place = first_version(tmp_path / str(name))
        if name is not None:
            file = place / "0001" / name
            file.write_bytes(file.read_bytes() + b"\n")
        hashes.add(read(place / "0001").version.content_sha256)
    assert len(hashes) == 4


@pytest.mark.clause("C20")
def test_a_real_process_refuses_to_start_over_a_shorter_notice_and_says_why(folder):
    change(folder / "0001" / PRACTICES, "notice_days = 10", "notice_days = 3")
    ended = subprocess.run(
        [sys.executable, "-m", "crystalcall.config.cli", "policy", "status"],
        env=os.environ | {"CRYSTALCALL_POLICY_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Crystal Call cannot start." in ended.stderr
    assert "gives 3 days of notice; the least is 10 (clause C20)." in ended.stderr
