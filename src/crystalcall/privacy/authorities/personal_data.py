"""What cases of authorities keep about people, sealed: the words of the letter, and whose data it is about."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose

RETENTION = "privacy_request"


def declare_all() -> None:
    """Declare the fields of cases and of what was handed over."""
    word = impersonal("a word of a closed list")
    moment = impersonal("time of a step of a case, naming nobody")
    version = impersonal("number of the policy in force when it was collected")
    letter = personal(
        category="user.content.private",
        purposes=(Purpose.LEGAL_OBLIGATION,),
        retention=RETENTION,
        erase="keep_for_records",
        label=_("Letters of authorities"),
        not_exported=_("the letter of an authority; what was handed over is shown to you once you may be told"),
    )
    declare(
        "privacy.AuthorityCase",
        {
            "id": impersonal("random id; names the case's own key"),
            "reference": impersonal("random number of a case"),
            "kind": word,
            "state": word,
            "sealed_letter": letter,
            "sealed_query": letter,
            "subject_hash": impersonal("hash of what two officers approve"),
            "entries": impersonal("hashes of lines of the register"),
            "received_at": moment,
            "deadline": moment,
            "gag_until": moment,
            "extracted_at": moment,
            "package_hash": impersonal("hash of an encrypted package"),
            "told_at": moment,
            "closed_at": moment,
            "policy_version": version,
        },
    )
    declare(
        "privacy.AuthorityDisclosure",
        {
            "id": impersonal("row number"),
            "case": impersonal("points to the case"),
            "subject": personal(
                category="user.unique_id",
                purposes=(Purpose.LEGAL_OBLIGATION,),
                retention=RETENTION,
                erase="keep_for_records",
                label=_("What was given to an authority about you"),
            ),
            "policy_version": version,
        },
    )
