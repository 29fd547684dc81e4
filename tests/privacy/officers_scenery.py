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
    made: dict[str, Any] = {}
    for name in ("vera", "igor", "nina"):
        keys = new_keys(name)
        appoint(name, keys.public, by=made, now=now)
        made[name] = keys
    return made


def appoint(name: str, public: Any, *, by: dict[str, Any], now: Any) -> None:
    """Somebody becomes an officer; those of `by` sign for whoever comes after the first two."""
    from crystalcall.privacy.officers.actions import add_officer
    from crystalcall.privacy.officers.admitting import admit_officer
    from crystalcall.privacy.officers.queries import officer

    add_officer(name, public, now=now)
    for keys in list(by.values())[:2]:
        if not officer(name).is_active:
            admit_officer(name, keys, now=now)
    assert officer(name).is_active


def with_keys(words: Any, key_files: dict[str, KeyFile], folder: Path) -> list[str]:
    """The words of a command, and behind them the key file of whoever acts by `--as` (where there is one)."""
    given = [str(word) for word in words]
    name = given[given.index("--as") + 1] if "--as" in given else ""
    if name not in key_files or "--key-file" in given:
        return given
    phrase = folder / "phrase"
    phrase.write_text(PASSPHRASE, encoding="utf-8")
    return [*given, "--key-file", str(key_files[name].path), "--passphrase-file", str(phrase)]


@pytest.fixture
def filed_officers(db, now, key_files, tmp_path) -> Any:
    """Vera and Igor serve; gives what adds their key files to the words of a command."""
    for name in ("vera", "igor"):
        appoint(name, key_files[name].public, by={}, now=now)
    return lambda *words: with_keys(words, key_files, tmp_path)
