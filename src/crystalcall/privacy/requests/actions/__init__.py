"""What happens to requests: opened by a person, proved by a link, served by a ticket, answered by the office."""

from crystalcall.privacy.requests.actions.office import close_request, deny_request, extend_request
from crystalcall.privacy.requests.actions.opening import (
    issue_change,
    issue_link,
    open_link,
    open_request,
    receive_mail_request,
)
from crystalcall.privacy.requests.actions.serving import (
    confirm_change,
    correct,
    delete,
    fetch,
    finish_change,
    ready,
    sort,
    stop,
)
from crystalcall.privacy.requests.actions.tidying import forget_closed, tidy

__all__ = [
    "close_request",
    "confirm_change",
    "correct",
    "delete",
    "deny_request",
    "extend_request",
    "fetch",
    "finish_change",
    "forget_closed",
    "issue_change",
    "issue_link",
    "open_link",
    "open_request",
    "ready",
    "receive_mail_request",
    "sort",
    "stop",
    "tidy",
]
