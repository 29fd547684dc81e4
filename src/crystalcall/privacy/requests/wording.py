"""Requests in words of the active language."""

from django.utils.translation import gettext as _

from crystalcall.rules.privacy.requesting import RequestKind, RequestReason, RequestState


def kind_said(kind: RequestKind) -> str:
    """Which right it is, as a person would ask for it."""
    return {
        RequestKind.ACCESS: _("Show me what you have about me"),
        RequestKind.EXPORT: _("Give me my data to take elsewhere"),
        RequestKind.CORRECTION: _("Correct my name, e-mail address or telephone number"),
        RequestKind.DELETION: _("Delete my data"),
        RequestKind.OBJECTION: _("Stop using my data for what my order does not need"),
        RequestKind.WITHDRAWAL: _("I take back what I agreed to"),
        RequestKind.UNSORTED: _("A letter to us about your data"),
    }[kind]


def state_said(state: RequestState) -> str:
    """Where a request stands."""
    return {
        RequestState.OPEN: _("received"),
        RequestState.IN_PROGRESS: _("in progress"),
        RequestState.FULFILLED: _("done"),
        RequestState.REVOKED: _("taken back"),
        RequestState.DENIED: _("refused"),
        RequestState.EXPIRED: _("not followed up"),
    }[state]


def denial_said(reason: RequestReason) -> str:
    """Why a request was refused, told to its person."""
    return {
        RequestReason.NEED_USER_VERIFICATION: _("we wait for you to open the link we mailed."),
        RequestReason.SUSPECTED_FRAUD: _("we have reason to think that somebody else asked in your name."),
        RequestReason.INSUFFICIENT_VERIFICATION: _("we could not make sure that it was you who asked."),
        RequestReason.NO_MATCH: _("we keep nothing that we could find by what you told us."),
        RequestReason.CLAIM_NOT_COVERED: _("the law makes us keep what you asked us to change or delete."),
        RequestReason.OUTSIDE_JURISDICTION: _("the law you named does not apply to us, or not to this."),
        RequestReason.TOO_MANY_REQUESTS: _("you asked the same many times within a short while."),
        RequestReason.OTHER: _("for a reason that we write to you separately."),
    }[reason]
