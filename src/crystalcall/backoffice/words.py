"""Words of the desk: states, roles, kinds and refusals, in the reader's language."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.customers.staff.kinds import kind_named
from crystalcall.customers.staff.values import ProposalRefusal, ProposalState, SubjectKind
from crystalcall.rules.ordering import OrderState
from crystalcall.rules.pins import PinState
from crystalcall.rules.staffing import Role

ROLES: Final = {
    Role.SERVICE: _("customer service"),
    Role.ACCOUNTS: _("accounts"),
    Role.PRIVACY_OFFICER: _("privacy officer"),
    Role.ADMINISTRATOR: _("administrator"),
}
ORDER_STATES: Final = {
    OrderState.PLACED: pgettext_lazy("order", "placed, not paid"),
    OrderState.HELD: pgettext_lazy("order", "payment in review"),
    OrderState.PAID: pgettext_lazy("order", "paid, not delivered"),
    OrderState.FULFILLED: pgettext_lazy("order", "delivered"),
    OrderState.CANCELLED: pgettext_lazy("order", "cancelled"),
    OrderState.EXPIRED: pgettext_lazy("order", "expired unpaid"),
}
PIN_STATES: Final = {
    PinState.ISSUED: pgettext_lazy("PIN", "issued, not used yet"),
    PinState.ACTIVE: pgettext_lazy("PIN", "in use"),
    PinState.EXHAUSTED: pgettext_lazy("PIN", "used up"),
    PinState.EXPIRED: pgettext_lazy("PIN", "expired"),
    PinState.BLOCKED: pgettext_lazy("PIN", "blocked"),
}
SUBJECTS: Final = {
    SubjectKind.CUSTOMER: pgettext_lazy("audit log", "customer"),
    SubjectKind.ORDER: pgettext_lazy("audit log", "order"),
    SubjectKind.CARD: pgettext_lazy("audit log", "card"),
    SubjectKind.REQUEST: pgettext_lazy("audit log", "request"),
    SubjectKind.MEMBER: pgettext_lazy("audit log", "member"),
    SubjectKind.PROPOSAL: pgettext_lazy("audit log", "proposal"),
    SubjectKind.PAGE: pgettext_lazy("audit log", "page"),
}
#: What a line of the log adds to its act: what came of a search, what was shown, why it was refused.
DETAILS: Final = {
    "none": _("nothing was found"),
    "several": _("several were found"),
    "page": _("by its page"),
    "customers.contact": _("name, address, telephone"),
    "no_right": _("not for their roles"),
    "too_often": _("too often in an hour"),
}
#: What a search was by, and pages that are refused.
PLACES: Final = {
    "email": pgettext_lazy("audit log", "e-mail address"),
    "number": pgettext_lazy("audit log", "number"),
    "log": pgettext_lazy("audit log", "audit log"),
}
PROPOSAL_STATES: Final = {
    ProposalState.WAITING: pgettext_lazy("proposal", "waits"),
    ProposalState.DONE: pgettext_lazy("proposal", "done"),
    ProposalState.FAILED: pgettext_lazy("proposal", "approved, and could not be done"),
    ProposalState.WITHDRAWN: pgettext_lazy("proposal", "withdrawn"),
    ProposalState.EXPIRED: pgettext_lazy("proposal", "expired"),
}
REFUSALS: Final = {
    ProposalRefusal.UNKNOWN: _("There is no such proposal."),
    ProposalRefusal.UNKNOWN_KIND: _("There is no such proposal."),
    ProposalRefusal.NO_RIGHT: _("Your roles do not let you do this."),
    ProposalRefusal.REASON_MISSING: _("Say why: the reason is kept with it."),
    ProposalRefusal.CONTENT_SENSELESS: _("This cannot be proposed like that."),
    ProposalRefusal.OWN: _("You proposed this yourself: somebody else has to approve it."),
    ProposalRefusal.NOT_OWN: _("Only whoever proposed it can take it back."),
    ProposalRefusal.CHANGED: _("It was changed since you looked at it. Look again, then decide."),
    ProposalRefusal.EXPIRED: _("It waited too long and has expired."),
    ProposalRefusal.DECIDED: _("It was decided already."),
    ProposalRefusal.NOT_DONE: _("It was approved and could not be done. Nothing was changed."),
}
WHYS: Final = {
    "unknown_serial": _("There is no card with this serial."),
    "bad_amount": _("Give an amount in dollars, such as 5 or 2.50."),
    "too_much": _("This is more than may be given at once."),
    "blocked_card": _("The card is blocked, so it takes no credit."),
}


def kind_words(kind: str) -> Any:
    """What a kind of proposal is called; its name where no room registers it any more."""
    known = kind_named(kind)
    return kind if known is None else known.words


def refusal_words(reason: ProposalRefusal, why: str = "") -> Any:
    """Why nothing was proposed or approved, in a sentence."""
    return WHYS.get(why) or REFUSALS[reason]
