"""House tests read the program itself; what they share lies beside this file."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the project."""
    return ROOT


@pytest.fixture(scope="session")
def src() -> Path:
    """The folder that holds the package `crystalcall`."""
    return ROOT / "src"
