"""What only a running program shows: each guard is broken in a copy, started, and has to name what broke it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(tmp_path) -> Path:
    """The folder that holds a copy of the package, to be broken."""
    quiet = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "crystalcall", tmp_path / "crystalcall", ignore=quiet)
    return tmp_path


def edit(copy: Path, file: str, old: str, new: str) -> None:
    path = copy / "crystalcall" / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the mutant no longer fits {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(copy: Path, file: str, text: str) -> None:
    with (copy / "crystalcall" / file).open("a", encoding="utf-8") as target:
        target.write(text)


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CRYSTALCALL_", "PYTEST_", "DJANGO_"))
    }
    return subprocess.run(
        command,
        cwd=ROOT,
        env=kept | {"PYTHONPATH": f"{copy}{os.pathsep}{ROOT / 'tests' / 'house'}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def started(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the test profile on the copy."""
    return run(copy, sys.executable, "scripts/with_secrets.py", "--", sys.executable, *command)


def house_test(copy: Path, *choice: str) -> subprocess.CompletedProcess[str]:
    """Run a house test on the copy."""
    return run(copy, sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:randomly", *choice)


UPWARD_KEYS = """
import django; django.setup()
from pathlib import Path
import house_tables, house_tree
print(house_tables.upward_keys(house_tree.Floors(Path(".importlinter"))))
"""


def test_a_foreign_key_upward_is_caught(copy):
    append(
        copy,
        "customers/models.py",
        "\nclass Debt(models.Model):\n    order = models.ForeignKey('orders.Order', on_delete=models.CASCADE)\n",
    )
    verdict = started(copy, "-c", UPWARD_KEYS)
    assert "customers.Debt.order points up to orders.Order" in verdict.stdout, verdict.stderr


def test_an_undeclared_field_stops_the_program(copy):
    append(copy, "customers/models.py", "\nclass Whim(models.Model):\n    nickname = models.TextField()\n")
    verdict = started(copy, "-m", "django", "check")
    assert verdict.returncode != 0
    assert "customers.Whim.nickname" in verdict.stderr


@pytest.mark.clause("C17")
def test_a_cookie_on_any_page_is_caught_by_the_crawl(copy):
    edit(
        copy,
        "plumbing/middleware/headers.py",
        'response["X-Frame-Options"] = "DENY"',
        'response["X-Frame-Options"] = "DENY"\n        response["Set-Cookie"] = "visitor=7"',
    )
    verdict = house_test(copy, "tests/house/test_crawl.py", "-k", "sells_nothing")
    assert verdict.returncode == 1
    assert "CookieSetError" in verdict.stdout


@pytest.mark.clause("C17")
def test_a_cookie_past_a_missing_guard_is_caught_by_the_crawl(copy):
    edit(copy, "config/django_settings.py", '"crystalcall.plumbing.middleware.cookie_guard.cookie_guard",', "")
    edit(
        copy,
        "plumbing/middleware/headers.py",
        'response["X-Frame-Options"] = "DENY"',
        'response["X-Frame-Options"] = "DENY"\n        response["Set-Cookie"] = "visitor=7"',
    )
    verdict = house_test(copy, "tests/house/test_crawl.py", "-k", "sells_nothing")
    assert verdict.returncode == 1
    assert "sets a cookie" in verdict.stdout


def test_a_missing_header_is_caught_by_the_crawl(copy):
    edit(copy, "plumbing/middleware/headers.py", 'response["X-Content-Type-Options"] = "nosniff"', "")
    verdict = house_test(copy, "tests/house/test_crawl.py", "-k", "sells_nothing")
    assert verdict.returncode == 1
    assert "lacks X-Content-Type-Options" in verdict.stdout


def test_an_unguarded_append_only_table_is_caught(copy):
    edit(copy, "plumbing/append_only.py", 'VERBS = ("update", "delete")', 'VERBS = ("update", "delete", "truncate")')
    edit(
        copy, "plumbing/append_only.py", "for verb in VERBS:\n        editor", "for verb in VERBS[:1]:\n        editor"
    )
    verdict = house_test(copy, "tests/house/test_tables.py", "-k", "kept_its_triggers")
    assert verdict.returncode == 1
    assert "ledger_transfer_refuse_delete" in verdict.stdout


def test_an_undocumented_setting_is_caught(copy):
    edit(
        copy,
        "plumbing/settings.py",
        "    debug: bool = False",
        "    debug: bool = False\n    #: Nobody wrote this down.\n    surprise: int = 7",
    )
    verdict = started(copy, "scripts/document.py", "--check")
    assert verdict.returncode == 1, verdict.stderr
    assert "docs/settings.md is out of date" in verdict.stdout
