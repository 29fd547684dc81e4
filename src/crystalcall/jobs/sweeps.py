"""What the clock runs. Each sweep works from the state of orders, mails, payments and calls, never from task rows.

Background work may die with its worker; whatever it should have done is found here and done. Every sweep may run
in several processes at once: the actions it calls happen once by their own keys.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from crystalcall.jobs.clock import Lane, Sweep
from crystalcall.mailings import actions as mailing_actions
from crystalcall.mailings import queries as mailing_queries
from crystalcall.minutes.calls import actions as call_actions
from crystalcall.minutes.cards.actions import settle_pins
from crystalcall.minutes.ledger import actions as ledger_actions
from crystalcall.minutes.ledger import queries as ledger_queries
from crystalcall.payments.actions import reconcile
from crystalcall.payments.queries import captured_payment
from crystalcall.plumbing import announcements
from crystalcall.privacy import contracts as provider_contracts
from crystalcall.privacy.announcing import actions as policy_actions
from crystalcall.privacy.archive import actions as archive_actions
from crystalcall.privacy.authorities import actions as authority_actions
from crystalcall.privacy.backups import renewing as backup_keys
from crystalcall.privacy.clauses import figures as evidence_figures
from crystalcall.privacy.erasures import actions as erasures
from crystalcall.privacy.erasures.waiting import carry_out_waiting
from crystalcall.privacy.register import signing
from crystalcall.privacy.requests import actions as request_actions
from crystalcall.privacy.retention import actions as retention
from crystalcall.shop.orders import actions as order_actions
from crystalcall.shop.orders import queries as order_queries

logger = logging.getLogger(__name__)

T = TypeVar("T")

ANNOUNCEMENT_OVERDUE_SECONDS: Final = 5
FULFILLMENT_OVERDUE_SECONDS: Final = 10
TASK_LOST_SECONDS: Final = 900
TASK_KEPT_DAYS: Final = 3
EVIDENCE_DAYS: Final = 7
AUDIT_EVERY: Final = timedelta(hours=20)
"""Less than a day, so that no night is skipped because the last audit began late."""


def deliver_overdue(now: datetime) -> int:
    """Deliver announcements that nobody delivered in time; one that fails does not stop the next."""
    late = announcements.overdue(now=now, older_than_seconds=ANNOUNCEMENT_OVERDUE_SECONDS)
    return _each(late, announcements.deliver)


def fulfill_paid(now: datetime) -> int:
    """Fulfill orders that are paid and were left."""
    late = order_queries.paid_unfulfilled(now=now, older_than_seconds=FULFILLMENT_OVERDUE_SECONDS)
    return _each(late, lambda number: order_actions.fulfill_order(number, now=now))


def credit_evidence(now: datetime) -> int:
    """Mark orders paid for which a captured payment stands, should its announcement ever have been lost."""
    found = 0
    for number in order_queries.unpaid_since(now - timedelta(days=EVIDENCE_DAYS)):
        payment_id = captured_payment(number)
        if payment_id is not None:
            order_actions.mark_paid(number, str(payment_id), now=now)
            found += 1
    return found


def expire_unpaid(now: datetime) -> int:
    """Expire orders that nobody paid."""
    return order_actions.expire_orders(now=now)


def send_due_notices(now: datetime) -> int:
    """Send what is due: first tries that a worker lost, and later tries."""
    due = mailing_queries.due_notices(now=now)
    return _each(due, lambda notice_id: mailing_actions.send_notice(notice_id, now=now))


def queue_missing_notices(now: datetime) -> int:
    """Queue the mail of fulfilled orders that have none."""
    return mailing_actions.queue_missing(now=now)


def reconcile_payments(now: datetime) -> int:
    """Ask the gateway about payments that nobody confirmed."""
    return reconcile(now=now)


def end_silent_calls(now: datetime) -> int:
    """Settle calls of which the switch says nothing more."""
    return call_actions.sweep_silent_calls(now=now).settled


def make_months(now: datetime) -> int:
    """Have a table ready for the records of this month and the next ones (on PostgreSQL; gives 0)."""
    return call_actions.make_months_ahead(now)


def forget_old_calls(now: datetime) -> int:
    """Give up old answers, and records (with their calls) that are older than they are kept."""
    return retention.enforce("call_answer", now=now) + retention.enforce("call_record", now=now)


def book_carrier_costs(now: datetime) -> int:
    """Book what carriers ask for the calls of each day that is over."""
    return call_actions.book_carrier_costs(now)


def announce_expiring(now: datetime) -> int:
    """Tell of credit and minutes that will expire, so that their holders are told in time."""
    return ledger_actions.announce_expiring(now)


def expire_due(now: datetime) -> int:
    """Let expire what is due and was announced."""
    expired = ledger_actions.expire_due(now)
    return expired.credits + expired.allowances


def return_overdue_holds(now: datetime) -> int:
    """Return what was held for a transfer or a refund of which nobody spoke in time."""
    return ledger_actions.expire_overdue_reservations(now)


def audit_books(now: datetime) -> int:
    """Audit the books once a night, however often the worker is started; gives how much is wrong."""
    last = ledger_queries.last_audit()
    if last is not None and last.began_at <= now < last.began_at + AUDIT_EVERY:
        return 0
    return ledger_actions.run_audit(now=now).findings


def enter_contracts(now: datetime) -> int:
    """Enter new and changed contracts with providers into the register (gives 0: nobody left anything undone)."""
    provider_contracts.enter_contracts(now)
    return 0


def publish_figures(now: datetime) -> int:
    """Count what the evidence page says of people, once a day however often the worker is started (gives 0)."""
    evidence_figures.count_daily(now)
    return 0


def settle_card_states(now: datetime) -> int:
    """Mark cards as exhausted or expired whose money and minutes are gone, and as active again after a top-up."""
    return settle_pins(now=now)


def sign_register(now: datetime) -> int:
    """Close the days that are over in the register, and sign them (gives 0: a day that ends is nothing left behind)."""
    signing.sign_due_days(now)
    return 0


def replay_erasures(now: datetime) -> int:
    """Finish erasures that a crash cut off, and do again those that a restored backup does not know."""
    return erasures.replay(now=now).lines


def renew_key_backup(now: datetime) -> int:
    """Keep the file of keys young, so that no destroyed key lives on in it."""
    return backup_keys.renew_keys(now)


def tidy_requests(now: datetime) -> int:
    """Let privacy requests expire that nobody proved or used, and delete their keys."""
    return request_actions.tidy(now)


def tell_of_authorities(now: datetime) -> int:
    """Tell people what authorities got about them, from the first moment at which that is allowed."""
    return authority_actions.tell_due(now)


def keep_archive(now: datetime) -> int:
    """Destroy what was sealed in the archive and is over, and count into the register what was sealed since."""
    return retention.enforce("sealed_archive", now=now) + archive_actions.keep_archive(now)


def forget_guessers(now: datetime) -> int:
    """Delete the keyed traces of callers who mistyped a PIN long ago: they slow nobody any more."""
    return retention.enforce("pin_misses", now=now)


def forget_ended_sign_ins(now: datetime) -> int:
    """Delete sign-ins that ended, proofs that count no more, and steps of signing in that nobody finished."""
    return retention.enforce("signing_in", now=now)


def enforce_retention(now: datetime) -> int:
    """Give up, once a night however often the worker is started, whatever has outlived its class."""
    return retention.enforce_nightly(now)


def erase_released(now: datetime) -> int:
    """Carry out erasures that waited for the end of a legal hold."""
    return carry_out_waiting(now)


def keep_policy_time(now: datetime) -> int:
    """Note the time, and bring an announced version of the policy into force once its days are over."""
    return policy_actions.beat(now)


def bury_lost_tasks(now: datetime) -> int:
    """Mark tasks as failed whose worker must be dead: what they were to do, the sweeps above do."""
    lost = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=now - timedelta(seconds=TASK_LOST_SECONDS)
    )
    return lost.update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path="crystalcall.jobs.sweeps.WorkerLost",
    )


def prune_tasks(now: datetime) -> int:
    """Delete the rows of finished tasks: they say nothing that the rooms do not know."""
    old = DBTaskResult.objects.filter(
        status__in=[TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED],
        finished_at__lt=now - timedelta(days=TASK_KEPT_DAYS),
    )
    deleted, _by_model = old.delete()
    return retention.note("background_work", {"tasks": deleted}, now=now)


def _each(items: Iterable[T], act: Callable[[T], object]) -> int:
    """Do one thing after another; one that fails is logged, waits for the next pass, and stops nobody."""
    done = 0
    for item in items:
        try:
            act(item)
            done += 1
        except Exception:
            logger.exception("%s could not be finished; the next pass tries again", item)
    return done


SWEEPS: Final = (
    Sweep("overdue announcements", 5, deliver_overdue),
    Sweep("paid orders", 10, fulfill_paid),
    Sweep("silent calls", 10, end_silent_calls),
    Sweep("months of records", 3600, make_months),
    Sweep("payment evidence", 60, credit_evidence),
    Sweep("missing notices", 60, queue_missing_notices),
    Sweep("unpaid orders", 300, expire_unpaid),
    Sweep("overdue holds", 60, return_overdue_holds),
    Sweep("coming ends of credit", 900, announce_expiring),
    Sweep("expired credit", 900, expire_due),
    Sweep("card states", 3600, settle_card_states),
    Sweep("old misses", 600, forget_guessers),
    Sweep("ended sign-ins", 60, forget_ended_sign_ins),
    Sweep("unfinished erasures", 60, replay_erasures),
    Sweep("privacy requests", 300, tidy_requests),
    Sweep("time and policy", 60, keep_policy_time),
    Sweep("lost tasks", 60, bury_lost_tasks),
    Sweep("old tasks", 3600, prune_tasks),
    Sweep("unconfirmed payments", 15, reconcile_payments, Lane.GATEWAY),
    Sweep("unsent notices", 15, send_due_notices, Lane.MAIL),
    Sweep("register of yesterday", 600, sign_register, Lane.NIGHT),
    Sweep("ended orders of silence", 300, tell_of_authorities),
    Sweep("sealed archive", 1800, keep_archive, Lane.NIGHT),
    Sweep("audit of the books", 3600, audit_books, Lane.NIGHT),
    Sweep("carrier costs", 1800, book_carrier_costs, Lane.NIGHT),
    Sweep("old calls", 3600, forget_old_calls, Lane.NIGHT),
    Sweep("erasures after a hold", 300, erase_released, Lane.NIGHT),
    Sweep("retention", 3600, enforce_retention, Lane.NIGHT),
    Sweep("contracts with providers", 3600, enter_contracts, Lane.NIGHT),
    Sweep("backup of the keys", 3600, renew_key_backup, Lane.NIGHT),
    Sweep("figures of the evidence", 3600, publish_figures, Lane.NIGHT),
)
