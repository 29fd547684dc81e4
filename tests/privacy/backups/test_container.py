"""The form of the stream: what goes in comes out, and whatever is missing or changed is noticed."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crystalcall.privacy.backups.container import Incoming, written
from crystalcall.privacy.backups.values import BackupError, Kind, Manifest, Reason, Signed

TOLD = Manifest(
    Kind.DATABASE,
    "sqlite",
    "1.0",
    datetime(2026, 11, 2, 15, tzinfo=UTC),
    {"customers": "0002_x"},
    {"customers_customer": 7},
    Signed("2026-11-01", 12, "ab" * 32),
)
PIECES = st.lists(st.binary(min_size=1, max_size=64), max_size=8)


def stream(pieces):
    return b"".join(written(TOLD, pieces))


def read(data):
    incoming = Incoming(io.BytesIO(data))
    pieces = list(incoming.pieces())
    return incoming, pieces


@given(pieces=PIECES)
def test_what_goes_in_comes_out(pieces):
    incoming, found = read(stream(pieces))
    assert found == pieces
    assert incoming.manifest == TOLD
    assert incoming.looked is not None
    assert incoming.looked.size == sum(map(len, pieces))


@given(pieces=PIECES, share=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_stream_that_ends_too_early_is_noticed(pieces, share):
    data = stream(pieces)
    with pytest.raises(BackupError) as caught:
        read(data[: int(len(data) * share)])
    assert caught.value.reason in {Reason.CUT_OFF, Reason.OTHER_FORMAT}


@given(pieces=PIECES.filter(bool), flipped=st.integers(min_value=0, max_value=7))
def test_changed_content_is_noticed(pieces, flipped):
    data = bytearray(stream(pieces))
    place = bytes(data).index(pieces[0], 300)
    data[place] ^= 1 << flipped
    with pytest.raises(BackupError):
        read(bytes(data))


def test_a_piece_that_nobody_wrote_is_not_believed():
    beginning = stream([])[:-1]
    head = len(b"".join(list(written(TOLD, []))[:2]))
    with pytest.raises(BackupError) as caught:
        read(beginning[:head] + b"\xff\xff\xff\xff" + b"x" * 100)
    assert caught.value.reason is Reason.ALTERED


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[1]", b'{"kind": "other"}', b"\xff"])
def test_a_manifest_that_makes_no_sense_is_refused(manifest):
    magic = stream([])[:21]
    with pytest.raises(BackupError) as caught:
        read(magic + len(manifest).to_bytes(4, "big") + manifest)
    assert caught.value.reason is Reason.OTHER_FORMAT
