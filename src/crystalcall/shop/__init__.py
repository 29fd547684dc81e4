"""Selling: orders stand on the cart, the cart on the catalogue."""
