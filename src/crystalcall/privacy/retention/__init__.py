"""Retention: every class of data ends by itself, every night, and a report says what was given up."""
