"""What is true about promises and proofs of privacy: notice periods, deadlines, chains of hashes."""
