"""What the staff room keeps about people: members, who work here; and which customers an act was about.

Members have no rights of customers here: whoever employs them answers for that. Their names and addresses are sealed
all the same, under a key for each, and end three years after they leave.
"""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.staff.models import AuditReason, Proposal, StaffMember
from crystalcall.privacy.inventory import Declaration, Personal, declare, impersonal, joined, personal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STAFF: Final = "staff"
ACTS: Final = "staff_act"

_VERSION: Final = impersonal("number of the policy in force when it was collected")
_WORD: Final = impersonal("a word of a closed list")
_ROW: Final = impersonal("random id or row number")
_OF_STAFF: Final = _("it is a member of staff’s, who is no customer by it")


def declare_all() -> None:
    """Declare every field of this room, and which columns are sealed."""
    _declare_members()
    _declare_log()
    _declare_proposals()
    columns.register(
        columns.PersonColumn(StaffMember, "sealed_name", "id"),
        columns.PersonColumn(StaffMember, "sealed_email", "id"),
        columns.PersonColumn(AuditReason, "sealed_text", "sealed_for", row=lambda row: str(row.pk)),
        columns.PersonColumn(Proposal, "sealed_reason", "proposed_by", row=lambda row: str(row.pk)),
    )


def _declare_members() -> None:
    declare(
        "staff.StaffMember",
        {
            "id": _of_staff(_("Number of a member of staff")),
            "sealed_name": _of_staff(_("Name of a member of staff"), Purpose.SIGNING_IN),
            "sealed_email": _of_staff(_("Address of a member of staff"), Purpose.SIGNING_IN),
            "email_index": _of_staff(_("Address of a member of staff"), Purpose.SIGNING_IN),
            "language": _of_staff(_("Language of a member of staff"), Purpose.SIGNING_IN),
            "added_at": _of_staff(_("When a member of staff came and left")),
            "disabled_at": _of_staff(_("When a member of staff came and left")),
            "factor_until": impersonal("until when a second factor may be set up"),
            "policy_version": _VERSION,
        },
    )
    declare(
        "staff.StaffRole",
        {
            "id": _ROW,
            "member": _of_staff(_("What a member of staff may do")),
            "role": _of_staff(_("What a member of staff may do")),
            "policy_version": _VERSION,
        },
    )
    declare(
        "staff.SetUpLink",
        {
            "member": impersonal("points to a member of staff, for half a day"),
            "kind": _WORD,
            "digest": impersonal("hash of a random secret that was told once and kept nowhere"),
            "created_at": impersonal("when an address was given, which opens for half a day"),
            "expires_at": impersonal("when an address ends"),
        },
    )


def _declare_log() -> None:
    about = _about_a_customer(_("What our staff did about you"))
    of_staff = joined(_of_staff(_("Who of our staff did something"), erase="unlink"), by="staff.StaffMember.id")
    declare(
        "staff.AuditEntry",
        {
            "id": _ROW,
            "member_id": of_staff,
            "act": about,
            "outcome": about,
            "subject_kind": about,
            "subject_name": about,
            "detail": about,
            "at": about,
            "register_hash": impersonal("hash of a line of the register"),
            "has_reason": impersonal("a yes or no"),
        },
    )
    declare(
        "staff.AuditReason",
        {
            "entry": impersonal("points to a line of the log"),
            "sealed_for": impersonal("under whose key a reason is sealed; the line names them too"),
            "sealed_text": _reason(),
            "policy_version": _VERSION,
        },
    )
    declare(
        "staff.AuditHorizon",
        {"id": impersonal("row number"), "kept_from": impersonal("from when on the log is kept")},
    )


def _declare_proposals() -> None:
    about = _about_a_customer(
        _("What our staff proposed to do about you"),
        not_exported=_("what was done about you stands with your credit, and among what our staff did"),
    )
    of_staff = joined(_of_staff(_("Who of our staff did something"), erase="unlink"), by="staff.StaffMember.id")
    declare(
        "staff.Proposal",
        {
            "id": _ROW,
            "kind": about,
            "content": about,
            "hash": impersonal("hash of what is proposed"),
            "subject_kind": about,
            "subject_name": about,
            "sealed_reason": _reason(),
            "weight": about,
            "is_alone": impersonal("a yes or no"),
            "proposed_by": of_staff,
            "proposed_at": about,
            "expires_at": impersonal("when a proposal ends"),
            "state": about,
            "decided_by": of_staff,
            "decided_at": about,
            "outcome": about,
            "policy_version": _VERSION,
        },
    )


def _of_staff(label: "_StrPromise", *more: Purpose, erase: str = "destroy") -> Personal:
    return personal(
        category="user.job_title",
        purposes=(Purpose.ACCOUNTABILITY, *more),
        retention=STAFF,
        erase="unlink" if erase == "unlink" else "destroy",
        label=label,
        not_exported=_OF_STAFF,
    )


def _about_a_customer(label: "_StrPromise", *, not_exported: "_StrPromise | str" = "") -> Declaration:
    """A line names an order, a card or a customer: it is somebody's for as long as that is."""
    return joined(
        personal(
            category="user.unique_id.pseudonymous",
            purposes=(Purpose.ACCOUNTABILITY, Purpose.PRIVACY_REQUEST),
            retention=ACTS,
            erase="unlink",
            label=label,
            not_exported=not_exported,
        ),
        by="orders.Order.customer_id",
    )


def _reason() -> Declaration:
    return personal(
        category="user.content.private",
        purposes=(Purpose.ACCOUNTABILITY,),
        retention=ACTS,
        erase="destroy",
        label=_("Why our staff did something about you, in their words"),
        not_exported=_("a note of a member of staff, which may speak of others too"),
    )
