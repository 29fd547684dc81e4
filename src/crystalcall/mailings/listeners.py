"""What mailings listen to."""

from datetime import date
from uuid import UUID

from crystalcall.customers.signing_in.events import SecurityNewsMade, SignInLinkWanted
from crystalcall.customers.signing_in.queries import recipient_of
from crystalcall.customers.signing_in.values import NobodyToMail
from crystalcall.mailings import actions
from crystalcall.mailings.values import NoticeKind
from crystalcall.minutes.ledger.events import CreditExpired, CreditExpiring
from crystalcall.minutes.rates.events import RatesRaised
from crystalcall.plumbing import clock
from crystalcall.plumbing.announcements import listen
from crystalcall.privacy.announcing.events import PolicyAnnounced, PolicyWithdrawn
from crystalcall.privacy.authorities.events import AuthorityNoticeDue
from crystalcall.privacy.requests.events import (
    AddressChanged,
    ChangeProposed,
    LinkWanted,
    RequestDenied,
    RequestExtended,
)
from crystalcall.privacy.requests.queries import person_of_request
from crystalcall.shop.orders.events import OrderFulfilled
from crystalcall.shop.orders.queries import order_of_account


def listen_to_all() -> None:
    """Begin to listen; called once at start."""
    listen(OrderFulfilled, "mailings.queue_notice", on_fulfilled)
    listen(CreditExpiring, "mailings.queue_expiring", on_expiring)
    listen(CreditExpired, "mailings.queue_expired", on_expired)
    listen(RatesRaised, "mailings.queue_price_notices", on_rates_raised)
    listen(PolicyAnnounced, "mailings.queue_policy_notices", on_policy_announced)
    listen(PolicyWithdrawn, "mailings.queue_policy_withdrawals", on_policy_withdrawn)
    listen(LinkWanted, "mailings.queue_privacy_link", on_link_wanted)
    listen(ChangeProposed, "mailings.queue_privacy_change", on_change_proposed)
    listen(AddressChanged, "mailings.queue_privacy_changed", on_address_changed)
    listen(RequestExtended, "mailings.queue_privacy_extended", on_request_extended)
    listen(RequestDenied, "mailings.queue_privacy_denied", on_request_denied)
    listen(SignInLinkWanted, "mailings.queue_sign_in_link", on_sign_in_link_wanted)
    listen(SecurityNewsMade, "mailings.queue_sign_in_news", on_security_news)
    listen(AuthorityNoticeDue, "mailings.queue_authority_notice", on_authority_notice_due)


def on_fulfilled(event: OrderFulfilled) -> None:
    """A fulfilled order is told to its buyer."""
    actions.queue_notice(event.order_number, NoticeKind.ORDER_FULFILLED, now=clock.now())


def on_expiring(event: CreditExpiring) -> None:
    """Credit or minutes that will expire are told to whoever bought them."""
    _queue_expiry(NoticeKind.CREDIT_EXPIRING, event.account, event.on)


def on_expired(event: CreditExpired) -> None:
    """Credit or minutes that expired are told to whoever bought them."""
    _queue_expiry(NoticeKind.CREDIT_EXPIRED, event.account, event.on)


def on_rates_raised(event: RatesRaised) -> None:
    """A deck that is dearer for somebody is told to all who asked."""
    actions.queue_price_notices(event.deck_id, now=clock.now())


def on_policy_announced(event: PolicyAnnounced) -> None:
    """A new version of the privacy policy is told to all who asked."""
    actions.queue_policy_notices(event.version, event.announced_seconds, now=clock.now())


def on_policy_withdrawn(event: PolicyWithdrawn) -> None:
    """A version that was taken back is told to all who were told of it."""
    actions.queue_policy_withdrawals(event.version, event.announced_seconds, now=clock.now())


def on_link_wanted(event: LinkWanted) -> None:
    """A link goes to the address on file; where there is none, nothing is written anywhere."""
    if person_of_request(event.reference):
        actions.queue_link(event.reference, now=clock.now())


def on_change_proposed(event: ChangeProposed) -> None:
    """A new address is asked whether it is its owner who named it; each one that is named, not only the first."""
    if person_of_request(event.reference):
        actions.queue_again(event.reference, NoticeKind.PRIVACY_CHANGE, now=clock.now())


def on_address_changed(event: AddressChanged) -> None:
    """The old address is told that mail goes elsewhere from now on."""
    _queue_about_request(NoticeKind.PRIVACY_CHANGED, event.reference)


def on_request_extended(event: RequestExtended) -> None:
    """Whoever waits longer is told why."""
    _queue_about_request(NoticeKind.PRIVACY_EXTENDED, event.reference)


def on_request_denied(event: RequestDenied) -> None:
    """Whoever is refused is told why, and where to complain."""
    _queue_about_request(NoticeKind.PRIVACY_DENIED, event.reference)


def on_authority_notice_due(event: AuthorityNoticeDue) -> None:
    """Whoever data was handed over about is told, from the first day on which that is allowed."""
    actions.queue_about_request(event.reference, NoticeKind.AUTHORITY_TOLD, now=clock.now())


def on_sign_in_link_wanted(event: SignInLinkWanted) -> None:
    """A link goes to whoever has the address; where nobody does, nothing is written anywhere."""
    if not isinstance(recipient_of(UUID(event.link)), NobodyToMail):
        actions.queue_about_request(event.link, NoticeKind.SIGN_IN_LINK, now=clock.now())


def on_security_news(event: SecurityNewsMade) -> None:
    """Whoever signs in is told that something about it changed."""
    actions.queue_about_request(event.news, NoticeKind.SIGN_IN_NEWS, now=clock.now())


def _queue_about_request(kind: NoticeKind, reference: str) -> None:
    if person_of_request(reference):
        actions.queue_about_request(reference, kind, now=clock.now())


def _queue_expiry(kind: NoticeKind, account: str, on: str) -> None:
    """Cards that the operator made apart from any order have nobody to write to."""
    order_number = order_of_account(UUID(account))
    if order_number is not None:
        actions.queue_expiry(order_number, kind, date.fromisoformat(on), now=clock.now())
