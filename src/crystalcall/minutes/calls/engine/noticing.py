"""What a caller should hear before the call: that the credit is running low, or that something expires soon."""

from datetime import timedelta
from typing import Final

from crystalcall.minutes.calls.engine.live import LiveCall
from crystalcall.minutes.calls.engine.page import Page
from crystalcall.minutes.calls.values import Notice, NoticeKind
from crystalcall.minutes.ledger.books import OpenAccount

# Below a dollar a caller should hear that the credit is running low.
LOW_BALANCE_MICROS: Final = 1_000_000


def notices_for(page: Page, account: OpenAccount, live: LiveCall, before: int) -> tuple[Notice, ...]:
    """The notices for a call that has just been granted, with so many micros to spend before it."""
    if before >= LOW_BALANCE_MICROS and account.expires_at is None and not live.allowances:
        return ()
    soon = page.now + timedelta(days=page.settings.expiry_notice_days)
    notices = []
    for hold in live.allowances:
        bundle = page.account(hold.account_id)
        if bundle.expires_at is not None and bundle.expires_at <= soon:
            notices.append(Notice(NoticeKind.MINUTES_EXPIRE, bundle.available + hold.seconds, bundle.expires_at))
    if account.expires_at is not None and account.expires_at <= soon and before:
        notices.append(Notice(NoticeKind.CREDIT_EXPIRES, before, account.expires_at))
    if before < LOW_BALANCE_MICROS and not live.allowances:
        notices.append(Notice(NoticeKind.LOW_BALANCE, before))
    return tuple(notices)
