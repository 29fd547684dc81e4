"""Nights that pass, and the register as a reader has it on disk."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def night(now):
    """Lets nights pass, one at each call, and signs each day; gives the moment of the last signing."""
    from datetime import timedelta

    from crystalcall.privacy.register.signing import sign_due_days

    moment = now

    def pass_one(nights: int = 1):
        nonlocal moment
        for _ in range(nights):
            moment += timedelta(days=1)
            sign_due_days(moment)
        return moment

    return pass_one


@pytest.fixture
def saved(tmp_path):
    """Saves what the store publishes into a folder, as a reader would; gives the folder."""
    from django.test import Client

    def save() -> Path:
        for name in ("entries", "roots", "unveiled"):
            after, number = "", 0
            while after is not None:
                query = {"after": after} if after else {}
                page = Client().get(f"/privacy/register/{name}.json", query)
                assert page.status_code == 200
                (tmp_path / f"{name}-{number}.json").write_bytes(page.content)
                after, number = page.json()["next"], number + 1
        return tmp_path

    return save


@pytest.fixture
def check():
    """Runs the stand-alone verifier as a reader does: its own process, its own folder, nothing of the shop."""

    from crystalcall.privacy.register import verifier

    def run(folder: Path, *arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-I", verifier.__file__, str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env={})
        return done.returncode, done.stdout + done.stderr

    return run
