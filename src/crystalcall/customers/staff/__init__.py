"""The staff room: who works here and may do what, what each did, and what takes two."""
