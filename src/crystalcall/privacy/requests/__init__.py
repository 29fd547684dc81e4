"""Requests of people about their own data: access, export, correction, deletion, objection, withdrawal (C11, C12)."""
