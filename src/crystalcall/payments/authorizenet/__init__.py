"""Authorize.Net: its JSON API, its hosted payment form and its webhooks."""
