"""The messages of the switch API as they stand on the wire, and nothing else: structures, and bytes in and out.

Reading is strict: an unknown field, another type, a text too long or a number too large is malformed, and the answer
names the field. Every description here is shown in the OpenAPI document.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crystalcall.rules.calls import CallState, RefusalReason, ReleaseCause
from crystalcall.rules.fairness import FairnessReason

MAX_BODY_BYTES: Final = 64 * 1024
CALL_ID_LENGTH: Final = 128
TEXT_LENGTH: Final = 64
# A call of a year is a mistake of the switch; a longer number would only overflow somebody's arithmetic.
MAX_SECONDS: Final = 366 * 24 * 3600
MAX_SLICE_SECONDS: Final = 24 * 3600
# What JSON numbers hold exactly in every language.
MAX_SEQUENCE: Final = 2**53 - 1
MAX_CAUSE: Final = 999

# Python lets "$" stand before a last line feed; the look-ahead makes it the end, as everywhere else.
PRINTABLE: Final = "^[^\\x00-\\x1f\\x7f-\\x9f]+$(?!\\n)"

CallId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CALL_ID_LENGTH,
        pattern=PRINTABLE,
        description="The switch's own name for the call, never used twice; printable, percent-encoded in addresses.",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH)]
PrintableText = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH, pattern=PRINTABLE)]
UsedSeconds = Annotated[
    int,
    Meta(ge=0, le=MAX_SECONDS, description="Whole seconds talked, counted from the answer; 0 when nobody answered."),
]


class Access(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who pays: a PIN, or a caller number or SIP user that an account owns. At least one of the three."""

    pin: Annotated[Text | None, Meta(description="The card's PIN as it was keyed in.")] = None
    caller_number: Annotated[
        Text | None,
        Meta(description="The caller's number (ANI). Alone, it is the credential; beside a PIN, only the origin."),
    ] = None
    sip_user: Annotated[Text | None, Meta(description="A SIP user of an account; never the sign-in password.")] = None

    def __post_init__(self) -> None:
        if self.pin is None and self.caller_number is None and self.sip_user is None:
            raise ValueError("Say who pays: pin, caller_number or sip_user")


class Authorize(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """May this caller call this number, and for how long?"""

    call_id: CallId
    access: Access
    called_number: Annotated[
        Text,
        Meta(
            description=(
                "The dialled number: +E.164, 011…, 00…, or bare digits that begin with a country code. A card's own "
                "short codes are dialled as *7 or 7* (1 to 99); the answer's routes hold the number behind the code."
            )
        ),
    ]
    access_number: Annotated[Text | None, Meta(description="The access number that the caller dialled (DNIS).")] = None
    caller_number: Annotated[
        Text | None, Meta(description="Where the call comes from, beside a PIN; slows down guessing, is not kept.")
    ] = None
    slice_seconds: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_SLICE_SECONDS)] | None,
        Meta(description="Grant only so many seconds at first, and so many more with each extension."),
    ] = None


class Answer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The called side answered."""

    answered_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(description="When, with a time zone; now when left out. Moved into the time between grant and now."),
    ] = None


class Extend(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The call is still on: how long may it last?"""

    sequence: Annotated[
        int,
        Meta(ge=0, le=MAX_SEQUENCE, description="Counts the extensions of a call; the same again is the same request."),
    ]
    used_seconds: UsedSeconds


