"""The switch API: JSON over HTTP, one bearer key for each switch, every message safe to repeat."""
