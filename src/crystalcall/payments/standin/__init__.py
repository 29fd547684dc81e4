"""The local Authorize.Net: an outside system that happens to live in this tree.

It lets the whole purchase be walked on one machine without a network. It speaks what the real gateway speaks,
on the same paths, so the store reaches the real one by changing three addresses and the credentials.
It is not a room of the house: it imports nothing of Crystal Call and has its own SQLite file.

What stands
    * ``POST /xml/v1/request.api`` in JSON and in XML by content type: a UTF-8 BOM before every answer, HTTP 200 for API
      errors, the order of elements held by hand-written tables (``tables.py``, ``answer_tables.py``), lengths,
      credentials. Charges by card number or stored card, captures, voids, refunds, reviews of held transactions;
      details, unsettled and settled lists, batches with statistics; customer profiles with cards and addresses.
    * ``POST /payment/payment``: the hosted form, by top-level redirect or in a frame. Approval, decline and retry under
      the same token, hold for review, cancel, stored cards, the box to keep a card, a token that must be opened within
      15 minutes. ``POST /customer/manage`` and its kin: the hosted pages of a customer profile.
    * Settlement at the account's cut-off by a clock that can be moved (``/_standin/clock``): 180 days for refunds, the
      same last four, never more back than was taken; lapsing authorizations; chargebacks by the bank's hand.
    * Webhooks signed over the raw bytes, a persisted queue with the published retry table, the REST management
      calls, and faults on demand (``/_standin/faults``): dropped, late, doubled, reordered notifications, and an
      API that works but never answers, answers 429, 500, HTML, E00053 or E00104, for some methods or some times.
    * ``/_standin/switches``: what nobody outside Authorize.Net knows for certain, both ways, and what a merchant sets:
      fraud filters, Test Mode, the currency, the cut-off.

What is missing, said rather than faked
    * Partial authorizations, bank accounts (reason 18), tokens of cards (reason 17), subscriptions and whatever else
      ``tables.ELSEWHERE`` names (E00004 with a sentence); refunds that name no first transaction (reason 15).
    * A chargeback has no webhook and no transaction of its own: the payment's state and its batch's statistics tell it.

``make test-conformance`` lets the vendor's own clients drive it, in XML and in JSON.

It listens on loopback only, takes only credentials that are visibly made up and only the published test cards,
sends webhooks to loopback only, and neither logs nor keeps a card number or a card code.
"""
