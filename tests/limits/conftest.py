"""The ranges of risk in memory are read anew for each test."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def fresh_ranges(request: pytest.FixtureRequest) -> Iterator[None]:
    """What an earlier test put on the list is forgotten, and so is what this one did."""
    from crystalcall.minutes.limits.risk import forget_ranges

    forget_ranges()
    yield
    forget_ranges()
