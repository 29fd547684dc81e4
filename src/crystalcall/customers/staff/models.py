"""Who works here, what each did, and what waits for a second person.

Names and addresses are sealed under each member's own key; of set-up addresses only hashes are kept.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from crystalcall.customers.staff.values import Outcome, ProposalState, SetUpKind, SubjectKind
from crystalcall.rules.staffing import Role

SUBJECTS = [kind.value for kind in SubjectKind]
HASH_LENGTH = 64


class StaffMember(models.Model):
    """Somebody who works here, or did. `factor_until`: until then they may set up their second factor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_name = models.BinaryField()
    sealed_email = models.BinaryField()
    email_index = models.BinaryField(max_length=32, unique=True)
    language = models.CharField(max_length=2)
    added_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)
    factor_until = models.DateTimeField(null=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """Nobody leaves before they came; the language is one the shop speaks."""

        constraints: ClassVar = [
            models.CheckConstraint(name="staffmember_language_spoken", condition=Q(language__in=["en", "ru"])),
            models.CheckConstraint(
                name="staffmember_leaves_after_coming",
                condition=Q(disabled_at__isnull=True) | Q(disabled_at__gte=F("added_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StaffRole(models.Model):
    """One role of one member."""

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """A role of the closed list, given once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "role"], name="staffrole_given_once"),
            models.CheckConstraint(name="staffrole_known", condition=Q(role__in=[role.value for role in Role])),
        ]

    def __str__(self) -> str:
        return self.role


class SetUpLink(models.Model):
    """The one address at which a member sets up how they sign in; a later one takes the place of an earlier."""

    member = models.OneToOneField(StaffMember, on_delete=models.CASCADE, primary_key=True, related_name="set_up_link")
    kind = models.CharField(max_length=10)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        """Good for one thing, and for a while."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="setuplink_kind_known", condition=Q(kind__in=[kind.value for kind in SetUpKind])
            ),
            models.CheckConstraint(name="setuplink_lasts", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self) -> str:
        return self.kind


class AuditEntry(models.Model):
    """One act of one member, or of the command line. Never changed, and not deleted before its time is over."""

    member_id = models.UUIDField(null=True)
    act = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10)
    subject_kind = models.CharField(max_length=10)
    subject_name = models.CharField(max_length=40)
    detail = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField(db_index=True)
    register_hash = models.CharField(max_length=HASH_LENGTH, blank=True, default="")
    has_reason = models.BooleanField(default=False)

    class Meta:
        """Words of closed lists; found by member, and by what was done something to."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="auditentry_outcome_known", condition=Q(outcome__in=[each.value for each in Outcome])
            ),
            models.CheckConstraint(name="auditentry_subject_known", condition=Q(subject_kind__in=SUBJECTS)),
            models.CheckConstraint(name="auditentry_says_what", condition=~Q(act="") & ~Q(subject_name="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member_id", "act", "at"], name="auditentry_by_member"),
            models.Index(fields=["subject_kind", "subject_name"], name="auditentry_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.outcome}"


class AuditReason(models.Model):
    """Why an act was done, in its member's own words: sealed beside the line, and erasable without it."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="reason")
    sealed_for = models.UUIDField()
    sealed_text = models.BinaryField()
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return f"sealed beside {self.entry_id}"


class AuditHorizon(models.Model):
    """From when on every line of the log is kept; it only rises."""

    id = models.SmallIntegerField(primary_key=True)
    kept_from = models.DateTimeField()

    class Meta:
        """One row."""

        constraints: ClassVar = [models.CheckConstraint(name="audithorizon_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.kept_from)


class Proposal(models.Model):
    """Something that takes two, or was within what one may do alone. The content is impersonal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    content = models.TextField()
    hash = models.CharField(max_length=HASH_LENGTH)
    subject_kind = models.CharField(max_length=10)
    subject_name = models.CharField(max_length=40)
    sealed_reason = models.BinaryField(null=True)
    weight = models.BigIntegerField(default=0)
    is_alone = models.BooleanField(default=False)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=ProposalState.WAITING.value)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, default="{}")
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        """Four eyes are held by the database too: nobody is the second person of what they proposed."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="proposal_state_known", condition=Q(state__in=[state.value for state in ProposalState])
            ),
            models.CheckConstraint(name="proposal_subject_known", condition=Q(subject_kind__in=SUBJECTS)),
            models.CheckConstraint(
                name="proposal_decided_or_not",
                condition=Q(state=ProposalState.WAITING.value, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=ProposalState.WAITING.value) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="proposal_takes_two",
                condition=~Q(state__in=[ProposalState.DONE.value, ProposalState.FAILED.value])
                | Q(is_alone=True, decided_by=F("proposed_by"))
                | (Q(is_alone=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "proposed_at"], name="proposal_by_state"),
            models.Index(fields=["proposed_by", "kind", "proposed_at"], name="proposal_by_proposer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
