"""A plug-in that keeps something about people and tells nobody."""
