"""The staff's door: a desk for looking things up, for acts that leave a trace, and for approving what takes two."""
