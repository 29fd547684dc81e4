"""Mails that somebody asked for, and how they are ended."""
