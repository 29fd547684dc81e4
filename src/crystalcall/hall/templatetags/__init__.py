"""Template tags of both doors."""
