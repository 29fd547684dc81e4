"""What Crystal Call claims about its speed, measured beside something everybody knows, in one run: `make bench`."""
