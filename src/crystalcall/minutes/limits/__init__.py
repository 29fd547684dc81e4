"""Limits: what buyers allow their cards, and the ranges that the operator guards against revenue-share fraud."""
