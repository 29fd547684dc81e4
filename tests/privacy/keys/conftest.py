"""What the tests of keys share lies beside this file."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def looks(monkeypatch) -> list[list]:
    """The subjects of each statement that asks the key store for keys, as they are asked."""
    from crystalcall.privacy.keys import store

    seen: list[list] = []
    ask = store._wrapped_keys

    def asked(subjects):
        seen.append(list(subjects))
        return ask(subjects)

    monkeypatch.setattr(store, "_wrapped_keys", asked)
    return seen
