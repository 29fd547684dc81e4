"""What the policy's own tables keep: versions and their steps, which concern nobody, and who agreed to what."""

from django.utils.translation import gettext_lazy as _

from crystalcall.privacy.inventory import declare, impersonal, personal
from crystalcall.privacy.purposes import Purpose


def declare_all() -> None:
    """Declare every field of the policy's tables."""
    moment = impersonal("a moment in the life of the policy")
    declare(
        "privacy.PolicyFact",
        {
            "id": impersonal("row number"),
            "version": impersonal("number of a version of the policy"),
            "kind": impersonal("a word of a closed list"),
            "content_sha256": impersonal("hash of the policy's text"),
            "announced_seconds": moment,
            "due_seconds": moment,
            "at_seconds": moment,
        },
    )
    published = impersonal("the policy as everybody reads it")
    declare(
        "privacy.PolicyEdition",
        {
            "id": impersonal("row number"),
            "version": impersonal("number of a version of the policy"),
            "language": impersonal("the language of a published text"),
            "content_sha256": impersonal("hash of the policy's text"),
            "text": published,
            "practices": published,
        },
    )
    declare(
        "privacy.PolicyClock",
        {"id": impersonal("the number 1"), "known_seconds": impersonal("the latest moment the program knows")},
    )
    declare(
        "privacy.PolicyAgreement",
        {
            "id": impersonal("row number"),
            "customer_id": personal(
                category="user.privacy_preferences",
                purposes=(Purpose.PRIVACY_REQUEST,),
                retention="until_forgotten",
                erase="destroy",
                label=_("New uses you agreed to"),
            ),
            "policy_version": impersonal("number of the version whose new uses were agreed to"),
            "agreed_at": impersonal("time of an agreement, telling nothing without whose it is"),
        },
    )
