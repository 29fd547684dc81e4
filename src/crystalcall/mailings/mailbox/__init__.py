"""The mailbox of the demo: a local SMTP server that keeps every message, and a page to read them.

It belongs to no room: it imports nothing of Crystal Call. It listens on loopback only, delivers to nobody, sets no
cookie, needs no script, and shows the HTML of a message only inside a sandbox without network.
"""
