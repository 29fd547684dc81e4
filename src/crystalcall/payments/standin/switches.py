"""What nobody outside Authorize.Net knows for certain, and what a merchant's account may be set to: switchable.

Each of these is called "not proven" in shared/reference/authorize-net.md 9 (or differs between accounts), so the store
must do well both ways. They live in memory: a restart sets them back.
"""

from typing import Annotated, Literal

import msgspec

from crystalcall.payments.standin.config import RETRY_DELAYS_SECONDS
from crystalcall.payments.standin.fraud_filters import FraudFilter

Days = Annotated[int, msgspec.Meta(ge=0, le=3650)]


class Switches(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How this gateway and this account behave.

    Attributes:
        decline_result: the top level's resultCode of a declined charge; sources disagree.
        hosted_decline: after a decline the hosted form lets the shopper retry, or the token is spent.
        hosted_single_use: an approved token opens no form again.
        pay_within_minutes: so long after its issue an opened form can be paid; 0 for ever.
        transact_response: which keys the iframe's message has: those that code in the open reads, or all expected.
        https_only_urls: return and communicator addresses must be https.
        refuse_unknown_settings: an unknown settingName is refused (E00013) or ignored.
        batch_range_days: the longest span of getSettledBatchList; 0 for any.
        authorization_days: so long an uncaptured authorization lives; 0 for ever.
        review_days: so long a held transaction waits for the merchant; 0 for ever.
        refund_days: so long after settlement a refund may be asked.
        unsettled_refund_code: the reason code of a refund before settlement, 54 or 50.
        refund_duplicates: the duplicate window holds refunds too.
        report_numbers: numbers of JSON answers as numbers or as strings.
        ping_body: what a ping holds: an event, an empty object, or nothing.
        retry_delays_seconds: the retry table; after the last the webhook is inactive.
        requests_per_minute: beyond it the API answers 429; 0 for no limit.
        cutoff: when the day's batch is closed, hours and minutes of the account's own time (Pacific).
        settles_by_itself: False leaves settlement to ``POST /_standin/settlements``.
        account: active, inactive (E00008), or in Test Mode: transId "0", nothing stored.
        transaction_details_api: reports are enabled; otherwise E00011.
        customer_profiles: profiles are enabled; otherwise E00044.
        currency: the one currency of the account.
        review_approval_declines: the bank declines what the merchant approves after a hold.
        filters: the account's fraud filters.
    """

    decline_result: Literal["Ok", "Error"] = "Ok"
    hosted_decline: Literal["retry", "final"] = "retry"
    hosted_single_use: bool = True
    pay_within_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 30
    transact_response: Literal["proven", "full"] = "full"
    https_only_urls: bool = False
    refuse_unknown_settings: bool = True
    batch_range_days: Days = 31
    authorization_days: Days = 30
    review_days: Days = 5
    refund_days: Days = 180
    unsettled_refund_code: Literal["54", "50"] = "54"
    refund_duplicates: bool = False
    report_numbers: Literal["numbers", "strings"] = "numbers"
    ping_body: Literal["event", "object", "empty"] = "event"
    retry_delays_seconds: tuple[Annotated[int, msgspec.Meta(ge=0)], ...] = RETRY_DELAYS_SECONDS
    requests_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 0
    cutoff: Annotated[str, msgspec.Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "16:00"
    settles_by_itself: bool = True
    account: Literal["active", "inactive", "test_mode"] = "active"
    transaction_details_api: bool = True
    customer_profiles: bool = True
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "USD"
    review_approval_declines: bool = False
    filters: tuple[FraudFilter, ...] = ()
