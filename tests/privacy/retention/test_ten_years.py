"""Ten years go by over a small shop with everything in it: nothing about anybody outlives its class, the books stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from call_scenery import Card, SwitchWords
from django.db.models import F, Q, QuerySet

from crystalcall.customers.models import AccountLink, Customer
from crystalcall.customers.signing_in import actions as signing_in
from crystalcall.customers.signing_in.models import (
    Ceremony,
    Credential,
    EmailChange,
    MailedLink,
    Passkey,
    RecoveryCode,
    Registration,
    SecurityNews,
    SignIn,
    Totp,
    TryPass,
    WrongTries,
)
from crystalcall.customers.signing_in.values import Audience, NewCustomer
from crystalcall.customers.staff import actions as staff
from crystalcall.customers.staff import four_eyes
from crystalcall.customers.staff.models import AuditEntry, AuditReason, Proposal, StaffMember, StaffRole
from crystalcall.customers.staff.values import Member, Proposed, SetUp
from crystalcall.jobs import sweeps
from crystalcall.jobs.clock import Lane
from crystalcall.mailings.models import Notice
from crystalcall.minutes.calls.models import Call, CallRecord, CallStep, QuoteGuarantee, RunningCall
from crystalcall.minutes.ledger.models import ExpiryNotice, LedgerAccount, Reservation, Transfer
from crystalcall.minutes.ledger.queries import audit
from crystalcall.minutes.limits.models import AccountLimits
from crystalcall.minutes.pins.models import Pin, PinMissSource
from crystalcall.minutes.speed_dial.actions import set_entry
from crystalcall.minutes.speed_dial.models import SpeedDialEntry
from crystalcall.payments.models import Attempt, GatewayNotification, GatewayTransaction, Payment
from crystalcall.plumbing.ids import random_token
from crystalcall.privacy import keepers
from crystalcall.privacy.archive.models import ArchivedValue, ArchiveFinder, ArchiveLot, ArchiveOpening, ArchiveRewrap
from crystalcall.privacy.authorities.models import AuthorityCase, AuthorityDisclosure, AuthorityNotice
from crystalcall.privacy.erasures.actions import erase_person
from crystalcall.privacy.holds.actions import place_hold
from crystalcall.privacy.holds.models import HeldName, HeldValue, WaitingErasure
from crystalcall.privacy.holds.queries import held_names
from crystalcall.privacy.holds.values import HoldReason
from crystalcall.privacy.inventory import personal_fields
from crystalcall.privacy.keepers import Correction, NameKind, Person, Way
from crystalcall.privacy.keys.models import DataKey
from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.officers.actions import retire_officer
from crystalcall.privacy.officers.models import Officer
from crystalcall.privacy.policy.models import PolicyAgreement
from crystalcall.privacy.register.models import RegisterSecret
from crystalcall.privacy.requests import actions as requests
from crystalcall.privacy.requests.models import PrivacyRequest
from crystalcall.privacy.retention import queries
from crystalcall.privacy.retention_classes import CLASSES
from crystalcall.rules.staffing import Role
from crystalcall.shop.cart import read_cart
from crystalcall.shop.orders import actions as orders
from crystalcall.shop.orders.models import Card as OrderCard
from crystalcall.shop.orders.models import HeldCard, NoticeWish, Order, OrderClaim, OrderEvent, OrderLine
from crystalcall.shop.orders.values import PlaceOrder

pytestmark = pytest.mark.django_db
YEARS = 10
STEP = timedelta(days=91)
OLGA = "0123456789abcdef0123456789abcdef"


def bought_before(moment: datetime) -> "QuerySet[Any, str]":
    """Numbers of the orders placed before then that still lead to their buyer."""
    return Order.objects.filter(placed_at__lt=moment, customer_id__isnull=False).values_list("order_number", flat=True)


def paid_before(moment: datetime) -> "QuerySet[Payment]":
    return Payment.objects.filter(order_number__in=bought_before(moment))


def claimed_before(moment: datetime) -> "QuerySet[OrderClaim]":
    old = Q(order__placed_at__lt=moment, customer_id=F("order__customer_id"))
    return OrderClaim.objects.filter(old | ~Q(customer_id__in=_people()))


def held_people() -> list[UUID]:
    """Customers whom a standing hold holds: nothing of theirs ends till then."""
    return [UUID(name) for name in held_names(NameKind.CUSTOMER)]


def somebodys() -> "QuerySet[Any, UUID]":
    """Accounts that still lead to a person."""
    return AccountLink.objects.values_list("ledger_account_id", flat=True)


# Of each model with a personal field: its retention class, and what of it is personal and older than a moment.
# A payment is somebody's only as long as its order leads to a buyer; a sum only as long as its account does.
AGED: Mapping[str, tuple[str, Callable[[datetime], "QuerySet[Any]"]]] = {
    "customers.Customer": ("order_record", lambda moment: Customer.objects.filter(created_at__lt=moment)),
    "customers.AccountLink": ("order_record", lambda moment: AccountLink.objects.filter(linked_at__lt=moment)),
    "orders.Order": ("order_record", bought_before),
    "orders.NoticeWish": ("order_record", lambda moment: NoticeWish.objects.filter(order__placed_at__lt=moment)),
    "payments.Payment": ("order_record", paid_before),
    "payments.GatewayTransaction": (
        "order_record",
        lambda moment: GatewayTransaction.objects.filter(payment__in=paid_before(moment)),
    ),
    "payments.GatewayNotification": (
        "order_record",
        lambda moment: GatewayNotification.objects.filter(
            trans_id__in=GatewayTransaction.objects.filter(payment__in=paid_before(moment)).values("trans_id")
        ),
    ),
    "calls.Call": (
        "call_record",
        lambda moment: Call.objects.filter(authorized_at__lt=moment - timedelta(days=1), sealed_grant__isnull=False),
    ),
    "calls.CallRecord": (
        "call_record",
        lambda moment: CallRecord.objects.filter(ended_at__lt=moment - timedelta(days=1)),
    ),
    "calls.RunningCall": ("call_record", lambda moment: RunningCall.objects.filter(authorized_at__lt=moment)),
    "calls.CallStep": ("call_record", lambda moment: CallStep.objects.filter(received_at__lt=moment)),
    "calls.QuoteGuarantee": (
        "credit_record",
        lambda moment: QuoteGuarantee.objects.filter(until__lt=moment, ledger_account_id__in=somebodys()),
    ),
    "ledger.LedgerAccount": (
        "credit_record",
        lambda moment: LedgerAccount.objects.filter(opened_at__lt=moment, holder__in=somebodys()),
    ),
    "ledger.Reservation": (
        "credit_record",
        lambda moment: Reservation.objects.filter(opened_at__lt=moment, account__in=somebodys()),
    ),
    "ledger.Transfer": (
        "credit_record",
        lambda moment: Transfer.objects.filter(created_at__lt=moment, debit_account__in=somebodys()),
    ),
    "ledger.ExpiryNotice": (
        "credit_record",
        lambda moment: ExpiryNotice.objects.filter(told_at__lt=moment, account__in=somebodys()),
    ),
    "limits.AccountLimits": (
        "credit_record",
        lambda moment: AccountLimits.objects.filter(set_at__lt=moment, ledger_account_id__in=somebodys()),
    ),
    # As long as a card is somebody's: its list goes with the way from the card to its owner.
    "speed_dial.SpeedDialEntry": (
        "credit_record",
        lambda _moment: SpeedDialEntry.objects.exclude(ledger_account_id__in=somebodys()),
    ),
    "pins.Pin": (
        "credit_record",
        lambda moment: Pin.objects.filter(issued_at__lt=moment, ledger_account_id__in=somebodys()),
    ),
    "orders.OrderLine": (
        "order_record",
        lambda moment: OrderLine.objects.filter(order__order_number__in=bought_before(moment)),
    ),
    "orders.OrderEvent": (
        "order_record",
        lambda moment: OrderEvent.objects.filter(order__order_number__in=bought_before(moment)),
    ),
    "orders.Card": (
        "order_record",
        lambda moment: OrderCard.objects.filter(line__order__order_number__in=bought_before(moment)),
    ),
    "payments.Attempt": ("order_record", lambda moment: Attempt.objects.filter(payment__in=paid_before(moment))),
    "mailings.Notice": (
        "mail_notice",
        lambda moment: Notice.objects.filter(created_at__lt=moment).exclude(
            order_number__in=held_names(NameKind.ORDER)
        ),
    ),
    "privacy.Disclosure": ("disclosure", lambda moment: Disclosure.objects.filter(disclosed_at__lt=moment)),
    "pins.PinMissSource": ("pin_misses", lambda moment: PinMissSource.objects.filter(last_miss_at__lt=moment)),
    "privacy.PrivacyRequest": ("privacy_request", lambda moment: PrivacyRequest.objects.filter(closed_at__lt=moment)),
    "privacy.ArchiveLot": (
        "sealed_archive",
        lambda moment: ArchiveLot.objects.filter(sealed_at__lt=moment).exclude(subject__in=held_people()),
    ),
    "privacy.ArchivedValue": (
        "sealed_archive",
        lambda moment: ArchivedValue.objects.filter(lot__sealed_at__lt=moment).exclude(lot__subject__in=held_people()),
    ),
    "privacy.ArchiveOpening": (
        "officer",
        lambda moment: ArchiveOpening.objects.filter(asked_at__lt=moment, sealed_reason__isnull=False),
    ),
    "privacy.ArchiveRewrap": (
        "officer",
        lambda moment: ArchiveRewrap.objects.filter(asked_at__lt=moment, sealed_reason__isnull=False),
    ),
    "privacy.ArchiveFinder": (
        "sealed_archive",
        lambda moment: ArchiveFinder.objects.exclude(
            subject__in=ArchiveLot.objects.filter(sealed_at__gte=moment).values("subject")
        ),
    ),
    "privacy.AuthorityNotice": (
        "privacy_request",
        lambda moment: AuthorityNotice.objects.filter(case__closed_at__lt=moment),
    ),
    "privacy.AuthorityCase": ("privacy_request", lambda moment: AuthorityCase.objects.filter(closed_at__lt=moment)),
    "privacy.AuthorityDisclosure": (
        "privacy_request",
        lambda moment: AuthorityDisclosure.objects.filter(case__closed_at__lt=moment),
    ),
    "privacy.Officer": (
        "officer",
        lambda moment: Officer.objects.filter(retired_at__lt=moment).exclude(name__startswith="former_"),
    ),
    "privacy.RegisterSecret": ("officer", lambda moment: RegisterSecret.objects.filter(entry__at__lt=moment)),
    "privacy.HeldName": ("order_record", lambda moment: HeldName.objects.filter(hold__until__lt=moment)),
    # As long as a hold holds its customer.
    "privacy.HeldValue": (
        "order_record",
        lambda _moment: HeldValue.objects.exclude(subject__in=held_people()),
    ),
    "privacy.WaitingErasure": ("order_record", lambda moment: WaitingErasure.objects.filter(asked_at__lt=moment)),
    "privacy.PolicyAgreement": ("order_record", lambda moment: PolicyAgreement.objects.filter(agreed_at__lt=moment)),
    # As long as somebody has an account: what stands in it goes with it, what they bought also with its order.
    "orders.OrderClaim": ("order_record", claimed_before),
    "orders.HeldCard": ("order_record", lambda _moment: HeldCard.objects.exclude(customer_id__in=_people())),
    # As long as somebody has an account: what hangs on a credential goes with it, and it goes with the customer.
    "signing_in.Credential": ("signing_in", lambda _moment: Credential.objects.exclude(pk__in=_people())),
    "signing_in.Totp": ("signing_in", lambda _moment: Totp.objects.exclude(pk__in=_people())),
    "signing_in.RecoveryCode": ("signing_in", lambda _moment: RecoveryCode.objects.exclude(credential__in=_people())),
    "signing_in.Passkey": ("signing_in", lambda _moment: Passkey.objects.exclude(credential__in=_people())),
    "signing_in.Registration": ("signing_in", lambda moment: Registration.objects.filter(created_at__lt=moment)),
    "signing_in.SignIn": ("signing_in", lambda moment: SignIn.objects.filter(created_at__lt=moment)),
    "signing_in.WrongTries": ("signing_in", lambda moment: WrongTries.objects.filter(last_miss_at__lt=moment)),
    "signing_in.TryPass": ("signing_in", lambda moment: TryPass.objects.filter(expires_at__lt=moment)),
    "signing_in.MailedLink": ("signing_in", lambda moment: MailedLink.objects.filter(created_at__lt=moment)),
    "signing_in.EmailChange": ("signing_in", lambda moment: EmailChange.objects.filter(created_at__lt=moment)),
    "signing_in.SecurityNews": ("signing_in", lambda moment: SecurityNews.objects.filter(made_at__lt=moment)),
    "staff.StaffMember": ("staff", lambda moment: StaffMember.objects.filter(disabled_at__lt=moment)),
    "staff.StaffRole": ("staff", lambda moment: StaffRole.objects.filter(member__disabled_at__lt=moment)),
    "staff.AuditEntry": ("staff_act", lambda moment: AuditEntry.objects.filter(at__lt=moment)),
    "staff.AuditReason": ("staff_act", lambda moment: AuditReason.objects.filter(entry__at__lt=moment)),
    "staff.Proposal": ("staff_act", lambda moment: Proposal.objects.filter(proposed_at__lt=moment)),
    "signing_in.Ceremony": ("signing_in", lambda moment: Ceremony.objects.filter(expires_at__lt=moment)),
}


def _people():
    return Customer.objects.values("pk")


def test_the_walk_knows_what_starts_the_clock_of_every_model_with_personal_data():
    """A new one must be added to AGED: else nobody would notice that it is kept for ever."""
    assert set(personal_fields()) - set(AGED) == set()
    for model, fields in personal_fields().items():
        classes = {entry.retention for entry in fields.values()}
        assert AGED[model][0] in classes or CLASSES[classes.pop()].days is None


def test_nothing_outlives_its_class_in_ten_years_and_the_books_stay(shop, anna, boris, mallory, officers):
    figures = fill(shop, anna, boris, mallory)
    begin = shop.now
    while shop.now < begin + timedelta(days=366 * YEARS + 60):
        shop.later(seconds=STEP.total_seconds())
        night(shop.now)
        for model, (retention, aged) in AGED.items():
            over_before = CLASSES[retention].over_before(shop.now)
            assert over_before is not None
            left = aged(over_before)
            assert not left.exists(), f"{model} outlived {retention} on {shop.now:%Y-%m-%d}: {list(left)}"
    nobody_is_left(anna, boris, mallory, figures)


@dataclass(frozen=True, slots=True)
class Figures:
    """Whose keys must go, and what must stay."""

    people: tuple[UUID, ...]
    orders: int
    transfers: tuple[tuple[int, int], ...]


def fill(shop, anna, boris, mallory) -> Figures:
    """Everything that the shop does with people; gives what must stay of it."""
    bought = shop.sells(anna, price_notices=True)
    shop.calls(bought)
    set_entry(bought.account_id, 7, "+74951234567", "Mother")
    assert SpeedDialEntry.objects.exists()
    other = shop.sells(boris)
    shop.calls(other, "+525512345678", call_id="c2")
    guess(shop, other)
    sign_in_wrong(shop, mallory)
    work_and_leave(shop, other)
    wish = PlaceOrder(random_token(), read_cart("credit-10=1"), mallory.name, mallory.email, None, "en", False)
    orders.place_order(wish, now=shop.now)
    shop.sends()
    requests.fetch(shop.ticket_for("export", anna.email), now=shop.now)
    requests.correct(shop.ticket_for("correction", anna.email), Correction(name="Anna Field"), now=shop.now)
    assert DataKey.objects.filter(subject=bought.customer_id, wrapped__isnull=False).exists()
    assert ArchivedValue.objects.count() == 1
    shop.later(days=40)
    third = shop.sells(boris)
    held = keepers.whole(Person().joined(NameKind.CUSTOMER, [third.customer_id]), widen=False)
    erase_person(keepers.find(order_number=bought.order_number), Way.DELETION, now=shop.now)
    place_hold(held, HoldReason.TAX, until=shop.now + timedelta(days=900), by=OLGA, note="tax office", now=shop.now)
    requests.correct(shop.ticket_for("correction", boris.email), Correction(name="Boris Field"), now=shop.now)
    assert HeldValue.objects.exists()
    erase_person(held, Way.DELETION, now=shop.now)
    retire_officer("nina", reason="moved away", now=shop.now)
    everybody = (bought, other, third)
    people = tuple(subject for each in everybody for subject in (each.customer_id, each.account_id))
    return Figures(people, Order.objects.count(), tuple(Transfer.objects.values_list("pk", "amount")))


def guess(shop, bought) -> None:
    """Somebody types a PIN that there is not."""
    card = Card(bought.serial, "9" * len(bought.pin), bought.account_id)
    SwitchWords(card, shop.now, "guess").authorize()
    assert PinMissSource.objects.exists()


def sign_in_wrong(shop, mallory) -> None:
    """Somebody registers and never confirms it, guesses a password, and asks for a new one."""
    passed = signing_in.age_pass(signing_in.age_question(now=shop.now), 1980, 6, now=shop.now)
    new = NewCustomer(mallory.name, mallory.email, None, "a lamp beside the grey window", "en")
    signing_in.register(new, passed.value, now=shop.now)
    signing_in.sign_in(Audience.CUSTOMER, mallory.email, "a guess of mine", "a" * 43, now=shop.now)
    signing_in.request_reset(Audience.CUSTOMER, mallory.email, now=shop.now)
    for model in (Registration, WrongTries, MailedLink):
        assert model.objects.exists()


def work_and_leave(shop, bought) -> None:
    """Somebody of the staff proposes something about a card, gives a reason, and leaves."""
    staff.add_member("vera@example.org", "Vera Stone", {Role.ADMINISTRATOR}, now=shop.now)
    added = staff.add_member("igor@example.org", "Igor Reed", {Role.SERVICE}, now=shop.now)
    assert isinstance(added, SetUp)
    content = {"serial": bought.serial, "amount_micros": 20_000_000}
    member = Member(added.member_id, frozenset({Role.SERVICE}), "en")
    assert isinstance(four_eyes.propose("cards.goodwill", content, "rang us up", member, now=shop.now), Proposed)
    staff.disable(added.member_id, reason="moved away", now=shop.now)
    for model in (AuditEntry, AuditReason, Proposal):
        assert model.objects.exists()


def night(now: datetime) -> None:
    """Everything that the worker does, but for asking the gateway."""
    for sweep in sweeps.SWEEPS:
        # Days are signed one by one; that has tests of its own, and would take most of this one's time.
        if sweep.lane is not Lane.GATEWAY and sweep.function is not sweeps.sign_register:
            sweep.function(now)
    last = queries.last_night()
    assert last is not None
    assert (last.day, last.failed) == (now.date(), ())


def nobody_is_left(anna, boris, mallory, figures) -> None:
    """No person, no key of one, and everything that belongs to the books."""
    for person in (anna, boris, mallory):
        assert not keepers.find(mailbox=keepers.mailbox(person.email))
    for model in (
        Customer,
        AccountLink,
        NoticeWish,
        Call,
        PinMissSource,
        PrivacyRequest,
        ArchiveLot,
        HeldName,
        HeldValue,
    ):
        assert not model.objects.exists(), model
    assert StaffMember.objects.count() == 1
    assert not AuditEntry.objects.exists()
    assert not Order.objects.filter(customer_id__isnull=False).exists()
    assert not DataKey.objects.filter(wrapped__isnull=False, subject__in=figures.people).exists()
    assert set(Officer.objects.values_list("name", flat=True)) >= {"vera", "igor"}
    assert not Officer.objects.filter(name="nina").exists()
    assert Order.objects.count() == figures.orders
    assert set(figures.transfers) <= set(Transfer.objects.values_list("pk", "amount"))
    assert audit() == []