class End(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The call is over."""

    used_seconds: UsedSeconds
    release_cause: Annotated[
        Text | Annotated[int, Meta(ge=0, le=MAX_CAUSE)],
        Meta(
            description="A word of ReleaseCause, a Q.850 number, or FreeSWITCH's or Asterisk's word; what is in no "
            "list is kept as `other`."
        ),
    ]
    carrier: Annotated[
        PrintableText | None,
        Meta(description="Which carrier completed the call, as `routes` named it; for the operator's cost."),
    ] = None


class Destination(msgspec.Struct, frozen=True):
    """Where the called number is."""

    key: Annotated[str, Meta(description="Stable name of the destination in the rate decks.")]
    country_iso2: Annotated[str | None, Meta(description="ISO 3166 code; null where no country owns the range.")]
    line_type: Annotated[str, Meta(description="landline, mobile, toll_free or other.")]
    area: Annotated[str, Meta(description="City or network, where the rate names one; else empty.")]
    name_en: Annotated[str, Meta(description="For people, in English.")]
    name_ru: Annotated[str, Meta(description="For people, in Russian.")]


class Route(msgspec.Struct, frozen=True):
    """One way to complete the call."""

    carrier: Annotated[str, Meta(description="Which carrier to hand the call to.")]
    dial: Annotated[str, Meta(description="What to dial there.")]


class Notice(msgspec.Struct, frozen=True):
    """Something the caller may be told before the call is dialed."""

    kind: Annotated[
        Literal["credit_expires", "minutes_expire", "low_balance"],
        Meta(description="The credit, or a bundle of minutes that serves this call, expires soon; or little is left."),
    ]
    amount: Annotated[int, Meta(description="How much: micros of credit, or seconds of a bundle (minutes_expire).")]
    expires_at: Annotated[datetime | None, Meta(description="When it expires; null for low_balance.")]


class Granted(msgspec.Struct, frozen=True, tag_field="decision", tag="granted", omit_defaults=True):
    """The call may be made; its money is held."""

    granted_seconds: Annotated[
        int, Meta(description="The limit since the answer: the whole affordable time, or the first slice asked for.")
    ]
    destination: Destination
    minute_price_micros: Annotated[int, Meta(description="Price of a minute in millionths of a dollar.")]
    connect_fee_micros: Annotated[int, Meta(description="Charged once when the call is answered.")]
    balance_micros: Annotated[
        int, Meta(description="What the caller could spend before this call, for an announcement.")
    ]
    routes: Annotated[tuple[Route, ...], Meta(description="Carriers, in the order to try them.")]
    allowance_seconds: Annotated[
        int, Meta(description="How much of granted_seconds minutes of a bundle cover; the rest is credit. Absent: 0.")
    ] = 0
    notices: Annotated[tuple[Notice, ...], Meta(description="What the caller may be told first. Absent: nothing.")] = ()


class Refused(msgspec.Struct, frozen=True, tag_field="decision", tag="refused", omit_defaults=True):
    """The call may not be made; nothing is held and nobody was told the number."""

    reason: RefusalReason
    retry_after_seconds: Annotated[int | UnsetType, Meta(description="With too_many_tries: when to ask again.")] = UNSET


class Answered(msgspec.Struct, frozen=True):
    """The answer is noted."""

    state: CallState
    answered_at: Annotated[datetime, Meta(tz=True, description="From when the limit counts.")]
    granted_seconds: Annotated[int, Meta(description="The limit since then.")]


class Extended(msgspec.Struct, frozen=True):
    """How long the call may last in all."""

    granted_seconds: Annotated[
        int, Meta(description="The new limit counted from the answer; equal to the old one means no more.")
    ]


class Ended(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the call cost."""

    charge_micros: Annotated[int, Meta(description="What was charged; never more than was held.")]
    billable_seconds: Annotated[int, Meta(description="The seconds charged for, in whole increments.")]
    balance_micros: Annotated[int, Meta(description="What the caller can spend now.")]
    allowance_seconds: Annotated[int, Meta(description="How many of them minutes of a bundle paid. Absent: 0.")] = 0
    forgiven_micros: Annotated[int, Meta(description="What a rule of fairness kept from being charged. Absent: 0.")] = 0


class PriceStep(msgspec.Struct, frozen=True):
    """Another price from so many seconds into the call on."""

    from_seconds: Annotated[int, Meta(description="Increments that begin then or later cost this.")]
    minute_price_micros: Annotated[int, Meta(description="Price of a minute.")]


class TimeBand(msgspec.Struct, frozen=True):
    """Another price at certain hours of the week; Monday 00:00 is second 0."""

    from_week_seconds: Annotated[int, Meta(description="The first second of the band.")]
    to_week_seconds: Annotated[int, Meta(description="The first second after it; may lie over the week's end.")]
    minute_price_micros: Annotated[int, Meta(description="Price of a minute.")]
    steps: Annotated[tuple[PriceStep, ...], Meta(description="Steps within the band.")]


class Terms(msgspec.Struct, frozen=True):
    """The price that the charge follows from."""

    minute_price_micros: Annotated[int, Meta(description="Price of a minute.")]
    connect_fee_micros: Annotated[int, Meta(description="Charged once for an answered call.")]
    first_increment_seconds: Annotated[int, Meta(description="The least that is paid for.")]
    next_increment_seconds: Annotated[int, Meta(description="The steps in which time is paid for after that.")]
    minimum_charge_micros: Annotated[int, Meta(description="The least that a call costs which costs money at all.")]
    free_up_to_seconds: Annotated[int, Meta(description="A call this short costs nothing; a longer one pays in full.")]
    steps: Annotated[tuple[PriceStep, ...], Meta(description="Prices that begin later in the call.")]
    bands: Annotated[tuple[TimeBand, ...], Meta(description="Prices of certain hours of the week.")]
    time_zone: Annotated[str, Meta(description="Whose hours those are; empty for the store's own.")]


class Part(msgspec.Struct, frozen=True):
    """A stretch of the call at one price."""

    from_seconds: Annotated[int, Meta(description="When it begins, since the answer.")]
    seconds: Annotated[int, Meta(description="How long it is, in whole increments.")]
    increments: Annotated[int, Meta(description="How many increments that is.")]
    minute_price_micros: Annotated[int, Meta(description="Price of a minute.")]
    paid_by_allowance: Annotated[bool, Meta(description="true: by minutes of a bundle; false: with credit.")]


class Proof(msgspec.Struct, frozen=True):
    """Every figure that the charge follows from; of a running call the last known ones."""

    started_at: Annotated[datetime, Meta(description="The answer; without one, the authorization.")]
    destination: Destination
    masked_number: Annotated[str, Meta(description="The called number without its middle; empty once erased.")]
    prefix: Annotated[str, Meta(description="The longest prefix that matched.")]
    deck_version: Annotated[int, Meta(description="Which publication of rates priced the call.")]
    terms: Terms
    used_seconds: Annotated[int, Meta(description="Talked since the answer.")]
    billable_seconds: Annotated[int, Meta(description="Charged for, in whole increments.")]
    increments: Annotated[int, Meta(description="How many increments that is, the first one included.")]
    fee_micros: Annotated[int, Meta(description="The connect fee within the charge.")]
    charge_micros: Annotated[int, Meta(description="What was charged, fee included; 0 while the call runs.")]
    balance_before_micros: Annotated[int, Meta(description="The card's balance before the charge.")]
    balance_after_micros: Annotated[int, Meta(description="The card's balance after it.")]
    overrun_seconds: Annotated[int, Meta(description="Talked beyond the grant, at the operator's cost.")]
    overrun_micros: Annotated[int, Meta(description="What that would have cost.")]
    release_cause: Annotated[ReleaseCause | None, Meta(description="null while the call runs.")]
    allowance_seconds: Annotated[int, Meta(description="How many of billable_seconds a bundle's minutes paid.")]
    parts: Annotated[tuple[Part, ...], Meta(description="The billable time by price, before anything was forgiven.")]
    fairness: Annotated[
        FairnessReason | None, Meta(description="The rule by which less was charged: short, failed or dropped call.")
    ]
    forgiven_micros: Annotated[int, Meta(description="What that rule kept from being charged.")]
    guaranteed: Annotated[bool, Meta(description="Priced by an older deck, as promised at a purchase.")]


class CallStatus(msgspec.Struct, frozen=True):
    """A call as it stands."""

    call_id: Annotated[str, Meta(description="The switch's own name for the call.")]
    state: CallState
    refusal_reason: Annotated[RefusalReason | None, Meta(description="null unless the call was refused.")]
    authorized_at: Annotated[datetime, Meta(description="When it was granted or refused.")]
    answered_at: Annotated[datetime | None, Meta(description="null before the answer.")]
    ended_at: Annotated[datetime | None, Meta(description="null before the end.")]
    granted_seconds: Annotated[int, Meta(description="The limit since the answer; 0 for a refused call.")]
    hold_micros: Annotated[int, Meta(description="What is or was held: the charge of the granted seconds.")]
    proof: Annotated[Proof | None, Meta(description="null for a refused call.")]


class ErrorDetail(msgspec.Struct, frozen=True):
    """What is wrong."""

    field: Annotated[
        str, Meta(description="The field at fault (`access.pin`), or body, path, method, authorization, call_id.")
    ]
    message: Annotated[str, Meta(description="A sentence for whoever programs the switch.")]


class ErrorBody(msgspec.Struct, frozen=True):
    """The request was not carried out, and nothing changed."""

    error: ErrorDetail


class Health(msgspec.Struct, frozen=True):
    """Whether the process runs, and (for readyz) whether its database answers."""

    status: Annotated[Literal["ok", "unavailable"], Meta(description="In a word.")]


@dataclass(frozen=True, slots=True)
class Malformed:
    """The bytes are not the message they should be: which field is at fault, and how."""

    field: str
    message: str


Said = Authorize | Answer | Extend | End
Body = TypeVar("Body", bound=Said)
_DECODERS: Final[dict[type, msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Authorize, Answer, Extend, End)
}
_ENCODER: Final = msgspec.json.Encoder()
_AT = re.compile(r"^(?P<what>.*?) - at `\$(?P<path>.*)`$", re.DOTALL)
_NAMED = re.compile(r"(?:unknown|required) field `(?P<name>.*)`$", re.DOTALL)
_MESSAGE_LENGTH: Final = 200


def decode(body: bytes, kind: type[Body]) -> Body | Malformed:
    """Read a message, strictly. A whole number may be written 60.0, as JSON Schema has it."""
    try:
        return _decoded(body, kind)
    except msgspec.DecodeError as error:  # ValidationError is one too
        return _malformed(str(error))
    except UnicodeDecodeError:
        return Malformed("body", "The body is not UTF-8.")
    except RecursionError:
        return Malformed("body", "The body is nested too deeply.")


def read_call_id(segment: bytes) -> str | Malformed:
    """The call_id of an address, from its percent-encoded segment."""
    try:
        text = unquote_to_bytes(segment).decode()
        return msgspec.convert(text, type=CallId)
    except UnicodeDecodeError:
        return Malformed("call_id", "The call_id in the address is not percent-encoded UTF-8.")
    except msgspec.ValidationError as error:
        return Malformed("call_id", _sentence(str(error)))


def encode(message: msgspec.Struct) -> bytes:
    """Write a message; equal messages give equal bytes."""
    return _ENCODER.encode(message)


def _decoded(body: bytes, kind: type[Body]) -> Body:
    try:
        read: Body = _DECODERS[kind].decode(body)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise
    else:
        return read
    return msgspec.convert(_whole(msgspec.json.decode(body)), type=kind)


def _whole(value: Any) -> Any:
    """The same value with each whole number as one, whatever way it was written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(held) for name, held in value.items()}
    return value


def _malformed(complaint: str) -> Malformed:
    """Split msgspec's complaint into the field and the sentence."""
    found = _AT.match(complaint)
    what, path = (found["what"], found["path"].lstrip(".")) if found else (complaint, "")
    named = _NAMED.search(what)
    parts = [part for part in (path, named["name"] if named else "") if part]
    return Malformed(".".join(parts)[:_MESSAGE_LENGTH] or "body", _sentence(what))


def _sentence(complaint: str) -> str:
    """The only pattern there is asks for printable text; nobody needs to read it as a regular expression."""
    return "Expected printable text." if "matching regex" in complaint else f"{complaint[:_MESSAGE_LENGTH]}."
