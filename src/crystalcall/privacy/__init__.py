"""The warden: what is kept about people, and the only gate through which any of it leaves."""
