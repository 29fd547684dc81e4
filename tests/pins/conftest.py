"""Issued PINs. Rooms load inside the fixtures: pytest reads this file before Django starts."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest


@pytest.fixture
def issued(db, now) -> Callable[..., tuple[str, str, UUID]]:
    """Issues a PIN: its serial, its digits and its account."""
    from crystalcall.minutes.pins import actions

    def make(account_id: UUID | None = None) -> tuple[str, str, UUID]:
        account_id = account_id or uuid4()
        pin = actions.issue_pin(account_id, key=f"line:{uuid4()}", now=now)
        return pin.serial, actions.reveal_pin(pin.serial), account_id

    return make


@pytest.fixture
def chosen(db, monkeypatch) -> Callable[..., None]:
    """Makes chance draw these PINs, one after the other, for as long as they last."""

    def choose(*pins: str) -> None:
        draws = iter([int(pin) - 10**11 for pin in pins])
        monkeypatch.setattr("crystalcall.minutes.pins.issuing.secrets.randbelow", lambda _: next(draws))

    return choose


@pytest.fixture
def heard(db, monkeypatch) -> Callable[[], list[tuple[str, dict[str, str]]]]:
    """Somebody listens to PINs; gives what was announced, name and facts, in order."""
    from crystalcall.minutes.pins.events import PinBlocked, PinUnblocked
    from crystalcall.plumbing import announcements
    from crystalcall.plumbing.models import Announcement

    monkeypatch.setattr(announcements, "_listeners", {})
    for event_class in (PinBlocked, PinUnblocked):
        announcements.listen(event_class, "tests.pins", lambda _fact: None)
    return lambda: list(Announcement.objects.order_by("pk").values_list("name", "payload"))
