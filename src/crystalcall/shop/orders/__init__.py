"""Orders: placed, paid, fulfilled, each once, however often and in whatever order the messages come."""
