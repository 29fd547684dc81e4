"""Doors for machines that call us back: believed by their signature alone."""
