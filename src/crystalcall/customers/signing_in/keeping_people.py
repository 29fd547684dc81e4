"""How this room finds, shows, corrects and forgets a person: the credential, what hangs on it, and what waits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.customers.contact_details import ContactProblemReason, read_email
from crystalcall.customers.signing_in import trying
from crystalcall.customers.signing_in.addresses import address_index
from crystalcall.customers.signing_in.links import details_of, new_email_of
from crystalcall.customers.signing_in.models import (
    Ceremony,
    Credential,
    EmailChange,
    MailedLink,
    Passkey,
    RecoveryCode,
    Registration,
    SignIn,
    Totp,
    TryPass,
    WrongTries,
)
from crystalcall.customers.signing_in.queries import label_of
from crystalcall.customers.signing_in.tidying import forget_registrations, tidy
from crystalcall.customers.signing_in.values import Audience
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Correction,
    Counts,
    Erasing,
    Keeper,
    NameKind,
    Person,
    Section,
)
from crystalcall.privacy.purposes import Purpose

POLICY_VERSION: Final = Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER)

FACTOR_KINDS: Final = {
    "authenticator": pgettext_lazy("export", "authenticator"),
    "recovery_codes": pgettext_lazy("export", "recovery codes"),
    "passkey": pgettext_lazy("export", "passkey"),
}

_FACTORS: Final = (
    *("signing_in.Totp.credential", "signing_in.RecoveryCode.credential"),
    "signing_in.Passkey.credential",
)

CREDENTIALS: Final = Section(
    "registrations",
    _("Your account"),
    (
        Column("customer_id", _("Your number in our records"), fields=("signing_in.Credential.principal_id",)),
        Column("registered_at", _("Registered"), ColumnKind.MOMENT, ("signing_in.Credential.created_at",)),
        Column(
            "password_changed_at",
            _("Password set"),
            ColumnKind.MOMENT,
            ("signing_in.Credential.password_changed_at",),
        ),
        POLICY_VERSION,
    ),
)
SIGN_INS: Final = Section(
    "sign_ins",
    _("Your sign-ins (nothing is known of where or on what)"),
    (
        Column("customer_id", _("Your number in our records"), fields=("signing_in.SignIn.credential",)),
        Column("since", _("Since"), ColumnKind.MOMENT, ("signing_in.SignIn.created_at",)),
        Column("last_used_at", _("Last used"), ColumnKind.MOMENT, ("signing_in.SignIn.last_used_at",)),
        Column("expires_at", _("Ends at the latest"), ColumnKind.MOMENT, ("signing_in.SignIn.expires_at",)),
        Column(
            "has_second_factor", _("With a second factor"), ColumnKind.FLAG, ("signing_in.SignIn.has_second_factor",)
        ),
        POLICY_VERSION,
    ),
)
FACTORS: Final = Section(
    "second_factors",
    _("Your second factors"),
    (
        Column("customer_id", _("Your number in our records"), fields=_FACTORS),
        Column("kind", _("Kind"), fields=_FACTORS, words=FACTOR_KINDS),
        Column("label", _("What you call it"), fields=("signing_in.Passkey.sealed_label",)),
        Column(
            "added_at",
            _("Added"),
            ColumnKind.MOMENT,
            (
                *("signing_in.Totp.confirmed_at", "signing_in.RecoveryCode.created_at"),
                "signing_in.Passkey.created_at",
            ),
        ),
        Column("last_used_at", _("Last used"), ColumnKind.MOMENT, ("signing_in.Passkey.last_used_at",)),
        POLICY_VERSION,
    ),
)
WAITING: Final = Section(
    "waiting_addresses",
    _("What waits for a confirmation by mail"),
    (
        Column("name", _("Name"), fields=("signing_in.Registration.sealed_details",)),
        Column(
            "email",
            _("E-mail address"),
            fields=("signing_in.Registration.sealed_details", "signing_in.EmailChange.sealed_email"),
        ),
        Column("telephone", _("Telephone number"), fields=("signing_in.Registration.sealed_details",)),
        Column("language", _("Language of the pages and mails"), fields=("signing_in.Registration.language",)),
        Column(
            "since",
            _("Since"),
            ColumnKind.MOMENT,
            ("signing_in.Registration.created_at", "signing_in.EmailChange.created_at"),
        ),
        POLICY_VERSION,
    ),
)


class SigningInKeeper(Keeper):
    """Credentials of customers; staff have no rights that would reach them here."""

    room = "signing_in"
    sections = (CREDENTIALS, SIGN_INS, FACTORS, WAITING)

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Everything but hashes and keys."""
        mine = person.ids(NameKind.CUSTOMER)
        credentials = Credential.objects.filter(pk__in=mine).order_by("pk")
        sign_ins = SignIn.objects.filter(credential__in=credentials).order_by("created_at", "pk")
        return {
            CREDENTIALS.key: [
                (str(row.pk), row.created_at, row.password_changed_at, row.policy_version) for row in credentials
            ],
            SIGN_INS.key: [
                (
                    *(str(row.credential_id), row.created_at, row.last_used_at, row.expires_at),
                    *(row.has_second_factor, row.policy_version),
                )
                for row in sign_ins
            ],
            FACTORS.key: [line for row in credentials for line in _factors(row, purpose)],
            WAITING.key: _waiting(person, purpose),
        }

    def proven(self, person: Person) -> Collection[UUID]:
        """Whoever registered opened a link that was mailed there, and a new address counts once both agreed."""
        mine = Credential.objects.filter(pk__in=person.ids(NameKind.CUSTOMER), audience=Audience.CUSTOMER.value)
        return tuple(mine.values_list("pk", flat=True))

    def correct(self, person: Person, correction: Correction, *, now: datetime) -> Counts:
        """Have them sign in with the new address, unless somebody else does already."""
        if correction.email is None or isinstance(read_email(correction.email), ContactProblemReason):
            return {}
        index = address_index(Audience.CUSTOMER, correction.email)
        mine = Credential.objects.filter(pk__in=person.ids(NameKind.CUSTOMER), audience=Audience.CUSTOMER.value)
        rows = list(mine.select_for_update().order_by("pk"))
        taken = Credential.objects.filter(audience=Audience.CUSTOMER.value, address_index=index).exists()
        if len(rows) != 1 or taken:
            return {}
        _void_links(bytes(rows[0].address_index))
        rows[0].address_index = index
        rows[0].save(update_fields=["address_index"])
        return {"sign_in_addresses_corrected": 1}

    def suspend(self, person: Person, *, now: datetime) -> Counts:
        """End every sign-in of a child at once, and every step under way."""
        mine = person.ids(NameKind.CUSTOMER)
        Ceremony.objects.filter(credential__in=mine).delete()
        ended, _by_model = SignIn.objects.filter(credential__in=mine).delete()
        return {"sign_ins_ended": ended}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Delete the credential with all that hangs on it, and whatever waits for the same mailbox."""
        mine = person.ids(NameKind.CUSTOMER)
        credentials = Credential.objects.filter(pk__in=mine)
        boxes = {bytes.fromhex(name) for name in person.of(NameKind.MAILBOX)}
        boxes |= {bytes(index) for index in credentials.values_list("address_index", flat=True)}
        targets = boxes | {
            target for pk in mine for target in (trying.second_factor_target(pk), trying.again_target(pk))
        }
        WrongTries.objects.filter(target__in=targets).delete()
        TryPass.objects.filter(target__in=targets).delete()
        count = credentials.count()
        credentials.delete()
        waiting = forget_registrations(Registration.objects.filter(address_index__in=boxes), now=erasing.now)
        MailedLink.objects.filter(address_index__in=boxes).delete()
        return {"credentials": count, "waiting_registrations": waiting}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Give up what is over, which is at the latest a day after it began."""
        return tidy(now, limit=limit) if retention == "signing_in" else {}


