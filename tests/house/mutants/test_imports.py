"""Each import contract is broken once, in a copy of the program, and has to name what broke it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Mutant:
    """A line added to a file (which may be new), and the contract that must complain."""

    file: str
    line: str
    contract: str


MUTANTS = {
    "an import upward": Mutant(
        "minutes/ledger/queries.py", "import crystalcall.shop.orders.queries", "Imports point down the house"
    ),
    "a door that imports another door": Mutant(
        "web/health.py", "import crystalcall.jobs", "Imports point down the house"
    ),
    "a room on no floor": Mutant("surprises/__init__.py", "", "Imports point down the house"),
    "a cart that knows orders": Mutant("shop/cart/values.py", "import crystalcall.shop.orders", "Inside the shop"),
    "a room of the shop on no floor": Mutant("shop/gifts/__init__.py", "", "Inside the shop"),
    "PINs that know rates": Mutant("minutes/pins/queries.py", "import crystalcall.minutes.rates", "Inside the minutes"),
    "money that knows rating": Mutant("rules/money.py", "import crystalcall.rules.rating", "Inside the rules"),
    "Django in the rules": Mutant("rules/money.py", "import django.conf", "Rules are pure"),
    "chance in the rules": Mutant("rules/pins.py", "import secrets", "Rules are pure"),
    "a clock in the rules": Mutant("rules/calls.py", "import time", "Rules are pure"),
    "the network in a codec": Mutant("payments/authorizenet/wire.py", "import httpx", "Wire codecs are pure"),
    "a codec that asks the books": Mutant(
        "switches/http/wire.py", "import crystalcall.minutes.ledger.queries", "Wire codecs are pure"
    ),
    "a protocol that knows another": Mutant(
        "switches/fastagi/__init__.py", "import crystalcall.switches.http", "Switch protocols"
    ),
    "a stand-in that peeks": Mutant(
        "payments/standin/cards.py", "import crystalcall.plumbing.settings", "The local Authorize.Net imports no room"
    ),
    "a mailbox that peeks": Mutant(
        "mailings/mailbox/peeking.py", "import crystalcall.plumbing.settings", "The local mailbox imports no room"
    ),
    "a store that knows the stand-in": Mutant(
        "payments/queries.py", "import crystalcall.payments.standin", "Nothing in the store imports a stand-in"
    ),
    "a cycle": Mutant("plumbing/clock.py", "import crystalcall.plumbing.announcements", "No cycles"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The program and its contracts, to be broken."""
    place = tmp_path_factory.mktemp("imports")
    quiet = shutil.ignore_patterns("__pycache__", "data", "static", "locale")
    shutil.copytree(ROOT / "src" / "crystalcall", place / "src" / "crystalcall", ignore=quiet)
    shutil.copy(ROOT / ".importlinter", place)
    return place


def lint(place: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--no-cache", "--no-logo", "--config", ".importlinter"],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(place / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", MUTANTS)
def test_the_contracts_catch(name, copy):
    mutant = MUTANTS[name]
    path = copy / "src" / "crystalcall" / mutant.file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{mutant.line}\n", encoding="utf-8")
    try:
        verdict = lint(copy)
    finally:
        if before is None and mutant.file.endswith("__init__.py"):
            shutil.rmtree(path.parent)
        elif before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
    assert verdict.returncode == 1, verdict.stdout
    broken = [line for line in verdict.stdout.splitlines() if " BROKEN" in line]
    assert any(line.startswith(mutant.contract) for line in broken), verdict.stdout


def test_the_copy_unbroken_keeps_every_contract(copy):
    verdict = lint(copy)
    assert verdict.returncode == 0, verdict.stdout
    assert str(copy) not in verdict.stderr
