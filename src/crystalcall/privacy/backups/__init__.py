"""Backups without keys: the database streamed into an age file, the keys into a short-lived one of their own (C21).

`database` takes a snapshot while the shop goes on selling and loads one into an empty place, `container` is the form of
the stream, `envelope` encrypts it to the operator's recipient, `actions` make and restore, `renewing` keeps the file
of the keys young.
"""
