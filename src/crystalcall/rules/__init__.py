"""The foundation: what is true about money, calls, numbers and orders, in pure Python."""
