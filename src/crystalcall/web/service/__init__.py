"""Customer service, secure ordering, and what Your Account is today."""
