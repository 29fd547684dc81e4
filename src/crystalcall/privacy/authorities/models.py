"""Cases of authorities, and what was handed over about whom."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.privacy.authorities.values import CaseKind, CaseState

HASH_LENGTH = 64


class AuthorityCase(models.Model):
    """One request or report. The letter and the query are sealed under the case's own key.

    `scopings` counts how often it was said what is asked for, so that an approval counts for one alone. `entries` are
    the hashes of its veiled lines in the register, of which it speaks when the silence is over: `unveiled_at`. From
    `forgotten_at` on letter and query are gone, with the key: it was about a child.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default=CaseState.RECORDED.value)
    sealed_letter = models.BinaryField()
    sealed_query = models.BinaryField(null=True)
    subject_hash = models.CharField(max_length=HASH_LENGTH, blank=True, default="")
    entries = models.JSONField(default=list)
    received_at = models.DateTimeField()
    deadline = models.DateField(null=True)
    gag_until = models.DateTimeField(null=True)
    scopings = models.PositiveSmallIntegerField(default=0)
    extracted_at = models.DateTimeField(null=True)
    package_hash = models.CharField(max_length=HASH_LENGTH, blank=True, default="")
    told_at = models.DateTimeField(null=True)
    unveiled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """What was scoped has its query and hash; what was handed over has its package; nobody is told before."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="authoritycase_kind_known", condition=Q(kind__in=[kind.value for kind in CaseKind])
            ),
            models.CheckConstraint(
                name="authoritycase_state_known", condition=Q(state__in=[state.value for state in CaseState])
            ),
            models.CheckConstraint(
                name="authoritycase_scoped_has_query",
                condition=Q(state__in=[CaseState.RECORDED.value, CaseState.REFUSED.value])
                | (Q(sealed_query__isnull=False) & ~Q(subject_hash="")),
            ),
            models.CheckConstraint(
                name="authoritycase_extracted_agrees",
                condition=Q(state=CaseState.EXTRACTED.value, extracted_at__isnull=False) & ~Q(package_hash="")
                | ~Q(state=CaseState.EXTRACTED.value) & Q(extracted_at__isnull=True, package_hash=""),
            ),
            models.CheckConstraint(
                name="authoritycase_told_after", condition=Q(told_at__isnull=True) | Q(extracted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="authoritycase_told_is_unveiled",
                condition=Q(told_at__isnull=True) | Q(told_at=F("unveiled_at")),
            ),
            models.CheckConstraint(
                name="authoritycase_forgotten_is_decided",
                condition=Q(forgotten_at__isnull=True)
                | Q(state__in=[CaseState.EXTRACTED.value, CaseState.REFUSED.value]),
            ),
            models.CheckConstraint(
                name="authoritycase_unveiled_is_decided",
                condition=Q(unveiled_at__isnull=True)
                | Q(state__in=[CaseState.EXTRACTED.value, CaseState.REFUSED.value]),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["gag_until"],
                condition=Q(unveiled_at__isnull=True, state__in=[CaseState.EXTRACTED.value, CaseState.REFUSED.value]),
                name="authoritycase_to_unveil",
            ),
            models.Index(fields=["closed_at"], name="authoritycase_by_closing"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.kind} {self.state}"


class AuthorityDisclosure(models.Model):
    """That something about somebody was handed over: shown to them once the case is told, and to nobody before."""

    case = models.ForeignKey(AuthorityCase, on_delete=models.CASCADE, related_name="disclosures")
    subject = models.CharField(max_length=64, db_index=True)
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """One for each name of the person in a case."""

        app_label = "privacy"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "subject"], name="authoritydisclosure_once"),
            models.CheckConstraint(name="authoritydisclosure_about_somebody", condition=~Q(subject="")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.case_id}"


class AuthorityNotice(models.Model):
    """Where a person is told of a case, though they may be forgotten until then: sealed under a key of its own.

    It stands from the handing over until the mail is sent, and its key goes with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(AuthorityCase, on_delete=models.CASCADE, related_name="notice")
    sealed_contact = models.BinaryField()
    policy_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """One for a case."""

        app_label = "privacy"

    def __str__(self) -> str:
        return str(self.case_id)
