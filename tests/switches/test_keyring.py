"""Whose key it is, from a memory that is never older than a second."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from crystalcall.minutes.calls.desk import DeskClosedError
from crystalcall.switches.http.keyring import MAX_HEADERS, KeyRing
from crystalcall.switches.http.keys import key_hash, new_key

KEY = new_key()
HEADER = f"Bearer {KEY}".encode()


class Table:
    """The switches in the database; counts how often they are read."""

    def __init__(self) -> None:
        self.switches = {key_hash(KEY): 7}
        self.readings = 0
        self.trouble: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def read(self) -> dict[bytes, int]:
        self.readings += 1
        found = dict(self.switches)
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        return found


@pytest.fixture
def table() -> Table:
    return Table()


def story(table: Table, tell: Callable[[KeyRing], Awaitable[None]]) -> None:
    async def told() -> None:
        await tell(KeyRing(table.read))

    asyncio.run(told())


@pytest.mark.parametrize(
    "header",
    [b"", b"Bearer", b"Bearer ", b"Basic " + KEY.encode(), b"Bearer " + b"x" * 5000, "Bearer ключ".encode(), b"\xff"],
    ids=["nothing", "no key", "an empty key", "another scheme", "a long key", "no latin letters", "no text at all"],
)
def test_only_a_switchs_key_is_known(table, passed, header):
    async def tell(ring: KeyRing) -> None:
        assert await ring.switch_id(header) is None
        assert await ring.switch_id(HEADER) == 7
        assert await ring.switch_id(b"bEARER   " + KEY.encode() + b" ") == 7

    story(table, tell)


def test_a_flood_of_wrong_keys_asks_the_database_nothing_and_fills_no_memory(table, passed):
    async def tell(ring: KeyRing) -> None:
        for number in range(3 * MAX_HEADERS):
            assert await ring.switch_id(f"Bearer wrong-{number}".encode()) is None
            assert await ring.switch_id(b"Bearer" + b" " * (number % 150 + 1) + KEY.encode()) == 7
        assert len(ring._of_header) <= MAX_HEADERS
        assert table.readings == 1

    story(table, tell)


def test_many_at_once_read_it_once(table, passed):
    async def tell(ring: KeyRing) -> None:
        assert set(await asyncio.gather(*(ring.switch_id(HEADER) for _ in range(50)))) == {7}
        assert table.readings == 1

    story(table, tell)


def test_before_its_second_is_over_it_is_read_anew_and_nobody_waits(table, passed):
    async def tell(ring: KeyRing) -> None:
        assert await ring.switch_id(HEADER) == 7
        table.gate = asyncio.Event()
        table.switches = {}
        passed.seconds += 0.6
        assert await ring.switch_id(HEADER) == 7
        table.gate.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert table.readings == 2
        assert await ring.switch_id(HEADER) is None

    story(table, tell)


def test_its_age_counts_from_before_it_was_read(table, passed):
    async def tell(ring: KeyRing) -> None:
        table.gate = asyncio.Event()
        asking = asyncio.create_task(ring.switch_id(HEADER))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert table.readings == 1
        passed.seconds += 1.0
        table.gate.set()
        assert await asking == 7
        await ring.switch_id(HEADER)
        assert table.readings == 2

    story(table, tell)


def test_a_ring_that_cannot_be_read_serves_out_its_second_and_no_more(table, passed):
    async def tell(ring: KeyRing) -> None:
        assert await ring.switch_id(HEADER) == 7
        table.trouble = DeskClosedError()
        passed.seconds += 0.9
        assert await ring.switch_id(HEADER) == 7
        await asyncio.sleep(0)
        passed.seconds += 0.1
        for _ in range(3):
            with pytest.raises(DeskClosedError):
                await ring.switch_id(HEADER)
        table.trouble = None
        assert await ring.switch_id(HEADER) == 7

    story(table, tell)


def test_a_request_that_is_given_up_takes_nobody_elses_reading(table, passed):
    async def tell(ring: KeyRing) -> None:
        table.gate = asyncio.Event()
        gone, patient = (asyncio.create_task(ring.switch_id(HEADER)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        table.gate.set()
        assert await patient == 7
        assert table.readings == 1

    story(table, tell)
