"""The clock and the worker: sweeps that finish, from the state of things, what a killed process left."""
