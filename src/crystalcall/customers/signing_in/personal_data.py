"""What signing in keeps about people: hashes, times, public keys, and three sealed texts."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from crystalcall.customers.signing_in.models import EmailChange, Passkey, Registration, Totp
from crystalcall.privacy.inventory import Declaration, declare, impersonal, personal
from crystalcall.privacy.keys import columns
from crystalcall.privacy.purposes import Purpose

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LASTING: Final = "registration"
PASSING: Final = "signing_in"

_VERSION: Final = impersonal("number of the policy in force when it was collected")
_WORD: Final = impersonal("a word of a closed list")
_COUNT: Final = impersonal("a count")
_FLAG: Final = impersonal("a yes or no about a sign-in, gone with it")
_MOMENT: Final = impersonal("time of a step, telling nothing without whose it is")
_ROW: Final = impersonal("random id or row number")
_SECRET: Final = impersonal("hash of a random secret that was told once and kept nowhere")


def declare_all() -> None:
    """Declare every field of this room, and which columns are sealed."""
    _declare_credentials()
    _declare_sign_ins()
    _declare_links()
    _declare_factors()
    columns.register(
        columns.PersonColumn(Registration, "sealed_details", "id"),
        columns.PersonColumn(EmailChange, "sealed_email", "credential_id"),
        columns.PersonColumn(Totp, "sealed_secret", "credential_id"),
        columns.PersonColumn(Passkey, "sealed_label", "credential_id", row=lambda row: str(row.pk)),
    )


def _declare_credentials() -> None:
    declare(
        "signing_in.Credential",
        {
            "principal_id": _kept("user.unique_id", LASTING, _("Your number in our records")),
            "audience": _WORD,
            "address_index": _index(LASTING, Purpose.SIGNING_IN),
            "password_hash": _kept(
                "user.authorization.credentials",
                LASTING,
                _("Your password, as a hash"),
                not_exported=_("a hash, which would only help whoever wants to guess your password"),
            ),
            "created_at": _MOMENT,
            "password_changed_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.Registration",
        {
            "id": _ROW,
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "sealed_details": _kept("user.name", PASSING, _("Name, e-mail and telephone of a registration that waits")),
            "password_hash": _kept(
                "user.authorization.credentials",
                PASSING,
                _("Your password, as a hash"),
                not_exported=_("a hash, which would only help whoever wants to guess your password"),
            ),
            "language": impersonal("one of the store's two languages"),
            "created_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )


def _declare_sign_ins() -> None:
    declare(
        "signing_in.SignIn",
        {
            "id": _ROW,
            "token_digest": _SECRET,
            "credential": _kept("user.unique_id", PASSING, _("Your sign-ins")),
            "thumbprint": _kept(
                "user.authorization.credentials",
                PASSING,
                _("Fingerprint of your browser’s sign-in key"),
                not_exported=_("the fingerprint of a key that your browser made and that ends with the sign-in"),
            ),
            "has_second_factor": _FLAG,
            "created_at": _MOMENT,
            "last_used_at": _MOMENT,
            "fresh_until": _MOMENT,
            "expires_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.UsedOnce",
        {"digest": impersonal("hash of a random number that counts once"), "until": _MOMENT},
    )
    declare(
        "signing_in.WrongTries",
        {
            "target": _index(PASSING, Purpose.ABUSE_PREVENTION),
            "misses": _COUNT,
            "last_miss_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.TryPass",
        {
            "id": _ROW,
            "target": _index(PASSING, Purpose.ABUSE_PREVENTION),
            "thumbprint": impersonal("fingerprint of a browser's key, for a quarter of an hour"),
            "tries_left": _COUNT,
            "expires_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.Ceremony",
        {
            "digest": _SECRET,
            "credential": _passing_link(),
            "thumbprint": impersonal("fingerprint of a browser's key, for five minutes"),
            "adds_passkey": _FLAG,
            "replaces": impersonal("random id of a sign-in"),
            "challenge": impersonal("random bytes for a passkey to sign"),
            "tries_left": _COUNT,
            "expires_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )


def _declare_links() -> None:
    declare(
        "signing_in.MailedLink",
        {
            "id": _ROW,
            "kind": _WORD,
            "audience": _WORD,
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "registration": impersonal("points to the registration"),
            "change": impersonal("points to the change of address"),
            "digest": _SECRET,
            "tries_left": _COUNT,
            "created_at": _MOMENT,
            "expires_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.EmailChange",
        {
            "id": _ROW,
            "credential": _passing_link(),
            "sealed_email": _kept("user.contact.email", PASSING, _("New e-mail address that waits")),
            "address_index": _index(PASSING, Purpose.SIGNING_IN),
            "old_agreed_at": _MOMENT,
            "new_agreed_at": _MOMENT,
            "is_void": _FLAG,
            "created_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.SecurityNews",
        {
            "id": _ROW,
            "credential": _passing_link(),
            "kind": _WORD,
            "made_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )


def _declare_factors() -> None:
    declare(
        "signing_in.Totp",
        {
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "sealed_secret": _kept(
                "user.authorization.credentials",
                LASTING,
                _("Secret of your authenticator, sealed"),
                not_exported=_("a key to your account, which your authenticator has already"),
            ),
            "confirmed_at": _MOMENT,
            "last_step": impersonal("number of the half minute of the last code"),
            "created_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    declare(
        "signing_in.RecoveryCode",
        {
            "id": _ROW,
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "digest": _SECRET,
            "created_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )
    key = impersonal("public half of a key that a device made for this shop alone")
    declare(
        "signing_in.Passkey",
        {
            "id": _ROW,
            "credential": _kept("user.unique_id", LASTING, _("Your second factors")),
            "handle": key,
            "handle_digest": key,
            "public_key": key,
            "sign_count": _COUNT,
            "sealed_label": _kept("user.content.private", LASTING, _("What you call a passkey")),
            "created_at": _MOMENT,
            "last_used_at": _MOMENT,
            "policy_version": _VERSION,
        },
    )


def _kept(
    category: str, retention: str, label: "_StrPromise", *, not_exported: "_StrPromise | str" = ""
) -> Declaration:
    return personal(
        category=category,
        purposes=(Purpose.SIGNING_IN, Purpose.PRIVACY_REQUEST),
        retention=retention,
        erase="destroy",
        label=label,
        not_exported=not_exported,
    )


def _index(retention: str, purpose: Purpose) -> Declaration:
    return personal(
        category="user.contact.email",
        purposes=(purpose,),
        retention=retention,
        erase="destroy",
        label=_("Fingerprint of your e-mail address, by which we find it"),
        not_exported=_("a keyed hash of the address, which the export contains itself"),
    )


def _passing_link() -> Declaration:
    return personal(
        category="user.unique_id",
        purposes=(Purpose.SIGNING_IN,),
        retention=PASSING,
        erase="destroy",
        label=_("Steps of signing in that are under way"),
        not_exported=_("it says for minutes that a step was begun, and is gone with it"),
    )
