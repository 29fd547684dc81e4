"""Template tags of the customers' door."""
