"""Cards as an operator sees them: a PIN, what its account holds, and what it may do; over the rooms that keep each."""
