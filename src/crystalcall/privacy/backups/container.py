"""The form of the stream inside an age file: a magic line, the manifest, the content in pieces, and a closing word.

Every part is led by its length in four bytes; a length of zero ends the content. The closing word holds the SHA-256
and the length of the content, so that a stream that was cut or put together anew is noticed even by who holds the key.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

from crystalcall.privacy.backups.values import BackupError, Kind, Looked, Manifest, Reason, Signed

MAGIC: Final = b"crystalcall backup 1\n"
LENGTH_BYTES: Final = 4
LONGEST_PART: Final = 1 << 28
"""No part we write comes near it; a length beyond it is not ours, and is not believed."""


def written(manifest: Manifest, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The stream of a backup, piece by piece."""
    yield MAGIC
    yield _part(_told(manifest))
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        if piece:
            digest.update(piece)
            size += len(piece)
            yield _part(piece)
    yield bytes(LENGTH_BYTES)
    yield _part(json.dumps({"sha256": digest.hexdigest(), "bytes": size}).encode())


class Incoming:
    """A backup's stream as it is read: the manifest at once, the content once, the closing word behind it.

    Errors: BackupError (OTHER_FORMAT at once; CUT_OFF and ALTERED while it is read).
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        if stream.read(len(MAGIC)) != MAGIC:
            raise BackupError(Reason.OTHER_FORMAT, "This is no backup of Crystal Call, or one of another format.")
        self.manifest = _manifest(self._read_part())
        self.looked: Looked | None = None

    def pieces(self) -> Iterator[bytes]:
        """The content; once it is over `looked` stands, and the content is what was written."""
        digest, size = hashlib.sha256(), 0
        while piece := self._read_part():
            digest.update(piece)
            size += len(piece)
            yield piece
        closing = json.loads(self._read_part() or b"{}")
        if (closing.get("sha256"), closing.get("bytes")) != (digest.hexdigest(), size):
            raise BackupError(Reason.ALTERED, "The content of this backup is not what was written: do not use it.")
        self.looked = Looked(self.manifest, size, digest.hexdigest())

    def _read_part(self) -> bytes:
        length = int.from_bytes(self._exactly(LENGTH_BYTES), "big")
        if length > LONGEST_PART:
            raise BackupError(Reason.ALTERED, "This backup holds a piece that no version of the program wrote.")
        return self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise BackupError(Reason.CUT_OFF, "This backup is cut off: its end is missing. Take another one.")
        return data


def _part(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def _told(manifest: Manifest) -> bytes:
    signed = manifest.register
    told: dict[str, Any] = {
        "kind": manifest.kind.value,
        "engine": manifest.engine,
        "program": manifest.program,
        "made_at": manifest.made_at.isoformat(),
        "heads": dict(manifest.heads),
        "counts": dict(manifest.counts),
        "register": signed and {"day": signed.day, "sequence": signed.sequence, "root": signed.root},
    }
    return json.dumps(told).encode()


def _manifest(text: bytes) -> Manifest:
    try:
        told = json.loads(text)
        signed = told["register"]
        return Manifest(
            kind=Kind(told["kind"]),
            engine=str(told["engine"]),
            program=str(told["program"]),
            made_at=datetime.fromisoformat(told["made_at"]),
            heads=dict(told["heads"]),
            counts=dict(told["counts"]),
            register=Signed(signed["day"], signed["sequence"], signed["root"]) if signed else None,
        )
    except (ValueError, KeyError, TypeError):
        raise BackupError(Reason.OTHER_FORMAT, "The manifest of this backup cannot be read: another format.") from None
