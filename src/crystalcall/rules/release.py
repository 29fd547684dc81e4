"""How calls end: our own few words for it, and what each switch's words mean in them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReleaseCause(StrEnum):
    """How a call ended, in our own words; each switch's words are translated by `read_release_cause`."""

    NORMAL = "normal"
    LIMIT_REACHED = "limit_reached"
    CANCELED = "canceled"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CONGESTION = "congestion"
    DROPPED = "dropped"
    FAILED = "failed"
    OTHER = "other"
    SILENT = "silent"


RELEASE_MEANINGS: Final[Mapping[ReleaseCause, str]] = MappingProxyType(
    {
        ReleaseCause.NORMAL: "One side hung up.",
        ReleaseCause.LIMIT_REACHED: "The switch cut the call at its granted limit.",
        ReleaseCause.CANCELED: "The caller hung up before the answer.",
        ReleaseCause.BUSY: "The called line was busy.",
        ReleaseCause.NO_ANSWER: "It rang and nobody answered.",
        ReleaseCause.REJECTED: "The called side refused the call.",
        ReleaseCause.UNREACHABLE: "The number leads nowhere, or the telephone is switched off.",
        ReleaseCause.CONGESTION: "No carrier had a free circuit.",
        ReleaseCause.DROPPED: "The connection was lost while talking.",
        ReleaseCause.FAILED: "The switch failed to set the call up.",
        ReleaseCause.OTHER: "The switch gave a cause that is not in the list.",
        ReleaseCause.SILENT: (
            "The switch said nothing more; the call was settled by its last word. Never sent by a switch."
        ),
    }
)

# Three dialects that switches speak: ITU-T Q.850 cause numbers, FreeSWITCH's names for them, and Asterisk's DIALSTATUS.
_FOREIGN_CAUSES: Final[Mapping[ReleaseCause, str]] = MappingProxyType(
    {
        ReleaseCause.NORMAL: "16 31 normal_clearing normal_unspecified answer answered",
        ReleaseCause.LIMIT_REACHED: "602 allotted_timeout",
        ReleaseCause.CANCELED: "487 originator_cancel cancel cancelled",
        ReleaseCause.BUSY: "17 user_busy",
        ReleaseCause.NO_ANSWER: "18 19 no_user_response noanswer",
        ReleaseCause.REJECTED: "21 call_rejected",
        ReleaseCause.UNREACHABLE: (
            "1 2 3 20 22 27 28 unallocated_number no_route_transit_net no_route_destination subscriber_absent "
            "number_changed destination_out_of_order invalid_number_format chanunavail"
        ),
        ReleaseCause.CONGESTION: (
            "34 38 41 42 44 47 normal_circuit_congestion network_out_of_order normal_temporary_failure "
            "switch_congestion requested_chan_unavail"
        ),
        ReleaseCause.DROPPED: "102 recovery_on_timer_expire media_timeout",
        ReleaseCause.FAILED: "127 interworking",
    }
)
_CAUSE_OF_WORD: Final[Mapping[str, ReleaseCause]] = MappingProxyType(
    {word: cause for cause, words in _FOREIGN_CAUSES.items() for word in words.split()}
    | {cause.value: cause for cause in ReleaseCause if cause is not ReleaseCause.SILENT}
)


def read_release_cause(said: str) -> ReleaseCause:
    """The cause a switch means by a word of the list, a Q.850 number, or FreeSWITCH's or Asterisk's name.

    Anything else is OTHER: an end is never turned away over its cause, since the caller's money waits for it.
    """
    return _CAUSE_OF_WORD.get(said.strip().lower().replace("-", "_").replace(" ", "_"), ReleaseCause.OTHER)
