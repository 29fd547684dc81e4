"""A plug-in that brings a company of its own, without a contract."""
