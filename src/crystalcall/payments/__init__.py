"""Money in: payment attempts, what the gateway says of them, and when an order counts as paid."""
