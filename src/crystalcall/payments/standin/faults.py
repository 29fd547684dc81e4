"""Faults on demand, so that what goes wrong in the world can go wrong at a desk.

They live in memory: a restart heals everything.
"""

from typing import Annotated

import msgspec

# With ``reorder`` an event waits this long for company, so that the newest can overtake.
REORDER_HOLD_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 7 * 86_400


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What goes wrong at present; everything off by default.

    Attributes:
        drop: notifications are lost for good (they stay visible in /rest/v1/notifications as Failed).
        delay_seconds: notifications wait this long before their first try.
        duplicate: every delivered notification is delivered twice, byte for byte.
        reorder: notifications wait two seconds and go out newest first.
        before_return: the webhook is delivered before the browser is sent back.
        timeout_after_processing: the API does its work and then never answers.
        timeout_before_processing: the API never answers, having done nothing.
        error_after_processing: the API does its work and answers 500.
        http_500: the API answers 500 with an empty body, having done nothing.
        http_429: the API answers 429 with an empty body, having done nothing.
        html_body: the API answers 200 with an HTML page, having done nothing.
        html_after_processing: the API does its work and answers 200 with an HTML page.
        too_busy: the API answers E00053.
        maintenance: the API answers E00104.
        rest_500: the REST API answers 500.
        settlement_error: the next batches fail to settle.
        methods: the API's faults hold these requests only; empty for all.
        times: the API's faults hold so many requests, then heal; 0 for all.
    """

    drop: bool = False
    delay_seconds: float = 0.0
    duplicate: bool = False
    reorder: bool = False
    before_return: bool = False
    timeout_after_processing: bool = False
    timeout_before_processing: bool = False
    error_after_processing: bool = False
    http_500: bool = False
    http_429: bool = False
    html_body: bool = False
    html_after_processing: bool = False
    too_busy: bool = False
    maintenance: bool = False
    rest_500: bool = False
    settlement_error: bool = False
    methods: tuple[str, ...] = ()
    times: Annotated[int, msgspec.Meta(ge=0)] = 0

    def __post_init__(self) -> None:
        """Refuse a wait that is none."""
        if not 0 <= self.delay_seconds <= LONGEST_DELAY_SECONDS:
            raise ValueError("delay_seconds must lie between 0 and a week")

    def wait_seconds(self) -> float:
        """How long a new notification waits before its first try."""
        return max(self.delay_seconds, REORDER_HOLD_SECONDS if self.reorder else 0.0)
