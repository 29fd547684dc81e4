"""Bringing versions of the policy into force: announced, proved in the register, and never before their ten days."""
