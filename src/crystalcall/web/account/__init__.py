"""Your Account at the customers' door: an empty shell for everybody, and fragments for whoever signed in."""
