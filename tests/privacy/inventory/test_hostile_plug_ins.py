"""An application that keeps or gives away what nobody declared is refused at the start of the real program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crystalcall.minutes.calls.desk import apart

PLUG_INS = Path(__file__).resolve().parent / "plug_ins"
COMMAND = ("-m", "crystalcall.config.cli", "privacy", "data-map")
STORE = ("-c", "import crystalcall.config.wsgi")
WRITER = ("-c", apart._PROGRAM, "0")

pytestmark = [pytest.mark.clause("C01", "C04")]


@pytest.fixture
def start(tmp_path):
    def run(plug_in: str, words=COMMAND) -> subprocess.CompletedProcess[str]:
        environment = dict(os.environ) | {
            "CRYSTALCALL_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "hostile_settings",
            "PYTHONPATH": str(PLUG_INS),
            "PLUG_IN": plug_in,
        }
        environment.pop("CRYSTALCALL_DATABASE_URL", None)
        return subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_without_a_plug_in_the_program_starts(start):
    assert start("").returncode == 0
    assert start("", STORE).returncode == 0


@pytest.mark.parametrize(
    ("plug_in", "sentence"),
    [
        ("diary", "The field diary.Diary.buyers_secret is in no room's personal_data.py"),
        ("spy", "The field spy.Note.text is kept for advertising, which is no purpose"),
        ("hoarder", "The field hoarder.Note.text is kept as for_ever, which is no class"),
        ("telepath", "The field telepath.Note.text has the category user.contact.telepathy"),
        (
            "django.contrib.contenttypes",
            "The field contenttypes.ContentType.app_label is in no room's personal_data.py",
        ),
    ],
    ids=lambda value: value.split()[0],
)
def test_a_field_that_nobody_declared_rightly_stops_the_start(start, plug_in, sentence):
    refused = start(plug_in)
    assert refused.returncode == 2
    assert "Crystal Call cannot start." in refused.stderr
    assert sentence in refused.stderr
    assert refused.stdout == ""


def test_the_store_itself_serves_nothing_over_an_undeclared_field(start):
    refused = start("diary", STORE)
    assert refused.returncode != 0
    assert "diary.Diary.buyers_secret" in refused.stderr


def test_a_writer_of_calls_decides_nothing_over_an_undeclared_field(start):
    refused = start("diary", WRITER)
    assert refused.returncode == 1
    assert "diary.Diary.buyers_secret" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.clause("C08", "C09")
def test_a_provider_without_a_contract_stops_the_start(start):
    refused = start("broker")
    assert refused.returncode == 2
    assert "The provider broker has no contract" in refused.stderr
    assert "The provider broker gets data for advertising, which is no purpose" in refused.stderr
    assert "The provider broker gets diary, which is no field" in refused.stderr
