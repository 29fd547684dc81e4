"""Officers with keys for tests of what takes two. A passphrase takes seconds to stretch: most tests use none."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSPHRASE = "a long walk by the sea"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """An officer's key file, and the public halves of what is in it."""

    path: Path
    public: Any


@pytest.fixture(scope="session")
def key_files(tmp_path_factory) -> dict[str, KeyFile]:
    """The key files of Vera and Igor, whom no shop knows yet, by name; their passphrase is `PASSPHRASE`."""
    from crystalcall.privacy.officers.key_file import make_key_file

    folder = tmp_path_factory.mktemp("officers")
    paths = {name: folder / f"{name}.age" for name in ("vera", "igor")}
    return {name: KeyFile(path, make_key_file(path, name, PASSPHRASE)) for name, path in paths.items()}


def new_keys(name: str) -> Any:
    """An officer's keys in memory."""
    import pyrage
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from crystalcall.privacy.officers import key_file

    return key_file._keys(name, pyrage.x25519.Identity.generate(), Ed25519PrivateKey.generate())


@pytest.fixture
def officers(db, now) -> dict[str, Any]:
    """All three appointed; gives their keys by name."""
    from crystalcall.privacy.officers.actions import add_officer

    made = {name: new_keys(name) for name in ("vera", "igor", "nina")}
    for name, keys in made.items():
        add_officer(name, keys.public, now=now)
    return made
