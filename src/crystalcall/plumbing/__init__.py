"""Pipes: Django without a domain (clock, announcements, ids, seals, middleware)."""
