"""Crystal Call: prepaid international minutes, and the engine that delivers every one of them."""
