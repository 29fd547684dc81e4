"""Single mails about an order, sent at least once with a stable identity."""
