"""Rates: what carriers ask, what we sell for, and what a number therefore costs."""
