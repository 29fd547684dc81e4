"""What waits for a privacy officer: requests of people, tasks at providers, and the policy's clock."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crystalcall.plumbing.waiting import AT_MOST, Line, WaitingList, contribute
from crystalcall.privacy.announcing import clockwork
from crystalcall.privacy.erasures.ledger import LedgerBrokenError
from crystalcall.privacy.erasures.queries import pending_erasures, provider_tasks
from crystalcall.privacy.erasures.values import Ask
from crystalcall.privacy.policy.known import known_until
from crystalcall.privacy.policy.queries import announced
from crystalcall.privacy.requests.queries import open_requests
from crystalcall.rules.privacy.requesting import RequestKind
from crystalcall.rules.staffing import Right


def contribute_all() -> None:
    """Contribute the lists of this room."""
    contribute(
        WaitingList(
            "privacy.requests",
            _("People’s requests about their data"),
            Right.SEE_PRIVACY_LISTS,
            _requests,
            _("They are answered by the command crystalcall privacy requests, where officers’ keys are."),
        ),
        WaitingList(
            "privacy.provider_tasks",
            _("To be asked of a provider"),
            Right.SEE_PRIVACY_LISTS,
            _tasks,
            _("Ask the provider by this reference, then mark it done: crystalcall privacy provider-tasks."),
        ),
        WaitingList(
            "privacy.pending_erasures",
            _("Deletions that wait for a delivery"),
            Right.SEE_PRIVACY_LISTS,
            _pending,
            _("Deliver what is paid. After three days its price is owed back, and the deletion is done."),
        ),
        WaitingList("privacy.policy", _("The privacy policy"), Right.SEE_PRIVACY_LISTS, _policy),
    )


def _requests(_now: datetime) -> Sequence[Line]:
    return [
        Line("request", each.reference, _WORDS[each.kind], since=each.received_at, due=each.expected_by)
        for each in open_requests(at_most=AT_MOST)
    ]


_WORDS = {
    RequestKind.ACCESS: _("asks what is kept"),
    RequestKind.EXPORT: _("asks for a copy"),
    RequestKind.CORRECTION: _("asks for a correction"),
    RequestKind.DELETION: _("asks for deletion"),
    RequestKind.OBJECTION: _("objects to a use"),
    RequestKind.WITHDRAWAL: _("takes a consent back"),
    RequestKind.UNSORTED: _("a letter that nobody has sorted"),
}


def _tasks(_now: datetime) -> Sequence[Line]:
    words = {Ask.ERASE: _("to be erased there"), Ask.REFUND: _("to be refunded there")}
    return [
        Line("task", f"{each.provider} {each.reference}", words[each.ask], since=each.opened_at)
        for each in provider_tasks(at_most=AT_MOST)
    ]


def _pending(now: datetime) -> Sequence[Line]:
    """Whose they are nobody may know; the line of the replay ledger names nobody."""
    try:
        pending = pending_erasures(now=now)
    except LedgerBrokenError:
        return [Line("", "", _("the replay ledger was altered: put back a copy of it"))]
    words = _("something paid was not delivered")
    return [Line("", str(each.line_number), words, since=each.since, due=each.until) for each in pending[:AT_MOST]]


def _policy(now: datetime) -> Sequence[Line]:
    version, known = announced(now), known_until()
    lines = []
    if known is not None and (gap := clockwork.gap(known, now)).needs_explanation(None):
        lines.append(Line("", "", _("the clock runs backwards: an officer has to explain it"), since=gap.known_until))
    elif known is not None and clockwork.gap(known, now).unseen:
        lines.append(Line("", "", _("the worker has not beaten the policy’s clock for an hour and more"), since=known))
    if version is not None:
        words = _("version %(number)s is announced") % {"number": version.number}
        lines.append(Line("", "", words, since=version.announced_at))
    return lines
