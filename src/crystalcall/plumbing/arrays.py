"""Columns of values as PostgreSQL takes them: arrays in its own binary form, each written out as a whole.

psycopg asks every value of a list for its bytes by itself; where hundreds of rows of forty columns go out together,
that takes longer than all that was decided about them. The form is that of PostgreSQL's `array_recv`: one dimension,
and each element with its length before it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from struct import Struct
from typing import Any, Final, Literal, NamedTuple

# How PostgreSQL names the types of elements (pg_type.oid); these never change.
_BOOL, _BYTEA, _INT8, _INT2, _INT4, _TEXT = 16, 17, 20, 21, 23, 25
_FLOAT8, _DATE, _MOMENT, _UUID, _JSONB = 701, 1082, 1184, 2950, 3802

_HEAD: Final = Struct("!iiIii")
_EMPTY: Final = Struct("!iiI")
_LENGTH: Final = Struct("!i")
_MOMENT_FORM: Final = Struct("!q")
_NULL: Final = _LENGTH.pack(-1)
_UUID_LENGTH: Final = _LENGTH.pack(16)
_number_of: Final = attrgetter("int")
_to_bytes: Final = int.to_bytes
_SIXTEEN: Final = repeat(16)
_BIG: Final["repeat[Literal['big']]"] = repeat("big")
_TRUE: Final = _LENGTH.pack(1) + b"\x01"
_FALSE: Final = _LENGTH.pack(1) + b"\x00"
_JSONB_VERSION: Final = b"\x01"
# PostgreSQL counts moments from here, in microseconds.
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# More lengths of batches than there are times forms of numbers; each is a few kilobytes at most.
_KEPT_FORMS: Final = 2000

Column = Sequence[Any]
Pack = Callable[[Column], bytes]


class UnknownTypeError(Exception):
    """A column of a type that nobody has taught this module: a mistake in the program."""


class Kind(NamedTuple):
    """A type of column: how PostgreSQL calls it in a cast, and how a column of it is written."""

    name: str
    pack: Pack


def moment(at: datetime) -> bytes:
    """One moment, as a parameter of type timestamptz."""
    return _MOMENT_FORM.pack(_microseconds(at))


def uuids(values: Column) -> bytes:
    """A column of UUIDs, as a parameter of type uuid[]."""
    if not values:
        return _EMPTY.pack(0, 0, _UUID)
    head = _HEAD.pack(1, 1, _UUID, len(values), 1)
    try:
        # By functions in C alone: of all that a batch sends, nothing is as frequent.
        return head + _UUID_LENGTH + _UUID_LENGTH.join(map(_to_bytes, map(_number_of, values), _SIXTEEN, _BIG))
    except AttributeError:
        each = [_NULL if value is None else _UUID_LENGTH + value.int.to_bytes(16, "big") for value in values]
        return head + b"".join(each)


def integers(values: Column) -> bytes:
    """A column of whole numbers, as a parameter of type bigint[]."""
    return _bigint(values)


def texts(values: Column) -> bytes:
    """A column of texts, as a parameter of type text[]."""
    return _text.pack(values)


def kind_of(db_type: str) -> Kind:
    """The kind of a column by Django's name for its type, lengths left out. Errors: UnknownTypeError."""
    try:
        return _KINDS[db_type]
    except KeyError:
        raise UnknownTypeError(f"Columns of type {db_type} cannot be written as arrays.") from None


def _packer(oid: int, each: Callable[[Column], list[bytes]]) -> Pack:
    """A way of writing columns whose elements are written so."""

    def pack(values: Column) -> bytes:
        count = len(values)
        if not count:
            return _EMPTY.pack(0, 0, oid)
        first = values[0]
        # Most columns of a batch say the same in every row; where the last does not, nobody need compare them all.
        is_one = values[-1] == first and values.count(first) == count
        body = each([first])[0] * count if is_one else b"".join(each(values))
        return _HEAD.pack(1, 1, oid, count, 1) + body

    return pack


def _numbers(oid: int, form: str) -> Pack:
    """A way of writing columns of numbers of one size."""
    one = Struct(f"!i{form}")
    size = one.size - _LENGTH.size

    @lru_cache(maxsize=_KEPT_FORMS)
    def all_of(count: int) -> Callable[..., bytes]:
        return Struct("!" + f"i{form}" * count).pack

    def each(values: Column) -> list[bytes]:
        if None in values:
            return [_NULL if value is None else one.pack(size, value) for value in values]
        # Lengths and values by turns, packed by one call.
        turns = [size] * (2 * len(values))
        turns[1::2] = values
        return [all_of(len(values))(*turns)]

    return _packer(oid, each)


def _converted(convert: Callable[[Any], Any], pack: Pack) -> Pack:
    """A way of writing columns whose values are numbers once they are converted; equal ones are, once."""

    def packed(values: Column) -> bytes:
        first = values[0] if values else None
        if first is not None and values[-1] is first and values.count(first) == len(values):
            return pack([convert(first)] * len(values))
        known = {value: None if value is None else convert(value) for value in set(values)}
        return pack([known[value] for value in values])

    return packed


def _flags(values: Column) -> list[bytes]:
    return [_NULL if value is None else _TRUE if value else _FALSE for value in values]


def _texts(values: Column) -> list[bytes]:
    return _sized([None if value is None else value.encode() for value in values])


def _json_texts(values: Column) -> list[bytes]:
    return _sized([None if value is None else _JSONB_VERSION + value.encode() for value in values])


def _blobs(values: Column) -> list[bytes]:
    return _sized([None if value is None else bytes(value) for value in values])


def _sized(values: Sequence[bytes | None]) -> list[bytes]:
    length = _LENGTH.pack
    return [_NULL if value is None else length(len(value)) + value for value in values]


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _days(day: Any) -> int:
    return int(day.toordinal()) - _EPOCH.toordinal()


_bigint: Final = _numbers(_INT8, "q")
_integer: Final = _numbers(_INT4, "i")
_text: Final = Kind("text", _packer(_TEXT, _texts))
_KINDS: Final = {
    "uuid": Kind("uuid", uuids),
    "bigint": Kind("bigint", _bigint),
    "integer": Kind("integer", _integer),
    "smallint": Kind("smallint", _numbers(_INT2, "h")),
    "double precision": Kind("double precision", _numbers(_FLOAT8, "d")),
    "boolean": Kind("boolean", _packer(_BOOL, _flags)),
    "bytea": Kind("bytea", _packer(_BYTEA, _blobs)),
    "jsonb": Kind("jsonb", _packer(_JSONB, _json_texts)),
    "timestamp with time zone": Kind("timestamptz", _converted(_microseconds, _numbers(_MOMENT, "q"))),
    "date": Kind("date", _converted(_days, _numbers(_DATE, "i"))),
    # A cast to varchar(40) would cut a text silently, where its column refuses it.
    "varchar": _text,
    "text": _text,
}
