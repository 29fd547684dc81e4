"""What is kept about officers: the name they act under, and public keys."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


def declare_all() -> None:
    """Declare the fields of the officers' tables."""
    declare(
        "privacy.Officer",
        {
            "id": impersonal("row number"),
            "name": personal(
                category="user.job_title",
                purposes=(Purpose.ACCOUNTABILITY,),
                retention="officer",
                erase="keep_for_records",
                label=_("Name of an officer"),
                not_exported=_("the name under which a member of staff acts, who is no customer by it"),
            ),
            "fingerprint": impersonal("hash of a public key; the only name of an officer that leaves the shop"),
            "age_recipient": impersonal("a public key"),
            "verify_key": impersonal("a public key"),
            "added_at": impersonal("when a public key was added"),
            "admitted_at": impersonal("when a public key was admitted"),
            "retired_at": impersonal("when a public key was retired"),
            "policy_version": impersonal("number of a policy"),
        },
    )
    declare(
        "privacy.Approval",
        {
            "id": impersonal("row number"),
            "officer": impersonal("points to an officer's public keys"),
            "subject_hash": impersonal("hash of what was approved"),
            "signature": impersonal("a signature"),
            "approved_at": impersonal("time of an approval, naming nobody by itself"),
        },
    )
