"""The books: accounts, transfers that only grow, and reservations that can never promise the same money twice."""
