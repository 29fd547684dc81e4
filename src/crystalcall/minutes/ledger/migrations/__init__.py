"""The history of the books' tables."""
