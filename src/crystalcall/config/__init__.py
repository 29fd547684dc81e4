"""The key: settings, addresses and the command line; imports every room, is imported by none."""
