"""The sealed archive: what was changed or deleted, put away under keys that only two officers together can open.

`actions` put away, open and destroy; `sealing` is the cryptography; `admitting` says what may never be put away.
"""
