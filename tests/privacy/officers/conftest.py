"""Two officers with keys of their own. A passphrase takes seconds to stretch on purpose, so files are made once."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

PASSPHRASE = "a long walk by the sea"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """An officer's file, opened."""

    path: Path
    keys: object


@pytest.fixture(scope="session")
def key_files(tmp_path_factory) -> dict[str, KeyFile]:
    """The files of Vera, Igor and Nina, whom no shop knows yet."""
    from crystalcall.privacy.officers.key_file import load_key_file, make_key_file

    folder, made = tmp_path_factory.mktemp("officers"), {}
    for name in ("vera", "igor", "nina"):
        path = folder / f"{name}.age"
        make_key_file(path, name, PASSPHRASE)
        made[name] = KeyFile(path, load_key_file(path, PASSPHRASE))
    return made


@pytest.fixture
def officers(db, key_files, now):
    """All three appointed; gives their keys by name."""
    from officers_scenery import appoint

    made = {}
    for name, file in key_files.items():
        appoint(name, file.keys.public, by=made, now=now)
        made[name] = file.keys
    return made
