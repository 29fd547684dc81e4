"""The local Authorize.Net: an outside system that happens to live in this tree.

It lets the whole purchase be walked on one machine without a network. It speaks what the real gateway speaks,
on the same paths, so the store reaches the real one by changing three addresses and the credentials.
It is not a room of the house: it imports nothing of Crystal Call and has its own SQLite file.

What stands
    * ``POST /xml/v1/request.api`` in JSON: a UTF-8 BOM before every answer, HTTP 200 for API errors, the order of
      keys held by hand-written tables (``tables.py``), lengths, credentials. Methods: getHostedPaymentPage,
      getTransactionDetails, getUnsettledTransactionList, getMerchantDetails, updateHeldTransaction, and
      createTransaction for voidTransaction and refundTransaction.
    * ``POST /payment/payment``: the hosted form by top-level redirect. Approval, decline and retry under the same
      token, hold for review, cancel, a token that must be opened within 15 minutes.
    * Webhooks signed over the raw bytes, a persisted queue with the published retry table, the REST management
      calls, and faults on demand (``/_standin/faults``): dropped, late, doubled, reordered notifications, and an
      API that works but never answers, answers 500 or answers HTML.

What is missing, said rather than faked
    * XML requests are answered with E00002; direct card charges and captures with E00060; methods that exist
      at Authorize.Net but not here with E00004 and a sentence.
    * The iframe mode, customer profiles, partial authorizations, eChecks, fraud filters (one private trigger
      stands for them: ZIP 46299) and the daily settlement (``POST /_standin/settlements`` stands for it).
    * Local times are Pacific standard time all year.

It listens on loopback only, takes only credentials that are visibly made up and only the published test cards,
sends webhooks to loopback only, and neither logs nor keeps a card number or a card code.
"""
