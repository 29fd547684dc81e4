"""Products: what can be put into a cart, and what it gives."""
