"""Why a card was not charged, in a sentence for the buyer."""

from django.utils.translation import gettext as _

from crystalcall.payments.values import DeclineReason


def decline_text(reason: DeclineReason) -> str:
    """What happened and what to do, in the language in force. Nothing was charged in any of these cases."""
    sentences = {
        DeclineReason.DECLINED: _(
            "Your bank declined the card. Nothing was charged. Try another card or ask your bank."
        ),
        DeclineReason.CARD_NUMBER: _("The card number was not valid. Nothing was charged. Check it and try again."),
        DeclineReason.CARD_EXPIRED: _("The card has expired or its date was wrong. Nothing was charged."),
        DeclineReason.CARD_TYPE: _("This kind of card is not accepted. Nothing was charged. Try another card."),
        DeclineReason.ADDRESS: _(
            "The billing address did not match the card. Nothing was charged. Check it and try again."
        ),
        DeclineReason.SECURITY_CODE: _(
            "The security code did not match the card. Nothing was charged. Check it and try again."
        ),
        DeclineReason.REPEATED: _(
            "The same payment was sent twice; the second was not charged. Wait two minutes before another try."
        ),
        DeclineReason.AFTER_REVIEW: _("The payment was reviewed and not accepted. Nothing was charged."),
        DeclineReason.FILTERED: _("The payment was not accepted. Nothing was charged. Try another card."),
        DeclineReason.TRY_LATER: _(
            "The payment could not be processed. Nothing was charged. Try again in a few minutes."
        ),
        DeclineReason.OTHER: _("The payment did not go through. Nothing was charged. Try again or use another card."),
    }
    return sentences[reason]