def _factors(credential: Credential, purpose: Purpose) -> list[tuple[Cell, ...]]:
    owner = str(credential.pk)
    lines: list[tuple[Cell, ...]] = [
        (owner, "authenticator", None, row.confirmed_at, None, row.policy_version)
        for row in Totp.objects.filter(credential=credential, confirmed_at__isnull=False)
    ]
    lines += [
        (owner, "recovery_codes", None, row.created_at, None, row.policy_version)
        for row in RecoveryCode.objects.filter(credential=credential).order_by("pk")
    ]
    lines += [
        (owner, "passkey", label_of(row, purpose), row.created_at, row.last_used_at, row.policy_version)
        for row in Passkey.objects.filter(credential=credential).order_by("created_at", "pk")
    ]
    return lines


def _waiting(person: Person, purpose: Purpose) -> list[tuple[Cell, ...]]:
    boxes = [bytes.fromhex(name) for name in person.of(NameKind.MAILBOX)]
    lines: list[tuple[Cell, ...]] = []
    for row in Registration.objects.filter(address_index__in=boxes).order_by("created_at", "pk"):
        said = details_of(row, purpose) or {}
        name, email, telephone = (said.get(key) or None for key in ("name", "email", "telephone"))
        lines.append((name, email, telephone, row.language, row.created_at, row.policy_version))
    changes = EmailChange.objects.filter(credential__in=person.ids(NameKind.CUSTOMER), is_void=False)
    lines += [
        (None, new_email_of(row, purpose), None, None, row.created_at, row.policy_version)
        for row in changes.order_by("created_at")
    ]
    return lines


def _void_links(index: bytes) -> None:
    MailedLink.objects.filter(audience=Audience.CUSTOMER.value, address_index=index).update(
        digest=None, expires_at=None
    )
