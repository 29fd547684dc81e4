"""A plug-in whose declaration makes no sense."""
