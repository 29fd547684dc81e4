"""What authorities ask for: recorded, narrowed to named fields and days, approved by two officers, handed over once.

Reports of unlawful acts by the shop itself take the same way. Whoever it is about is told (clause C10).
"""
