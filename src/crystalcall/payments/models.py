"""Payments, the attempts to make them, what the gateway calls transactions, and its messages. Private to this room."""

from django.db import models
from django.db.models import F, Q

from crystalcall.payments.states import AttemptState, PaymentState, TransactionRole, VoidState

#: The gateway cuts invoice numbers and reference ids at 20 characters; its transaction ids have 10 to 12 digits today.
NUMBER_CHARACTERS = 20
NOTIFICATION_ID_CHARACTERS = 64
EVENT_CHARACTERS = 100
REASON_CHARACTERS = 40
DETAIL_CHARACTERS = 255


def _one_of(field: str, words: type[PaymentState | AttemptState | TransactionRole | VoidState]) -> Q:
    return Q(**{f"{field}__in": [word.value for word in words]})


class Payment(models.Model):
    """The paying of one order: one row however many attempts it takes.

    Given up where nobody could get what it buys any more: what is approved later is voided, as a second payment is.
    """

    order_number = models.CharField(max_length=NUMBER_CHARACTERS, unique=True)
    amount_micros = models.BigIntegerField()
    state = models.CharField(max_length=REASON_CHARACTERS, default=PaymentState.OPEN.value)
    last_decline_reason = models.CharField(max_length=REASON_CHARACTERS, blank=True, default="")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=_one_of("state", PaymentState), name="payment_state_known"),
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(condition=~Q(order_number=""), name="payment_names_its_order"),
            models.CheckConstraint(
                condition=Q(state=PaymentState.CAPTURED.value, captured_at__isnull=False)
                | (~Q(state=PaymentState.CAPTURED.value) & Q(captured_at__isnull=True)),
                name="payment_captured_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | Q(captured_at__isnull=True),
                name="payment_given_up_never_captured",
            ),
        )

    def __str__(self) -> str:
        return f"payment {self.pk} ({self.state})"


class Attempt(models.Model):
    """One visit to the gateway's form; its token is a secret of the buyer's browser and is not kept."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    ref_id = models.CharField(max_length=NUMBER_CHARACTERS, unique=True)
    amount_micros = models.BigIntegerField()
    state = models.CharField(max_length=REASON_CHARACTERS, default=AttemptState.STARTED.value)
    started_at = models.DateTimeField()
    token_issued_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    watched_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=DETAIL_CHARACTERS, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=_one_of("state", AttemptState), name="attempt_state_known"),
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="attempt_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state__in=[AttemptState.OPEN.value, AttemptState.CLOSED.value])
                | Q(token_issued_at__isnull=False, expires_at__isnull=False, expires_at__gt=F("token_issued_at")),
                name="attempt_open_has_its_window",
            ),
        )
        indexes = (models.Index(fields=("state", "token_issued_at"), name="attempt_to_watch"),)

    def __str__(self) -> str:
        return f"attempt {self.pk} ({self.state})"


class GatewayTransaction(models.Model):
    """What the gateway said of one transaction about one of our orders; a transaction pays one order, once."""

    trans_id = models.CharField(max_length=NUMBER_CHARACTERS, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="transactions")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="transactions")
    role = models.CharField(max_length=REASON_CHARACTERS)
    reason = models.CharField(max_length=REASON_CHARACTERS, blank=True, default="")
    amount_micros = models.BigIntegerField()
    submitted_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    examined_at = models.DateTimeField()
    void_state = models.CharField(max_length=REASON_CHARACTERS, default=VoidState.NONE.value)
    void_changed_at = models.DateTimeField(null=True, blank=True)
    void_detail = models.CharField(max_length=DETAIL_CHARACTERS, blank=True, default="")
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=_one_of("role", TransactionRole), name="transaction_role_known"),
            models.CheckConstraint(condition=_one_of("void_state", VoidState), name="transaction_void_state_known"),
            models.CheckConstraint(condition=Q(amount_micros__gte=0), name="transaction_amount_not_negative"),
            models.UniqueConstraint(
                fields=("payment",),
                condition=Q(role=TransactionRole.CAPTURED.value),
                name="payment_captured_once",
            ),
            # What pays an order is never voided by this program, and every surplus is on its way to be.
            models.CheckConstraint(
                condition=(Q(role=TransactionRole.SURPLUS.value) & ~Q(void_state=VoidState.NONE.value))
                | (~Q(role=TransactionRole.SURPLUS.value) & Q(void_state=VoidState.NONE.value)),
                name="transaction_void_means_surplus",
            ),
        )
        indexes = (models.Index(fields=("role", "void_state"), name="transaction_by_role"),)

    def __str__(self) -> str:
        return f"transaction {self.trans_id} ({self.role})"


class GatewayNotification(models.Model):
    """A message of the gateway, reduced to what it points at: the body may hold personal data and is not kept."""

    notification_id = models.CharField(max_length=NOTIFICATION_ID_CHARACTERS, unique=True)
    event_type = models.CharField(max_length=EVENT_CHARACTERS)
    trans_id = models.CharField(max_length=NUMBER_CHARACTERS, blank=True, default="")
    received_at = models.DateTimeField()
    examined_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=REASON_CHARACTERS, blank=True, default="")
    policy_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(notification_id=""), name="notification_has_its_id"),)
        indexes = (
            models.Index(
                fields=("received_at",), condition=Q(examined_at__isnull=True), name="notification_unexamined"
            ),
        )

    def __str__(self) -> str:
        return f"notification {self.pk}"
