"""The pages on privacy."""
