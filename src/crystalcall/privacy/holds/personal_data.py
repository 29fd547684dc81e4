"""What holds keep about people, as long as one stands: opaque names, and what stood there before a correction."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import Personal, declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

_SILENCE = _("the law can order silence about it; what is kept stands in the other parts of the export")


def declare_all() -> None:
    """Declare the fields of the holds' tables."""
    version = impersonal("number of the policy in force when it was collected")
    declare(
        "privacy.LegalHold",
        {
            "id": impersonal("row number"),
            "reference": impersonal("random number of a hold"),
            "reason": impersonal("a word of a closed list"),
            "officer": impersonal("hash of an officer's public key"),
            "placed_at": impersonal("time of an act of the office, telling nothing without the names held"),
            "until": impersonal("last day of a hold"),
            "released_at": impersonal("time of an act of the office"),
        },
    )
    declare(
        "privacy.HeldName",
        {
            "id": impersonal("row number"),
            "hold": impersonal("points to the hold"),
            "kind": impersonal("a word of a closed list"),
            "name": _opaque_names(),
            "policy_version": version,
        },
    )
    declare(
        "privacy.HeldValue",
        {
            "id": impersonal("random id; names its own key"),
            "subject": _opaque_names(),
            "field": impersonal("name of a declared field"),
            "sealed_content": personal(
                category="user.content.private",
                purposes=(Purpose.LEGAL_OBLIGATION,),
                retention="legal_hold",
                erase="destroy",
                label=_("What you corrected while the law ordered us to keep it"),
                not_exported=_SILENCE,
            ),
            "changed_at": impersonal("time of a change, telling nothing without its subject"),
            "policy_version": version,
        },
    )
    declare(
        "privacy.WaitingErasure",
        {
            "id": impersonal("row number"),
            "digest": impersonal("hash of opaque names, so that the same wish waits once"),
            "way": impersonal("a word of a closed list"),
            "names": _opaque_names(),
            "by": impersonal("hash of an officer's public key"),
            "nothing_sealed": impersonal("a wish, telling nothing without its names"),
            "asked_at": impersonal("time of a request, telling nothing without its names"),
            "policy_version": version,
        },
    )


def _opaque_names() -> Personal:
    return personal(
        category="user.unique_id.pseudonymous",
        purposes=(Purpose.LEGAL_OBLIGATION,),
        retention="until_forgotten",
        erase="keep_for_records",
        label=_("Numbers of records that the law orders us to keep"),
        not_exported=_SILENCE,
    )
