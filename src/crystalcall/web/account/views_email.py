"""The address of an account, changed by its owner once both mailboxes agreed."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from crystalcall.customers.signing_in import actions, queries
from crystalcall.customers.signing_in.values import ChangeRequested
from crystalcall.hall.saying import address_after, said_done
from crystalcall.hall.sign_in_words import change_refusal_said
from crystalcall.hall.typed import typed
from crystalcall.plumbing import clock
from crystalcall.web.account.fragments import AccountRequest, account_page, fragment, go


@account_page(fresh_to_act=True)
def email(request: AccountRequest) -> HttpResponse:
    """A new address: it counts once both mailboxes agreed."""
    now = clock.now()
    if request.method != "POST":
        words = {"sent": _("Two mails are on their way: one to the old address, one to the new.")}
        shown = {"pending": queries.pending_email_change(request.signed_in, now=now), "done": said_done(request, words)}
        return fragment(request, "web/account/email.html", shown)
    wanted = typed(request.POST, "email")
    answer = actions.request_email_change(request.signed_in, wanted, now=now)
    if isinstance(answer, ChangeRequested):
        return go(address_after("account-email", "sent"))
    form = {"email": wanted, "errors": {"email": change_refusal_said(answer.reason)}}
    return fragment(request, "web/account/email.html", {"form": form}, 422)
