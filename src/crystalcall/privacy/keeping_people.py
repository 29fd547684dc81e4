"""How the warden itself answers for a person: who got what about them, what they asked, and what they agreed to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crystalcall.plumbing import announcements
from crystalcall.privacy.disclosure_days import forget_before
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.keepers import (
    Cell,
    Column,
    ColumnKind,
    Counts,
    Erasing,
    Keeper,
    NameKind,
    Person,
    Section,
)
from crystalcall.privacy.officers import actions as officers
from crystalcall.privacy.policy import actions as policy_actions
from crystalcall.privacy.policy import queries as policy
from crystalcall.privacy.providers import PROVIDERS, SHARED
from crystalcall.privacy.purposes import FACTS, Purpose
from crystalcall.privacy.queries import DisclosureView, disclosures_about_any
from crystalcall.privacy.register import actions as register
from crystalcall.privacy.requests import keeping as requests
from crystalcall.privacy.requests.wording import denial_said
from crystalcall.rules.privacy.requesting import RequestReason

KINDS: Final = {
    "access": pgettext_lazy("export", "to see your data"),
    "export": pgettext_lazy("export", "a copy to take elsewhere"),
    "correction": pgettext_lazy("export", "a correction"),
    "deletion": pgettext_lazy("export", "deletion"),
    "objection": pgettext_lazy("export", "an objection"),
    "withdrawal": pgettext_lazy("export", "withdrawal of consent"),
    "unsorted": pgettext_lazy("export", "a letter"),
}
CHANNELS: Final = {
    "site": pgettext_lazy("export", "on the site"),
    "mail": pgettext_lazy("export", "by mail"),
    "office": pgettext_lazy("export", "through the office"),
}
STATES: Final = {
    "open": pgettext_lazy("export", "received"),
    "in_progress": pgettext_lazy("export", "in progress"),
    "fulfilled": pgettext_lazy("export", "done"),
    "revoked": pgettext_lazy("export", "taken back"),
    "denied": pgettext_lazy("export", "refused"),
    "expired": pgettext_lazy("export", "not followed up"),
}


def reason_said(reason: str, _language: str) -> str:
    """Why a request stands where it does, in words of the active language."""
    return denial_said(RequestReason(reason))


DISCLOSURES: Final = Section(
    "disclosures",
    _("Who got what about you, when and why"),
    (
        Column("about", _("Under which number"), fields=("privacy.Disclosure.subject",)),
        Column("provider", _("Who"), fields=("privacy.Disclosure.provider",), for_machines=True),
        Column("provider_name", _("Who"), fields=("privacy.Disclosure.provider",)),
        Column(
            *("company", _("By name, in the order asked until one took it")), fields=("privacy.Disclosure.company",)
        ),
        Column("fields", _("What"), ColumnKind.LIST, ("privacy.Disclosure.fields",)),
        Column("purpose", _("What for"), fields=("privacy.Disclosure.purpose",), for_machines=True),
        Column("purpose_words", _("What for"), fields=("privacy.Disclosure.purpose",)),
        Column("disclosed_at", _("When"), ColumnKind.MOMENT, ("privacy.Disclosure.disclosed_at",)),
    ),
)
REQUESTS: Final = Section(
    "privacy_requests",
    _("What you asked about your data"),
    (
        Column(
            "reference",
            _("Number of the request"),
            fields=tuple(f"privacy.PrivacyRequest.{name}" for name in ("reference", "mailbox", "asked_mailbox")),
        ),
        Column("kind", _("What you asked"), fields=("privacy.PrivacyRequest.kind",), words=KINDS),
        Column("channel", _("How"), fields=("privacy.PrivacyRequest.channel",), words=CHANNELS),
        Column("state", _("State"), fields=("privacy.PrivacyRequest.state",), words=STATES),
        Column("reason", _("Reason"), fields=("privacy.PrivacyRequest.reason",), say=reason_said),
        Column("written", _("What you wrote"), fields=("privacy.PrivacyRequest.sealed_detail",)),
        Column("received_at", _("Received"), ColumnKind.MOMENT, ("privacy.PrivacyRequest.received_at",)),
        Column("expected_by", _("To be answered by"), ColumnKind.MOMENT, ("privacy.PrivacyRequest.expected_by",)),
        Column("closed_at", _("Answered"), ColumnKind.MOMENT, ("privacy.PrivacyRequest.closed_at",)),
        Column("policy_version", _("Policy under which it was collected"), ColumnKind.INTEGER),
    ),
)
AGREEMENTS: Final = Section(
    "policy_agreements",
    _("New uses you agreed to"),
    (
        Column("customer_id", _("Your number in our records"), fields=("privacy.PolicyAgreement.customer_id",)),
        Column("policy_version", _("Version of the policy"), ColumnKind.INTEGER),
    ),
)


class PrivacyKeeper(Keeper):
    """Disclosures, requests and agreements."""

    room = "privacy"
    sections = (DISCLOSURES, REQUESTS, AGREEMENTS)

    def resolve(self, person: Person) -> Iterable[tuple[NameKind, str]]:
        """The requests of a mailbox."""
        return ((NameKind.REQUEST, reference) for reference in requests.references_of(person.of(NameKind.MAILBOX)))

    def export(self, person: Person, *, now: datetime, purpose: Purpose) -> Mapping[str, Sequence[Sequence[Cell]]]:
        """Disclosures by any of the person's names, requests of the mailbox, agreements of the customer."""
        about = disclosures_about_any(person.disclosure_subjects)
        return {
            DISCLOSURES.key: [_disclosure(name, each) for name, each in about],
            REQUESTS.key: requests.rows_of(person.of(NameKind.MAILBOX), purpose),
            AGREEMENTS.key: [
                (str(customer_id), version)
                for customer_id in person.ids(NameKind.CUSTOMER)
                for version in sorted(policy.agreed_versions(customer_id))
            ],
        }

    def stop(self, person: Person, *, now: datetime) -> Counts:
        """Take back every agreement to a new use."""
        mine = person.ids(NameKind.CUSTOMER)
        return {"agreements_ended": sum(policy_actions.take_back(customer_id) for customer_id in mine)}

    def erase(self, person: Person, erasing: Erasing) -> Counts:
        """Requests become lines without a person, agreements are deleted; disclosures name opaque ids only."""
        counts = self.stop(person, now=erasing.now)
        about = (person.of(NameKind.MAILBOX), person.of(NameKind.ORDER))
        return {**counts, **requests.unlink(*about, now=erasing.now)}

    def expire(self, retention: str, *, before: datetime, now: datetime, limit: int) -> Counts:
        """Delete requests answered long ago, names and reasons of staff who left, facts that were told, disclosures."""
        if retention == "privacy_request":
            return {"privacy_requests": requests.forget_closed(before=before, limit=limit, now=now)}
        if retention == "officer":
            secrets = register.forget_secrets(before=before, now=now, limit=limit)
            return {"officers": officers.forget_names(before=before, limit=limit), "register_secrets": secrets}
        if retention == "outbox":
            return {"facts": announcements.forget_told(before=before, limit=limit)}
        if retention == "disclosure":
            held = {name for kind in NameKind for name in held_names(kind)}
            return {"disclosures": forget_before(before, limit=limit, but_about=held)}
        return {}


def _disclosure(name: str, each: DisclosureView) -> tuple[Cell, ...]:
    provider = PROVIDERS.get(each.provider)
    facts = FACTS.get(Purpose(each.purpose))
    return (
        name,
        each.provider,
        str(provider.words) if provider else each.provider,
        each.company,
        tuple(str(SHARED[field].words) if field in SHARED else field for field in each.fields),
        each.purpose,
        str(facts.words) if facts else each.purpose,
        each.disclosed_at,
    )
