"""Calls: authorized against the credit of a card, answered, extended, ended, and each charge kept with its proof."""
