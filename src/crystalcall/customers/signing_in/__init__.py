"""Signing in, at the customers' door and at the staff's: credentials, tokens bound to keys, second factors."""
